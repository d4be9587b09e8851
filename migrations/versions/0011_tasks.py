"""Tasks with a day, and contacts with companies."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0011_tasks"
down_revision = "0010_previous_proposal"
branch_labels = None
depends_on = None


def upgrade():
    """Make the tables."""
    op.create_table(
        "organisation_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("with_whom", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('call', 'visit', 'meeting', 'mail')", name=op.f("ck_organisation_contact_kind")),
        _to("organisation_contact", "organisation_id", "organisation"),
        _to("organisation_contact", "programme_id", "programme"),
        _to("organisation_contact", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_contact")),
    )
    op.create_index(
        "ix_organisation_contact_of", "organisation_contact", ["organisation_id", "programme_id"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_task_state")),
        sa.CheckConstraint(
            "(case_id IS NOT NULL) OR (organisation_id IS NOT NULL)", name=op.f("ck_task_about_someone")
        ),
        _to("task", "programme_id", "programme"),
        _to("task", "case_id", "case_file"),
        _to("task", "organisation_id", "organisation"),
        _to("task", "for_id", "user_account"),
        _to("task", "by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_work", "task", ["programme_id", "state", "due_on"], unique=False)
    for column in ("case_id", "organisation_id", "for_id"):
        op.create_index(op.f(f"ix_task_{column}"), "task", [column], unique=False)


def _to(table, column, target):
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade():
    """Drop them."""
    op.drop_table("task")
    op.drop_table("organisation_contact")
