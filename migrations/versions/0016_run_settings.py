"""Settings of a run of its own, and the run whose facts it computes again."""

import sqlalchemy as sa
from alembic import op

revision = "0016_run_settings"
down_revision = "0015_reasons"
branch_labels = None
depends_on = None


def upgrade():
    """Add the columns: what was computed before had no settings of its own and no run before it."""
    op.add_column("run", sa.Column("settings", sa.JSON(), nullable=False, server_default="{}"))
    # In words of both databases: SQLite adds a reference together with its column and not afterwards.
    op.execute("ALTER TABLE run ADD COLUMN from_run_id INTEGER CONSTRAINT fk_run_from_run_id_run REFERENCES run (id)")


def downgrade():
    """Drop them."""
    op.drop_column("run", "from_run_id")
    op.drop_column("run", "settings")
