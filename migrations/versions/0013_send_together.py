"""A programme may keep its letters until a broker sends them together."""

import sqlalchemy as sa
from alembic import op

revision = "0013_send_together"
down_revision = "0012_answers"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column: letters leave by themselves, as they did."""
    op.add_column("programme", sa.Column("send_together", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade():
    """Drop it."""
    op.drop_column("programme", "send_together")
