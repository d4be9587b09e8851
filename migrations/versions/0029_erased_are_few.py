"""Who was erased is found without reading all accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0029_erased_are_few"
down_revision = "0028_rights"
branch_labels = None
depends_on = None

FEW = sa.text("erased_at IS NOT NULL")


def upgrade():
    """Add the index on those alone."""
    op.create_index("ix_user_account_erased", "user_account", ["id"], sqlite_where=FEW, postgresql_where=FEW)


def downgrade():
    """Drop it."""
    op.drop_index("ix_user_account_erased", "user_account")
