"""Indexes by which the work list finds what ends, what waits to be checked, and who was to be called."""

import sqlalchemy as sa
from alembic import op

revision = "0025_work_list"
down_revision = "0024_answered_how"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_recognition_valid_until", "recognition", "valid_until"),
    ("ix_organisation_state", "organisation", "state"),
    ("ix_contact_moment_next_on", "contact_moment", "next_on"),
)
PARTIAL = (
    ("ix_recognition_withdrawn_on", "withdrawn_on", "withdrawn_on IS NOT NULL"),
    ("ix_recognition_unchecked", "organisation_id", "checked_at IS NULL"),
)


def upgrade():
    """Make them."""
    for name, table, column in INDEXES:
        op.create_index(name, table, [column], unique=False)
    for name, column, where in PARTIAL:
        only = sa.text(where)
        op.create_index(name, "recognition", [column], unique=False, sqlite_where=only, postgresql_where=only)


def downgrade():
    """Drop them."""
    for name, _column, _where in PARTIAL:
        op.drop_index(name, table_name="recognition")
    for name, table, _column in INDEXES:
        op.drop_index(name, table_name=table)
