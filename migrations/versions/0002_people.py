"""Programmes, accounts, students and their profiles; signing in."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0002_people"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None


def upgrade():
    """Make the tables."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_counted", "attempt", ["subject", "at"], unique=False)
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("undo_minutes", sa.Integer(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('municipality', 'school')", name=op.f("ck_programme_kind")),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 30", name=op.f("ck_programme_answer_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_slug")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(role IN ('admin', 'auditor', 'employer')) OR (programme_id IS NOT NULL)",
            name=op.f("ck_user_account_role_has_programme"),
        ),
        sa.CheckConstraint(
            "role IN ('student', 'employer', 'broker', 'coordinator', 'admin', 'auditor')",
            name=op.f("ck_user_account_role"),
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_user_account_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_index(op.f("ix_user_account_programme_id"), "user_account", ["programme_id"], unique=False)
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("browser_hash", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('sign_in', 'student', 'employer', 'invitation')", name=op.f("ck_sign_in_link_purpose")
        ),
        sa.CheckConstraint("attempts BETWEEN 0 AND 5", name=op.f("ck_sign_in_link_attempts")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_sign_in_link_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_sign_in_link_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_link_browser_hash"), "sign_in_link", ["browser_hash"], unique=False)
    op.create_index(op.f("ix_sign_in_link_email"), "sign_in_link", ["email"], unique=False)
    op.create_table(
        "student",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=30), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("sort_name", sa.String(length=220), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_student_programme_id_programme")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_student_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
        sa.UniqueConstraint("user_id", name=op.f("uq_student_user_id")),
    )
    op.create_index("ix_student_sorting", "student", ["programme_id", "sort_name"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("carried", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "profile",
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=True),
        sa.Column("leerweg", sa.String(length=20), nullable=True),
        sa.Column("school_name", sa.String(length=120), nullable=False),
        sa.Column("school_brin", sa.String(length=6), nullable=True),
        sa.Column("school_year", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("days_per_week", sa.Integer(), nullable=True),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("school_hours", sa.Integer(), nullable=True),
        sa.Column("late_hours", sa.String(length=20), nullable=False),
        sa.Column("postcode", sa.String(length=7), nullable=True),
        sa.Column("travel_modes", sa.JSON(), nullable=False),
        sa.Column("max_minutes", sa.Integer(), nullable=True),
        sa.Column("learning_wish", sa.Text(), nullable=False),
        sa.Column("work_processes", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("must", sa.JSON(), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("has_vog", sa.Boolean(), nullable=False),
        sa.Column("searching_since", sa.Date(), nullable=True),
        sa.Column("steps_done", sa.JSON(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("late_hours IN ('none', 'evening', 'night')", name=op.f("ck_profile_late_hours")),
        sa.CheckConstraint("leerweg IN ('bol', 'bbl')", name=op.f("ck_profile_leerweg")),
        sa.CheckConstraint("days_per_week BETWEEN 1 AND 7", name=op.f("ck_profile_days_per_week")),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_profile_period")),
        sa.CheckConstraint("max_minutes BETWEEN 10 AND 120", name=op.f("ck_profile_max_minutes")),
        sa.CheckConstraint("weekdays BETWEEN 0 AND 127", name=op.f("ck_profile_weekdays")),
        sa.ForeignKeyConstraint(["code"], ["qualification.code"], name=op.f("fk_profile_code_qualification")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_profile_student_id_student")),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_profile")),
    )


def downgrade():
    """Drop them."""
    op.drop_table("profile")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index("ix_student_sorting", table_name="student")
    op.drop_table("student")
    op.drop_index(op.f("ix_sign_in_link_email"), table_name="sign_in_link")
    op.drop_index(op.f("ix_sign_in_link_browser_hash"), table_name="sign_in_link")
    op.drop_table("sign_in_link")
    op.drop_index(op.f("ix_user_account_programme_id"), table_name="user_account")
    op.drop_table("user_account")
    op.drop_table("programme")
    op.drop_index("ix_attempt_counted", table_name="attempt")
    op.drop_table("attempt")
