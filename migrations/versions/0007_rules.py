"""Hours, required work processes, the childcare register, special risks; and what a broker wants for a pair."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0007_rules"
down_revision = "0006_rounds"
branch_labels = None
depends_on = None


def _new():
    """New columns per table. Checks stand with their column: then SQLite can add and drop both in place."""
    return {
        "profile": (
            sa.Column(
                "hours_required",
                sa.Integer(),
                sa.CheckConstraint("hours_required BETWEEN 1 AND 9999", name="ck_profile_hours_required"),
                nullable=True,
            ),
            sa.Column("required_processes", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("in_childcare_register", sa.Boolean(), nullable=False, server_default=sa.false()),
        ),
        "place": (
            sa.Column("needs_register", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column(
                "special_risks",
                sa.String(length=20),
                sa.CheckConstraint(
                    "special_risks IN ('none', 'supervised', 'unsupervised')", name="ck_place_special_risks"
                ),
                nullable=True,
            ),
        ),
    }


def upgrade():
    """Add the columns, empty: what was not asked before is not known. Make the table."""
    for table, columns in _new().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "hint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("level IN ('must', 'rather', 'rather_not', 'never')", name=op.f("ck_hint_level")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name=op.f("ck_hint_withdrawn_by_whom")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_hint_by_id_user_account")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_hint_place_id_place")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_hint_programme_id_programme")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_hint_student_id_student")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_hint_withdrawn_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hint")),
    )
    op.create_index(op.f("ix_hint_place_id"), "hint", ["place_id"], unique=False)
    op.create_index(op.f("ix_hint_programme_id"), "hint", ["programme_id"], unique=False)
    op.create_index(
        "uq_hint_live",
        "hint",
        ["student_id", "place_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade():
    """Drop them."""
    op.drop_table("hint")
    for table, columns in _new().items():
        for column in columns:
            op.drop_column(table, column.name)
