"""Placements."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0005_placements"
down_revision = "0004_casework"
branch_labels = None
depends_on = None


def upgrade():
    """Make the tables."""
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("leerweg", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("days_per_week", sa.Integer(), nullable=False),
        sa.Column("hours_per_day", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("answer_by_on", sa.Date(), nullable=False),
        sa.Column("student_accepted_at", UtcDateTime(), nullable=True),
        sa.Column("student_answered_by_id", sa.Integer(), nullable=True),
        sa.Column("employer_confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("employer_answered_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=20), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdraw_reason", sa.String(length=30), nullable=True),
        sa.Column("withdraw_note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by IS NOT NULL) AND (state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_placement_withdrawn_by_whom"),
        ),
        sa.CheckConstraint("leerweg IN ('bol', 'bbl')", name=op.f("ck_placement_leerweg")),
        sa.CheckConstraint(
            "state IN ('planned', 'confirmed', 'active', 'completed', 'withdrawn')", name=op.f("ck_placement_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'active', 'completed')"
            " OR (student_accepted_at IS NOT NULL AND employer_confirmed_at IS NOT NULL)",
            name=op.f("ck_placement_confirmed_means_two_answers"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_placement_approved_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["code"], ["qualification.code"], name=op.f("fk_placement_code_qualification")),
        sa.ForeignKeyConstraint(
            ["employer_answered_by_id"],
            ["user_account.id"],
            name=op.f("fk_placement_employer_answered_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_placement_place_id_place")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_placement_programme_id_programme")),
        sa.ForeignKeyConstraint(
            ["student_answered_by_id"],
            ["user_account.id"],
            name=op.f("fk_placement_student_answered_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_placement_student_id_student")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_placement_withdrawn_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index(op.f("ix_placement_place_id"), "placement", ["place_id"], unique=False)
    op.create_index("ix_placement_programme_state", "placement", ["programme_id", "state"], unique=False)
    op.create_index(op.f("ix_placement_student_id"), "placement", ["student_id"], unique=False)
    op.create_index(
        "uq_placement_live_student",
        "placement",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('planned', 'confirmed', 'active')"),
        postgresql_where=sa.text("state IN ('planned', 'confirmed', 'active')"),
    )


def downgrade():
    """Drop them."""
    op.drop_index(
        "uq_placement_live_student",
        table_name="placement",
        sqlite_where=sa.text("state IN ('planned', 'confirmed', 'active')"),
        postgresql_where=sa.text("state IN ('planned', 'confirmed', 'active')"),
    )
    op.drop_index(op.f("ix_placement_student_id"), table_name="placement")
    op.drop_index("ix_placement_programme_state", table_name="placement")
    op.drop_index(op.f("ix_placement_place_id"), table_name="placement")
    op.drop_table("placement")
