"""Two administrators who change the role or the programme of a colleague."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0033_rights_change"
down_revision = "0032_limits"
branch_labels = None
depends_on = None

ROLES = "role IN ('student', 'employer', 'broker', 'coordinator', 'admin', 'auditor')"


def upgrade():
    """Make the table."""
    op.create_table(
        "rights_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("enables", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=True),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(ROLES, name=op.f("ck_rights_change_role")),
        sa.CheckConstraint("asked_by_id <> user_id", name=op.f("ck_rights_change_not_ones_own")),
        sa.CheckConstraint(
            "granted_by_id <> asked_by_id AND granted_by_id <> user_id", name=op.f("ck_rights_change_four_eyes")
        ),
        sa.CheckConstraint(
            "(granted_by_id IS NULL) = (granted_at IS NULL)", name=op.f("ck_rights_change_granted_when")
        ),
        sa.CheckConstraint("granted_at IS NULL OR dropped_at IS NULL", name=op.f("ck_rights_change_one_end")),
        *(
            sa.ForeignKeyConstraint([name], ["user_account.id"], name=op.f(f"fk_rights_change_{name}_user_account"))
            for name in ("user_id", "asked_by_id", "granted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_rights_change_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_change")),
    )
    op.create_index(op.f("ix_rights_change_user_id"), "rights_change", ["user_id"], unique=False)


def downgrade():
    """Drop it; what was granted holds, and stands in the trail."""
    op.drop_index(op.f("ix_rights_change_user_id"), table_name="rights_change")
    op.drop_table("rights_change")
