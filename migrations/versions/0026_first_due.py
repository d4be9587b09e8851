"""Since when a letter waits that was offered in vain; each try moves the day on which it is due."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0026_first_due"
down_revision = "0025_work_list"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column, empty."""
    op.add_column("message", sa.Column("first_due_at", UtcDateTime()))


def downgrade():
    """Drop it."""
    op.drop_column("message", "first_due_at")
