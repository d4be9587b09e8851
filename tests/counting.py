"""Counting what a page or an action asks of the database."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def statements(engine):
    """`with statements(database) as asked:` gives the list of statements that were sent."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
