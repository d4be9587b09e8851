"""Rows made by hand, for what a test needs to exist without going through the actions that it does not test."""

from sqlalchemy import inspect


def row(session, model, **values):
    """Insert a row and give it back with its id."""
    record = model(**values)
    session.add(record)
    session.flush()
    return record


def number_of(record):
    """The id of a record that belongs to a request of the past, whose session is gone."""
    return inspect(record).identity[0]
