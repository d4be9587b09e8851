"""What people ask about their own data, and who was erased."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime
from stagemakelaar.errors import DomainError
from stagemakelaar.rights.models import UNLISTED

revision = "0028_rights"
down_revision = "0027_signing_in"
branch_labels = None
depends_on = None


def upgrade():
    """Make both tables, and the moment at which an account was erased."""
    op.add_column("user_account", sa.Column("erased_at", UtcDateTime(), nullable=True))
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("answer_by_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('erasure', 'restriction', 'objection')", name="ck_data_request_kind"),
        sa.CheckConstraint("state IN ('open', 'granted', 'refused', 'withdrawn')", name="ck_data_request_state"),
        sa.CheckConstraint(
            "(state IN ('granted', 'refused')) = (decided_by_id IS NOT NULL)", name="ck_data_request_decided_by_whom"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_data_request_user_id_user_account"),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name="fk_data_request_programme_id_programme"),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name="fk_data_request_decided_by_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_data_request"),
    )
    op.create_index("ix_data_request_user_id", "data_request", ["user_id"])
    op.create_index("ix_data_request_waiting", "data_request", ["programme_id", "state"])
    op.create_index(
        "uq_data_request_open",
        "data_request",
        ["user_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("listed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("why IN ('request', 'retention')", name="ck_erasure_why"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.UniqueConstraint("ref", name="uq_erasure_ref"),
    )
    op.create_index("ix_erasure_user_id", "erasure", ["user_id"])


def downgrade():
    """Drop them; who was erased stays so, and the list still knows. What people asked goes: it has no place there."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM erasure WHERE listed_at IS NULL")):
        raise DomainError(UNLISTED)
    op.drop_table("erasure")
    op.drop_table("data_request")
    op.drop_column("user_account", "erased_at")
