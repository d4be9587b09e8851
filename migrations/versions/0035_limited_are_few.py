"""An index of the students with whom no computation may reckon: few, and asked for by every page that explains one."""

import sqlalchemy as sa
from alembic import op

revision = "0035_limited_are_few"
down_revision = "0034_stopped"
branch_labels = None
depends_on = None

FEW = sa.text("restricted_at IS NOT NULL OR objected_at IS NOT NULL")


def upgrade():
    """Make it."""
    op.create_index("ix_student_limited", "student", ["programme_id"], sqlite_where=FEW, postgresql_where=FEW)


def downgrade():
    """Drop it."""
    op.drop_index("ix_student_limited", "student")
