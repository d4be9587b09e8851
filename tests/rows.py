"""Rows made by hand, for what a test needs to exist without going through the actions that it does not test."""

from sqlalchemy import inspect

from stagemakelaar.db import current_session, transaction


def row(session, model, **values):
    """Insert a row and give it back with its id."""
    record = model(**values)
    session.add(record)
    session.flush()
    return record


def number_of(record):
    """The id of a record that belongs to a request of the past, whose session is gone."""
    return inspect(record).identity[0]


def again(record):
    """The record as the database has it now."""
    session = current_session()
    session.rollback()
    return session.get(type(record), record.id)


def change(model, number, **values):
    """Change columns by hand, as time or an import would."""
    with transaction() as session:
        record = session.get(model, number)
        for name, value in values.items():
            setattr(record, name, value)
