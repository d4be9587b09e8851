"""From when both sides are told of a placement; until then the decision can be taken back unheard."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0008_told_from"
down_revision = "0007_rules"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column, empty: whoever was placed before was told at once, or has been told since."""
    op.add_column("placement", sa.Column("told_from", UtcDateTime(), nullable=True))


def downgrade():
    """Drop it."""
    op.drop_column("placement", "told_from")
