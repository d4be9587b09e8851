"""Recovery codes, the browser of a session, when someone last signed in, and three more purposes of a link."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0027_signing_in"
down_revision = "0026_first_due"
branch_labels = None
depends_on = None

BEFORE = ("sign_in", "student", "employer", "invitation")
ADDED = ("reset", "address", "step_up")
NAME = "ck_sign_in_link_purpose"


def upgrade():
    """Add the columns: of sessions that are open it is not known when they were confirmed, so they were not."""
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.add_column("user_account", sa.Column("totp_next", sa.String(length=64), nullable=True))
    op.add_column("user_account", sa.Column("signed_in_at", UtcDateTime(), nullable=True))
    op.add_column("user_session", sa.Column("browser", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("user_session", sa.Column("confirmed_at", UtcDateTime(), nullable=True))
    _allow(BEFORE + ADDED)


def downgrade():
    """Drop them, and the links that the older version cannot read."""
    named = ", ".join(f"'{purpose}'" for purpose in ADDED)
    op.execute(f"DELETE FROM sign_in_link WHERE purpose IN ({named})")  # noqa: S608 - words of our own
    _allow(BEFORE)
    op.drop_column("user_session", "confirmed_at")
    op.drop_column("user_session", "browser")
    op.drop_column("user_account", "signed_in_at")
    op.drop_column("user_account", "totp_next")
    op.drop_index(op.f("ix_recovery_code_user_id"), table_name="recovery_code")
    op.drop_table("recovery_code")


def _allow(purposes):
    named = ", ".join(f"'{purpose}'" for purpose in purposes)
    with op.batch_alter_table("sign_in_link") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), f"purpose IN ({named})")
