"""Why a case rests or was closed: kept with the case, where it can be erased, and not in the trail."""

import sqlalchemy as sa
from alembic import op

revision = "0007_case_note"
down_revision = "0006_rounds"
branch_labels = None
depends_on = None


def upgrade():
    """Add the column; what is there already has no note."""
    op.add_column("case_file", sa.Column("state_note", sa.Text(), nullable=False, server_default=""))


def downgrade():
    """Drop it."""
    op.drop_column("case_file", "state_note")
