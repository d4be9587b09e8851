"""Faults that can be planted in a process of the service, so that a proof is seen red. A function plants one fault."""

import contextlib
import itertools
import time

from stagemakelaar import db, jobs, outbox
from stagemakelaar.placements import actions, letters
from stagemakelaar.places import seats
from stagemakelaar.web import proposals

A_MOMENT = 0.05  # seconds in which a kill can fall


def letters_after_the_commit():
    """The letters are promised when the placement is there already, in a transaction of their own."""
    planned, before = [], letters.planned
    open_transaction = db.transaction

    @contextlib.contextmanager
    def two_transactions():
        with open_transaction() as session:
            yield session
        time.sleep(A_MOMENT)
        with open_transaction() as session:
            while planned:
                before(session, session.merge(planned.pop()))

    actions.letters.planned = lambda _session, placement: planned.append(placement)
    proposals.transaction = two_transactions


def noted_before_it_leaves():
    """A letter is noted as sent, and then handed over."""
    send = jobs._send_one

    def note_and_send(sender, render, message, message_id):
        with db.transaction() as session:
            outbox.settle_sent(session, message_id, message.attempts)
        time.sleep(A_MOMENT)
        return send(sender, render, message, message_id)

    jobs._send_one = note_and_send


def says_saved_and_is_not():
    """Now and then the browser hears that it was saved, and nothing was."""
    open_transaction, count = db.transaction, itertools.count(1)

    @contextlib.contextmanager
    def forgetful():
        with open_transaction() as session:
            yield session
            if next(count) % 3 == 0:
                session.rollback()

    proposals.transaction = forgetful


def takes_without_a_lease():
    """Who claims a letter keeps it for no time at all, so that others take it as well."""
    claim = outbox.claim

    def claim_loosely(session, limit=20):
        claimed = claim(session, limit)
        for message in claimed:
            message.leased_until = None
        session.flush()
        return claimed

    outbox.claim = claim_loosely


def counts_and_then_takes():
    """A seat is looked for, and taken a moment later, whatever happened in between."""

    def take(session, place):
        session.refresh(place)
        if place.free < 1:
            raise seats.Overtaken(seats.N_("Deze plek is intussen vol. Kies een andere plek."))
        time.sleep(A_MOMENT)
        place.free = max(place.free - 1, 0)
        session.flush()

    actions.take_seat = take


def takes_no_seat():
    """A student is placed, and the seat stays free."""
    actions.take_seat = lambda _session, _place: None
