"""An index on the proposal that another replaces: lists leave out what was replaced, and look it up by this."""

from alembic import op

revision = "0010_previous_proposal"
down_revision = "0009_progress"
branch_labels = None
depends_on = None


def upgrade():
    """Make the index."""
    op.create_index(op.f("ix_proposal_previous_id"), "proposal", ["previous_id"], unique=False)


def downgrade():
    """Drop it."""
    op.drop_index(op.f("ix_proposal_previous_id"), table_name="proposal")
