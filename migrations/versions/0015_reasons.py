"""Reasons to choose from, and how much attention a decision got."""

import sqlalchemy as sa
from alembic import op

revision = "0015_reasons"
down_revision = "0014_case"
branch_labels = None
depends_on = None


def upgrade():
    """Add the columns, empty: of what was decided before it is not known."""
    op.add_column("programme", sa.Column("reasons", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("review", sa.Column("reason", sa.String(length=80), nullable=True))
    op.add_column("review", sa.Column("undone_reason", sa.String(length=80), nullable=True))
    at_least_none = sa.CheckConstraint("seconds >= 0", name="ck_review_seconds")
    op.add_column("review", sa.Column("seconds", sa.Integer(), at_least_none, nullable=True))
    op.add_column("review", sa.Column("alternatives", sa.Integer(), nullable=True))


def downgrade():
    """Drop them."""
    for column in ("alternatives", "seconds", "undone_reason", "reason"):
        op.drop_column("review", column)
    op.drop_column("programme", "reasons")
