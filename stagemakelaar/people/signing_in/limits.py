"""Limits on guessing and asking, counted in the database: over all processes, and after a restart as well."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, select

from stagemakelaar import clock
from stagemakelaar.db import stand_in_line
from stagemakelaar.errors import N_, TooOften
from stagemakelaar.people.signing_in.models import Attempt

RULES = {
    "password_account": ((10, timedelta(minutes=5)),),
    "password_address": ((10, timedelta(minutes=5)),),
    "password_total": ((1000, timedelta(minutes=5)),),
    "code_account": ((5, timedelta(minutes=5)), (20, timedelta(hours=1)), (50, timedelta(days=1))),
    "link_mailbox": ((5, timedelta(minutes=15)),),
    # A class of thirty sits behind the one address of its school.
    "link_address": ((100, timedelta(minutes=5)),),
    # Not a limit on asking: so many refusals of one account come into the trail, which is kept for ever.
    "refused_account": ((60, timedelta(hours=1)),),
    # Companies that say they may have a place: an evening for employers has one address too.
    "interest_address": ((20, timedelta(hours=1)), (60, timedelta(days=1))),
}


def take(session, **subjects):
    """Count one try for each rule (`password_account=…`); raises TooOften, and counts nothing, when one is full.

    Gives back what `forgive` takes when the try turns out well. Tries on one subject stand in line, so that no two can
    both be the last one.
    """
    now = clock.now()
    named = sorted((_hashed(rule, subject), rule) for rule, subject in subjects.items())
    taken = []
    for subject, rule in named:
        stand_in_line(session, int(subject[:15], 16))
        for most, within in RULES[rule]:
            _refuse_when_full(session, subject, most, now, within)
        attempt = Attempt(subject=subject, at=now)
        session.add(attempt)
        taken.append(attempt)
    session.flush()
    return [attempt.id for attempt in taken]


def forgive(session, taken):
    """Take tries off the count again: only failures count."""
    session.execute(delete(Attempt).where(Attempt.id.in_(taken)).execution_options(synchronize_session=False))


def forget_old(session):
    """Delete what no limit counts any more."""
    longest = max(within for rule in RULES.values() for _, within in rule)
    session.execute(
        delete(Attempt).where(Attempt.at < clock.now() - longest).execution_options(synchronize_session=False)
    )


def _refuse_when_full(session, subject, most, now, within):
    count, oldest = session.execute(
        select(func.count(), func.min(Attempt.at)).where(Attempt.subject == subject, Attempt.at > now - within)
    ).one()
    if count >= most:
        seconds = max(1, int((oldest + within - now).total_seconds()))
        raise TooOften(N_("Dit is te vaak geprobeerd. Wacht even en probeer het dan opnieuw."), seconds=seconds)


def _hashed(rule, subject):
    return hashlib.sha256(f"{rule}|{subject}".encode("utf-8", "surrogatepass")).hexdigest()
