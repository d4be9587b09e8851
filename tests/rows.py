"""Rows made by hand, for what a test needs to exist without going through the actions that it does not test."""


def row(session, model, **values):
    """Insert a row and give it back with its id."""
    record = model(**values)
    session.add(record)
    session.flush()
    return record
