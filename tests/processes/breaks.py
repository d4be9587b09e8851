"""Faults that can be planted in a process of the service, so that a proof is seen red. A function plants one fault."""

import contextlib
import itertools
import time

from stagemakelaar import db, jobs, outbox
from stagemakelaar.placements import actions, letters
from stagemakelaar.rounds import review
from stagemakelaar.rounds.models import ProposalState
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
        time.sleep(10 * A_MOMENT)
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


def takes_no_seat():
    """A student is placed, and the seat stays free."""
    actions.take_seat = lambda _session, _place: None


def looks_and_then_places():
    """Nobody looks under a lock whether the case of a student who is placed is still searching."""
    actions.casework.follow_placed = lambda _session, _case, **_by: time.sleep(A_MOMENT)


def decides_again():
    """A decision that was taken is taken once more."""
    take_up = review._take_up

    def take_up_again(session, proposal, **more):
        proposal = review.locked(session, proposal.id)
        if proposal.state in {ProposalState.APPROVED, ProposalState.REJECTED}:
            proposal.state = ProposalState.OPEN
        return take_up(session, proposal, **more | {"version": None})

    review._take_up = take_up_again
