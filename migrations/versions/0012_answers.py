"""What companies answer when they are asked for a place, and where those are that may have one."""

import sqlalchemy as sa
from alembic import op

revision = "0012_answers"
down_revision = "0011_tasks"
branch_labels = None
depends_on = None


def upgrade():
    """Add the columns, empty. The check stands with its column: then SQLite can add and drop both in place."""
    answers = sa.CheckConstraint("answer IN ('yes', 'later', 'no')", name="ck_organisation_contact_answer")
    op.add_column("organisation_contact", sa.Column("answer", sa.String(length=20), answers))
    op.add_column("organisation_contact", sa.Column("code", sa.String(length=5)))
    op.add_column("interest", sa.Column("postcode", sa.String(length=7)))
    op.add_column("interest", sa.Column("call_on", sa.Date()))


def downgrade():
    """Drop them."""
    op.drop_column("interest", "call_on")
    op.drop_column("interest", "postcode")
    op.drop_column("organisation_contact", "code")
    op.drop_column("organisation_contact", "answer")
