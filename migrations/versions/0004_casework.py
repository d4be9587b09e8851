"""Cases and contact moments."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0004_casework"
down_revision = "0003_places"
branch_labels = None
depends_on = None


def upgrade():
    """Make the tables."""
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("broker_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("paused_from", sa.String(length=20), nullable=True),
        sa.Column("has_priority", sa.Boolean(), nullable=False),
        sa.Column("state_note", sa.Text(), server_default="", nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_from IS NOT NULL)", name=op.f("ck_case_file_paused_from_where")
        ),
        sa.CheckConstraint(
            "state IN ('signed_up', 'intake', 'searching', 'placed', 'aftercare', 'closed', 'paused')",
            name=op.f("ck_case_file_state"),
        ),
        sa.ForeignKeyConstraint(["broker_id"], ["user_account.id"], name=op.f("fk_case_file_broker_id_user_account")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_case_file_programme_id_programme")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_case_file_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("student_id", name=op.f("uq_case_file_student_id")),
    )
    op.create_index(op.f("ix_case_file_broker_id"), "case_file", ["broker_id"], unique=False)
    op.create_index("ix_case_file_work", "case_file", ["programme_id", "state"], unique=False)
    op.create_table(
        "contact_moment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("with_whom", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('call', 'visit', 'meeting', 'mail')", name=op.f("ck_contact_moment_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_contact_moment_by_id_user_account")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_contact_moment_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_moment")),
    )
    op.create_index(op.f("ix_contact_moment_case_id"), "contact_moment", ["case_id"], unique=False)


def downgrade():
    """Drop them."""
    op.drop_index(op.f("ix_contact_moment_case_id"), table_name="contact_moment")
    op.drop_table("contact_moment")
    op.drop_index("ix_case_file_work", table_name="case_file")
    op.drop_index(op.f("ix_case_file_broker_id"), table_name="case_file")
    op.drop_table("case_file")
