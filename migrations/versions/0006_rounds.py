"""Rounds, runs, proposals, reviews."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0006_rounds"
down_revision = "0005_placements"
branch_labels = None
depends_on = None


def _adds_later():
    """A round and its runs point at each other: PostgreSQL adds the second key later, SQLite cannot and need not."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade():
    """Make the tables."""
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("chosen_run_id", sa.Integer(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') OR (chosen_run_id IS NOT NULL) OR (state = 'closed')",
            name=op.f("ck_round_review_means_chosen"),
        ),
        sa.CheckConstraint("state IN ('open', 'review', 'closed')", name=op.f("ck_round_state")),
        sa.ForeignKeyConstraint(
            ["chosen_run_id"], ["run.id"], name="fk_round_chosen_run_id_run", use_alter=_adds_later()
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user_account.id"], name=op.f("fk_round_opened_by_id_user_account")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_round_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )
    op.create_index(
        "uq_round_live",
        "round",
        ["programme_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("frozen_input", sa.LargeBinary(), nullable=True),
        sa.Column("input_hash", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("outcome_hash", sa.String(length=64), nullable=True),
        sa.Column("engine", sa.String(length=30), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("students", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("proposed", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'computed') = (outcome_hash IS NOT NULL)", name=op.f("ck_run_computed_means_outcome")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'computing', 'computed', 'failed', 'cancelled')", name=op.f("ck_run_state")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_run_asked_by_id_user_account")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_run_programme_id_programme")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_run_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_round_id"), "run", ["round_id"], unique=False)
    op.create_index(op.f("ix_run_state"), "run", ["state"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("priority_class", sa.Integer(), nullable=False),
        sa.Column("fit", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (placement_id IS NOT NULL)", name=op.f("ck_proposal_approved_means_placed")
        ),
        sa.CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name=op.f("ck_proposal_held_until_when")),
        sa.CheckConstraint("state IN ('open', 'approved', 'rejected', 'held')", name=op.f("ck_proposal_state")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_proposal_place_id_place")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_proposal_placement_id_placement")),
        sa.ForeignKeyConstraint(["previous_id"], ["proposal.id"], name=op.f("fk_proposal_previous_id_proposal")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_proposal_programme_id_programme")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_proposal_run_id_run")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_proposal_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_proposal_placement_id")),
    )
    op.create_index(op.f("ix_proposal_place_id"), "proposal", ["place_id"], unique=False)
    op.create_index("ix_proposal_run_state", "proposal", ["run_id", "state"], unique=False)
    op.create_index(op.f("ix_proposal_student_id"), "proposal", ["student_id"], unique=False)
    op.create_table(
        "unplaced",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("priority_class", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_unplaced_run_id_run")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_unplaced_student_id_student")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unplaced")),
        sa.UniqueConstraint("run_id", "student_id", name=op.f("uq_unplaced_run_id")),
    )
    op.create_index(op.f("ix_unplaced_student_id"), "unplaced", ["student_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("verdict IN ('approve', 'reject', 'hold')", name=op.f("ck_review_verdict")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_review_by_id_user_account")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_review_proposal_id_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_proposal_id"), "review", ["proposal_id"], unique=False)
    if _adds_later():
        op.create_foreign_key("fk_round_chosen_run_id_run", "round", "run", ["chosen_run_id"], ["id"])


def downgrade():
    """Drop them."""
    if _adds_later():
        op.drop_constraint("fk_round_chosen_run_id_run", "round", type_="foreignkey")
    op.drop_index(op.f("ix_review_proposal_id"), table_name="review")
    op.drop_table("review")
    op.drop_index(op.f("ix_unplaced_student_id"), table_name="unplaced")
    op.drop_table("unplaced")
    op.drop_index(op.f("ix_proposal_student_id"), table_name="proposal")
    op.drop_index("ix_proposal_run_state", table_name="proposal")
    op.drop_index(op.f("ix_proposal_place_id"), table_name="proposal")
    op.drop_table("proposal")
    op.drop_index(op.f("ix_run_state"), table_name="run")
    op.drop_index(op.f("ix_run_round_id"), table_name="run")
    op.drop_table("run")
    op.drop_index(
        "uq_round_live",
        table_name="round",
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.drop_table("round")
