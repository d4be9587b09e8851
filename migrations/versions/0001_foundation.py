"""Installation, the audit trail, the outbox and the register of qualifications."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None


# The trail only grows: no line is ever changed or taken out, whoever asks.
ONLY_GROWS = {
    "sqlite": [
        f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        (
            "CREATE FUNCTION audit_entry_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$"
        ),
        (
            "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry"
            " FOR EACH ROW EXECUTE FUNCTION audit_entry_only_grows()"
        ),
        (
            "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_only_grows()"
        ),
    ],
}


def upgrade():
    """Make the tables."""
    op.create_table(
        "audit_entry",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=30), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_programme_id"), "audit_entry", ["programme_id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.CheckConstraint("kind IN ('demo', 'real', 'incomplete')", name=op.f("ck_installation_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_message_sent_means_when")),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed', 'cancelled')", name=op.f("ck_message_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    op.create_index(op.f("ix_message_programme_id"), "message", ["programme_id"], unique=False)
    op.create_index(op.f("ix_message_state"), "message", ["state"], unique=False)
    op.create_index(op.f("ix_message_user_id"), "message", ["user_id"], unique=False)
    op.create_table(
        "qualification",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_name", sa.String(length=210), nullable=False),
        sa.Column("niveau", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=True),
        sa.Column("offers_bol", sa.Boolean(), nullable=False),
        sa.Column("offers_bbl", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "sector IN ('entree', 'care', 'trade', 'ict', 'transport', 'craft', 'building', 'food', 'services')",
            name=op.f("ck_qualification_sector"),
        ),
        sa.CheckConstraint("length(code) = 5", name=op.f("ck_qualification_code_length")),
        sa.CheckConstraint("niveau BETWEEN 1 AND 4", name=op.f("ck_qualification_niveau")),
        sa.CheckConstraint("offers_bol OR offers_bbl", name=op.f("ck_qualification_some_leerweg")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_qualification_validity")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_qualification")),
    )
    op.create_table(
        "equivalent",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("equivalent_code", sa.String(length=5), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("code <> equivalent_code", name=op.f("ck_equivalent_two_codes")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_equivalent_validity")),
        sa.ForeignKeyConstraint(["code"], ["qualification.code"], name=op.f("fk_equivalent_code_qualification")),
        sa.ForeignKeyConstraint(
            ["equivalent_code"], ["qualification.code"], name=op.f("fk_equivalent_equivalent_code_qualification")
        ),
        sa.PrimaryKeyConstraint("code", "equivalent_code", name=op.f("pk_equivalent")),
    )
    op.create_index(op.f("ix_equivalent_equivalent_code"), "equivalent", ["equivalent_code"], unique=False)
    op.create_table(
        "work_process",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["qualification.code"], name=op.f("fk_work_process_code_qualification")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_process")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_work_process_code")),
    )
    for statement in ONLY_GROWS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    """Drop them."""
    op.drop_table("work_process")
    op.drop_index(op.f("ix_equivalent_equivalent_code"), table_name="equivalent")
    op.drop_table("equivalent")
    op.drop_table("qualification")
    op.drop_index(op.f("ix_message_user_id"), table_name="message")
    op.drop_index(op.f("ix_message_state"), table_name="message")
    op.drop_index(op.f("ix_message_programme_id"), table_name="message")
    op.drop_table("message")
    op.drop_table("installation")
    op.drop_index(op.f("ix_audit_entry_programme_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_action"), table_name="audit_entry")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_only_grows")
