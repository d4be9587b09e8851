"""Hand-overs and notes of a case, the applications before us, and the trail of one record by index."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0014_case"
down_revision = "0013_send_together"
branch_labels = None
depends_on = None


def upgrade():
    """Make the tables and the index; add the columns, empty: what was not asked before is not known."""
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'returned')", name=op.f("ck_hand_over_state")),
        _to("hand_over", "case_id", "case_file"),
        *(_to("hand_over", column, "user_account") for column in ("from_id", "to_id", "by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    op.create_index(op.f("ix_hand_over_case_id"), "hand_over", ["case_id"], unique=False)
    op.create_index("ix_hand_over_to", "hand_over", ["to_id", "state"], unique=False)
    op.create_index(
        "uq_hand_over_waiting",
        "hand_over",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _to("case_note", "case_id", "case_file"),
        _to("case_note", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"], unique=False)
    several = sa.CheckConstraint("applied_to BETWEEN 0 AND 999", name="ck_profile_applied_to")
    op.add_column("profile", sa.Column("applied_to", sa.Integer(), several, nullable=True))
    op.add_column("profile", sa.Column("applied_note", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_type", "object_id"], unique=False)


def _to(table, column, target):
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade():
    """Drop them."""
    op.drop_index("ix_audit_entry_object", "audit_entry")
    op.drop_column("profile", "applied_note")
    op.drop_column("profile", "applied_to")
    op.drop_table("case_note")
    op.drop_table("hand_over")
