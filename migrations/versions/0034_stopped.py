"""An administrator who is stopped at once by one colleague, until a second one looked."""

import sqlalchemy as sa
from alembic import op

revision = "0034_stopped"
down_revision = "0033_rights_change"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column: nothing that was asked until now closes an account."""
    one_way = sa.CheckConstraint("NOT (enables AND closes)", name="ck_rights_change_one_way")
    closes = sa.Column("closes", sa.Boolean(), one_way, nullable=False, server_default=sa.false())
    op.add_column("rights_change", closes)


def downgrade():
    """Drop it: a stop that waits is a change to the same role from then on, and who was stopped stays closed."""
    op.drop_column("rights_change", "closes")
