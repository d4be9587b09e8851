"""Organisations, recognitions, interest and places."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0003_places"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade():
    """Make the tables."""
    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=160), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('new', 'contacted', 'became_place', 'dropped')", name=op.f("ck_interest_state")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_interest_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    op.create_index(op.f("ix_interest_programme_id"), "interest", ["programme_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("sort_name", sa.String(length=160), nullable=False),
        sa.Column("kvk_number", sa.String(length=8), nullable=False),
        sa.Column("branch_number", sa.String(length=12), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("house_number", sa.String(length=20), nullable=False),
        sa.Column("postcode", sa.String(length=7), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("hides_address", sa.Boolean(), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("registered_with_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state <> 'verified') OR (verified_at IS NOT NULL)", name=op.f("ck_organisation_verified_means_when")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'verified', 'suspended', 'blocked')", name=op.f("ck_organisation_state")
        ),
        sa.ForeignKeyConstraint(
            ["registered_with_id"], ["programme.id"], name=op.f("fk_organisation_registered_with_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("kvk_number", "branch_number", name="uq_organisation_registration"),
    )
    op.create_index(op.f("ix_organisation_registered_with_id"), "organisation", ["registered_with_id"], unique=False)
    op.create_index(op.f("ix_organisation_sort_name"), "organisation", ["sort_name"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("manages", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("organisation_id", "user_id", name=op.f("uq_membership_organisation_id")),
    )
    op.create_index(op.f("ix_membership_user_id"), "membership", ["user_id"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("leerweg", sa.String(length=20), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("hours_per_day", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("postcode", sa.String(length=7), nullable=True),
        sa.Column("tasks", sa.Text(), nullable=False),
        sa.Column("work_processes", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("needs_vog", sa.Boolean(), nullable=False),
        sa.Column("late_hours", sa.String(length=20), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("allowance_cents", sa.Integer(), nullable=True),
        sa.Column("pays_travel", sa.Boolean(), nullable=True),
        sa.Column("trainer_name", sa.String(length=100), nullable=False),
        sa.Column("trainer_email", sa.String(length=254), nullable=False),
        sa.Column("steps_done", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("late_hours IN ('none', 'evening', 'night')", name=op.f("ck_place_late_hours")),
        sa.CheckConstraint("leerweg IN ('bol', 'bbl')", name=op.f("ck_place_leerweg")),
        sa.CheckConstraint("state IN ('draft', 'open', 'paused', 'closed')", name=op.f("ck_place_state")),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_place_period")),
        sa.CheckConstraint("free >= 0 AND free <= seats", name=op.f("ck_place_free")),
        sa.CheckConstraint("minimum_age IN (0, 16, 18)", name=op.f("ck_place_minimum_age")),
        sa.CheckConstraint("seats BETWEEN 1 AND 200", name=op.f("ck_place_seats")),
        sa.CheckConstraint("weekdays BETWEEN 0 AND 127", name=op.f("ck_place_weekdays")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_place_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_place_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    op.create_index("ix_place_open", "place", ["programme_id", "state"], unique=False)
    op.create_index(op.f("ix_place_organisation_id"), "place", ["organisation_id"], unique=False)
    op.create_table(
        "recognition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (checked_by_id IS NULL)", name=op.f("ck_recognition_checked_by_whom")
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_recognition_period")),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["user_account.id"], name=op.f("fk_recognition_checked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["code"], ["qualification.code"], name=op.f("fk_recognition_code_qualification")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_recognition_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_recognition_organisation_id")),
    )
    op.create_index(op.f("ix_recognition_code"), "recognition", ["code"], unique=False)
    op.create_table(
        "place_code",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["qualification.code"], name=op.f("fk_place_code_code_qualification")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_code_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", "code", name=op.f("pk_place_code")),
    )


def downgrade():
    """Drop them."""
    op.drop_table("place_code")
    op.drop_index(op.f("ix_recognition_code"), table_name="recognition")
    op.drop_table("recognition")
    op.drop_index(op.f("ix_place_organisation_id"), table_name="place")
    op.drop_index("ix_place_open", table_name="place")
    op.drop_table("place")
    op.drop_index(op.f("ix_membership_user_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_organisation_sort_name"), table_name="organisation")
    op.drop_index(op.f("ix_organisation_registered_with_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_interest_programme_id"), table_name="interest")
    op.drop_table("interest")
