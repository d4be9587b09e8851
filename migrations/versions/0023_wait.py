"""After a place fell through, a broker may decide that the student waits for the next round."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0023_wait"
down_revision = "0022_morning_letter"
branch_labels = None
depends_on = None


def upgrade():
    """Make the table, empty."""
    op.create_table(
        "wait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_wait_programme_id_programme")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_wait_placement_id_placement")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_wait_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_wait_placement_id")),
    )


def downgrade():
    """Drop it."""
    op.drop_table("wait")
