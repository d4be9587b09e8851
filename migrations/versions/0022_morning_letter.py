"""Whether a programme wants a letter in the morning when companies turned to it."""

import sqlalchemy as sa
from alembic import op

revision = "0022_morning_letter"
down_revision = "0021_second_look"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column: yes, until a coordinator says otherwise."""
    op.add_column("programme", sa.Column("morning_letter", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade():
    """Drop it."""
    op.drop_column("programme", "morning_letter")
