"""A form that meets the end of a session is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0008_carried_forms"
down_revision = "0007_case_note"
branch_labels = None
depends_on = None


def upgrade():
    """Room for what was typed."""
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("carried", sa.JSON(), nullable=True))


def downgrade():
    """Without it."""
    with op.batch_alter_table("user_session") as table:
        table.drop_column("carried")
