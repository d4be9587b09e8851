"""How a yes was given that a broker noted for a student or a company."""

import sqlalchemy as sa
from alembic import op

revision = "0024_answered_how"
down_revision = "0023_wait"
branch_labels = None
depends_on = None

COLUMNS = ("student_answered_how", "employer_answered_how")


def upgrade():
    """Add the columns, empty: of answers noted before it is not known."""
    for name in COLUMNS:
        kinds = sa.CheckConstraint(f"{name} IN ('call', 'visit', 'meeting', 'mail')", name=f"ck_placement_{name}")
        op.add_column("placement", sa.Column(name, sa.String(length=20), kinds, nullable=True))


def downgrade():
    """Drop them."""
    for name in COLUMNS:
        op.drop_column("placement", name)
