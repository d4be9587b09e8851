"""Lists from elsewhere, and the same person found twice."""

import sqlalchemy as sa
from alembic import op

from stagemakelaar.db import UtcDateTime

revision = "0018_intake"
down_revision = "0017_reminded_at"
branch_labels = None
depends_on = None

JSON = sa.JSON()


def upgrade():
    """Add the school's number and the pointer of a double, and make the tables."""
    op.add_column("student", sa.Column("school_number", sa.String(length=40)))
    points_at = sa.ForeignKey("student.id", name="fk_student_merged_into_id_student")
    op.add_column("student", sa.Column("merged_into_id", sa.Integer(), points_at), inline_references=True)
    op.create_index("uq_student_school_number", "student", ["programme_id", "school_number"], unique=True)
    op.create_index("ix_student_birth", "student", ["programme_id", "birth_date"], unique=False)
    op.create_index(op.f("ix_student_merged_into_id"), "student", ["merged_into_id"], unique=False)
    _upload()
    _merge()
    _apart()


def _upload():
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('students', 'places')", name=op.f("ck_upload_kind")),
        sa.CheckConstraint("applied_at IS NULL OR content IS NULL", name=op.f("ck_upload_applied_is_emptied")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_upload_programme_id_programme")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_upload_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_programme_id"), "upload", ["programme_id"], unique=False)


def _merge():
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("changed", JSON, nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("rested", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_merge_two")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name=op.f("ck_merge_undone_by_whom")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_merge_programme_id_programme")),
        sa.ForeignKeyConstraint(["kept_id"], ["student.id"], name=op.f("fk_merge_kept_id_student")),
        sa.ForeignKeyConstraint(["gone_id"], ["student.id"], name=op.f("fk_merge_gone_id_student")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_merge_by_id_user_account")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user_account.id"], name=op.f("fk_merge_undone_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    stands = sa.text("undone_at IS NULL")
    op.create_index("uq_merge_gone", "merge", ["gone_id"], unique=True, sqlite_where=stands, postgresql_where=stands)
    op.create_index(op.f("ix_merge_kept_id"), "merge", ["kept_id"], unique=False)
    op.create_index(op.f("ix_merge_programme_id"), "merge", ["programme_id"], unique=False)


def _apart():
    op.create_table(
        "apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_apart_in_order")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_apart_programme_id_programme")),
        sa.ForeignKeyConstraint(["first_id"], ["student.id"], name=op.f("fk_apart_first_id_student")),
        sa.ForeignKeyConstraint(["second_id"], ["student.id"], name=op.f("fk_apart_second_id_student")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_apart_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apart")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_apart_first_id")),
    )
    op.create_index(op.f("ix_apart_programme_id"), "apart", ["programme_id"], unique=False)
    op.create_index(op.f("ix_apart_second_id"), "apart", ["second_id"], unique=False)


def downgrade():
    """Drop them all."""
    for table in ("apart", "merge", "upload"):
        op.drop_table(table)
    for index in ("ix_student_merged_into_id", "ix_student_birth", "uq_student_school_number"):
        op.drop_index(index, table_name="student")
    op.drop_column("student", "merged_into_id")
    op.drop_column("student", "school_number")
