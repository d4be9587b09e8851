"""How Alembic reaches our database: on the connection that `stagemakelaar.schema` hands over, one transaction for all.

SQLite rebuilds a table to change it. With foreign keys switched on, dropping the old table would delete the children of
its rows, so they are off meanwhile, and checked before the end.
"""

from alembic import context

from stagemakelaar.db import Base
from stagemakelaar.rooms import import_models


def run(connection):
    """Run the migrations that were asked for, all or none."""
    import_models()
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        _sqlite_foreign_keys(connection, "OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=on_sqlite,
        compare_type=True,
        transaction_per_migration=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if on_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"rows without their parent after the migration: {broken[:5]}")
    connection.commit()
    if on_sqlite:
        _sqlite_foreign_keys(connection, "ON")


def _sqlite_foreign_keys(connection, switch):
    """This setting is deaf inside a transaction, so it goes to the driver's connection between two of them."""
    connection.rollback()
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={switch}")


run(context.config.attributes["connection"])
