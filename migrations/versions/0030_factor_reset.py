"""Two colleagues who let a third one set up the app for codes anew."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0030_factor_reset"
down_revision = "0029_erased_are_few"
branch_labels = None
depends_on = None


def upgrade():
    """Make the table."""
    op.create_table(
        "factor_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("asked_by_id <> user_id", name=op.f("ck_factor_reset_not_ones_own")),
        sa.CheckConstraint(
            "granted_by_id <> asked_by_id AND granted_by_id <> user_id", name=op.f("ck_factor_reset_four_eyes")
        ),
        sa.CheckConstraint("(granted_by_id IS NULL) = (granted_at IS NULL)", name=op.f("ck_factor_reset_granted_when")),
        *(
            sa.ForeignKeyConstraint([name], ["user_account.id"], name=op.f(f"fk_factor_reset_{name}_user_account"))
            for name in ("user_id", "asked_by_id", "granted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_reset")),
    )
    op.create_index(op.f("ix_factor_reset_user_id"), "factor_reset", ["user_id"], unique=False)


def downgrade():
    """Drop it."""
    op.drop_index(op.f("ix_factor_reset_user_id"), table_name="factor_reset")
    op.drop_table("factor_reset")
