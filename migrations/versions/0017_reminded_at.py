"""When whoever had not answered was last reminded."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0017_reminded_at"
down_revision = "0016_run_settings"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column, empty."""
    op.add_column("placement", sa.Column("reminded_at", UtcDateTime()))


def downgrade():
    """Drop it."""
    op.drop_column("placement", "reminded_at")
