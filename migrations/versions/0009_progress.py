"""How far a computation is."""

import sqlalchemy as sa
from alembic import op

revision = "0009_progress"
down_revision = "0008_told_from"
branch_labels = None
depends_on = None


def upgrade():
    """Add the columns, empty. Checks stand with their column: then SQLite can add and drop both in place."""
    stages = "stage IN ('reading', 'solving', 'checking', 'explaining')"
    op.add_column("run", sa.Column("stage", sa.String(length=20), sa.CheckConstraint(stages, name="ck_run_stage")))
    whole = sa.CheckConstraint("share BETWEEN 0 AND 100", name="ck_run_share")
    op.add_column("run", sa.Column("share", sa.Integer(), whole))


def downgrade():
    """Drop them."""
    op.drop_column("run", "share")
    op.drop_column("run", "stage")
