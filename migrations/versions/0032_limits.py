"""Students whose data may only be kept, or may take part in no run: what they asked and a coordinator granted."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0032_limits"
down_revision = "0031_keep_months"
branch_labels = None
depends_on = None

FEW = sa.text("restricted_at IS NOT NULL")


def upgrade():
    """Add the moments, and until when a request that was granted holds."""
    for name in ("restricted_at", "objected_at"):
        op.add_column("student", sa.Column(name, UtcDateTime(), nullable=True))
    op.create_index("ix_student_restricted", "student", ["id"], sqlite_where=FEW, postgresql_where=FEW)
    op.add_column("data_request", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("data_request", sa.Column("ended_at", UtcDateTime(), nullable=True))
    # What a later version granted and an earlier one came back from holds no more: the moments on the student are gone.
    op.execute(
        "UPDATE data_request SET ended_at = state_changed_at"
        " WHERE state = 'granted' AND kind IN ('restriction', 'objection')"
    )
    op.add_column("data_request", sa.Column("ended_why", sa.Text(), server_default="", nullable=False))


def downgrade():
    """Drop them: what was restricted is no longer so, as this version cannot keep it."""
    for name in ("ended_why", "ended_at", "ends_on"):
        op.drop_column("data_request", name)
    op.drop_index("ix_student_restricted", "student")
    for name in ("objected_at", "restricted_at"):
        op.drop_column("student", name)
