"""How long a programme keeps who is no longer searching."""

import sqlalchemy as sa
from alembic import op

revision = "0031_keep_months"
down_revision = "0030_factor_reset"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column: a year, as the privacy statement always said."""
    within = sa.CheckConstraint("keep_months BETWEEN 3 AND 24", name="ck_programme_keep_months")
    op.add_column("programme", sa.Column("keep_months", sa.Integer(), within, nullable=False, server_default="12"))


def downgrade():
    """Drop it."""
    op.drop_column("programme", "keep_months")
