"""Decisions drawn for a second person, and the share of approvals above which the coordinator is warned."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0021_second_look"
down_revision = "0020_saved_views"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column and make the table."""
    bounds = sa.CheckConstraint("warn_share BETWEEN 50 AND 100", name="ck_programme_warn_share")
    op.add_column("programme", sa.Column("warn_share", sa.Integer(), bounds, nullable=False, server_default="90"))
    op.create_table(
        "second_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(looked_at IS NULL) = (agrees IS NULL) AND (looked_at IS NULL) = (looked_by_id IS NULL)",
            name=op.f("ck_second_look_looked_by_whom"),
        ),
        sa.CheckConstraint("looked_by_id <> decided_by_id", name=op.f("ck_second_look_another_person")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_second_look_{column}_{table}"))
            for column, table in (
                ("programme_id", "programme"),
                ("round_id", "round"),
                ("proposal_id", "proposal"),
                ("decided_by_id", "user_account"),
                ("drawn_by_id", "user_account"),
                ("looked_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_second_look_proposal_id")),
        sa.UniqueConstraint("round_id", "number", name="uq_second_look_round_id_number"),
    )
    op.create_index(op.f("ix_second_look_programme_id"), "second_look", ["programme_id"], unique=False)


def downgrade():
    """Drop both."""
    op.drop_index(op.f("ix_second_look_programme_id"), table_name="second_look")
    op.drop_table("second_look")
    op.drop_column("programme", "warn_share")
