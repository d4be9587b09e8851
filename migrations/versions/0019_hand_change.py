"""What brokers change by hand in a round, and what they say to each other about a proposal."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0019_hand_change"
down_revision = "0018_intake"
branch_labels = None
depends_on = None


def _points(table, column, other):
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade():
    """Make the tables, empty: what was changed before is not known."""
    op.create_table(
        "hand_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('replaced', 'placed', 'rejected')", name=op.f("ck_hand_change_kind")),
        sa.CheckConstraint(
            "(kind = 'placed') = (proposal_id IS NULL)", name=op.f("ck_hand_change_placed_means_no_proposal")
        ),
        sa.CheckConstraint(
            "(kind = 'rejected') = (placement_id IS NULL)", name=op.f("ck_hand_change_rejected_means_no_placement")
        ),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name=op.f("ck_hand_change_undone_by_whom")),
        _points("hand_change", "programme_id", "programme"),
        _points("hand_change", "round_id", "round"),
        _points("hand_change", "run_id", "run"),
        _points("hand_change", "student_id", "student"),
        _points("hand_change", "place_id", "place"),
        _points("hand_change", "proposal_id", "proposal"),
        _points("hand_change", "placement_id", "placement"),
        _points("hand_change", "by_id", "user_account"),
        _points("hand_change", "undone_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_change")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_hand_change_placement_id")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_hand_change_proposal_id")),
    )
    op.create_index(op.f("ix_hand_change_round_id"), "hand_change", ["round_id"], unique=False)
    op.create_index(op.f("ix_hand_change_run_id"), "hand_change", ["run_id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by_id IS NULL)", name=op.f("ck_comment_resolved_by_whom")
        ),
        sa.CheckConstraint(
            "answers_id IS NULL OR resolved_at IS NULL", name=op.f("ck_comment_answers_are_not_resolved")
        ),
        _points("comment", "programme_id", "programme"),
        _points("comment", "proposal_id", "proposal"),
        _points("comment", "answers_id", "comment"),
        _points("comment", "by_id", "user_account"),
        _points("comment", "resolved_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    for column in ("programme_id", "proposal_id", "answers_id"):
        op.create_index(op.f(f"ix_comment_{column}"), "comment", [column], unique=False)


def downgrade():
    """Drop them."""
    op.drop_table("comment")
    op.drop_table("hand_change")
