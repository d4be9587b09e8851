"""Tables to the matcher's arrays, and back: the one door for facts. `columns_of` tells what is read of a row, and
`reach.py` who could get where; no other file knows both tables and arrays.

What goes in: numbers that stand for students and places, and what may count. What stays outside: names, addresses,
birth dates and postcodes; of a journey only its minutes go in, of an age only the yes or no of the rules for the young.
"""

from dataclasses import replace
from functools import cache

import numpy as np
from sqlalchemy import bindparam, select

from stagemakelaar.errors import DomainError
from stagemakelaar.matching.columns import part_of, rows_about
from stagemakelaar.matching.problem import Problem
from stagemakelaar.matching.scoring import PARTS, Weights
from stagemakelaar.people.models import Programme, Student
from stagemakelaar.placements.models import LIVE, Placement, PlacementState, WithdrawnBy
from stagemakelaar.places.models import Organisation, OrganisationState, Place, PlaceState
from stagemakelaar.reach import pairs
from stagemakelaar.reference.postcodes import pc4_of
from stagemakelaar.rounds import columns_of
from stagemakelaar.rounds.forgetting import FORGOTTEN, gone_from
from stagemakelaar.rounds.hints import hints_of
from stagemakelaar.rounds.models import Proposal, Review, Run, Verdict
from stagemakelaar.rounds.queries import IS_READY, STANDS, takes_part
from stagemakelaar.rounds.reading import number, read, translated
from stagemakelaar.rounds.run_settings import RunSettings

# Why a pair may not be proposed; the numbers are stored with a run and never change.
STUDENT_SAID_NO, BROKER_SAID_NO = 1, 2


def freeze(session, run):
    """Return the `Problem` of this moment: who is searching in the programme, what is open, and the lot of the run."""
    refused = _said_no_by_student(session, run.programme_id) | _said_no_by_broker(session, run.round_id)
    weights = session.scalar(select(Programme.weights).where(Programme.id == run.programme_id))
    asked = columns_of.asked(takes_part(run.programme_id), _is_open(run.programme_id))
    return _problem(session, run.programme_id, asked, refused, lot=run.lot, weights=weights)


def freeze_again(session, run, earlier):
    """Return the `Problem` of the facts that an earlier run was given, and of what people decided since.

    Who was placed since stays there and takes no part; of each place only the seats that are still free can be given;
    what stands turned down is not proposed again; and what the brokers want now counts.
    """
    facts = Problem.from_bytes(earlier.frozen_input)
    people, places = facts.candidates, facts.openings
    placed = select(Placement.student_id).where(Placement.programme_id == run.programme_id, Placement.state.in_(LIVE))
    gone = [*session.scalars(placed), *session.scalars(gone_from(run.programme_id))]
    left = ~np.isin(people.key, gone)
    free = read(session, select(number(Place.id), number(Place.free)).where(Place.programme_id == run.programme_id))
    still_free = dict(zip(free.id.tolist(), free.free.tolist(), strict=True))
    seats = np.minimum(places.seats, [still_free.get(key, 0) for key in places.key.tolist()])
    refused = _said_no_by_student(session, run.programme_id) | _said_no_by_broker(session, run.round_id)
    refused |= {tuple(row) for row in facts.pairs.forbidden.tolist() if row[2] != BROKER_SAID_NO}  # may be undone since
    keys = people.key[left]
    return Problem(
        candidates=part_of(
            people, left, processes=rows_about(people.processes, keys), required=rows_about(people.required, keys)
        ),
        openings=replace(places, seats=seats),
        pairs=part_of(
            facts.pairs,
            np.isin(facts.pairs.candidate, keys),
            forbidden=rows_about(_table(refused), keys, places.key),
            hints=rows_about(_table(hints_of(session, run.programme_id)), keys),
        ),
        weights=facts.weights,
    )


def thaw(run):
    """Return the very problem that this run was given: the facts that were kept with it, under its settings."""
    if run.frozen_input is None:
        raise DomainError(FORGOTTEN)
    return RunSettings.of(run).applied_to(Problem.from_bytes(run.frozen_input))


def pair_of_today(session, student, place):
    """Return the `Problem` of one student and one place as they are now, or None when the profile is not complete."""
    return _problem_of_one(session, student, _one_pair(), place=place.id)


def options_of_today(session, student):
    """Return the `Problem` of one student and all places that are open now, full ones too, or None without a complete
    profile.
    """
    return _problem_of_one(session, student, _all_for_one(), programme=student.programme_id)


@cache
def _one_pair():
    return columns_of.asked([Student.id == bindparam("student"), *IS_READY], [Place.id == bindparam("place")])


@cache
def _all_for_one():
    return columns_of.asked([Student.id == bindparam("student"), *IS_READY], _is_offered(bindparam("programme")))


def _problem_of_one(session, student, asked, **values):
    refused = _said_no_by_student(session, student.programme_id, student.id)
    problem = _problem(session, student.programme_id, asked, refused, student=student.id, **values)
    return problem if len(problem.candidates) else None


def _problem(session, programme_id, asked, refused, *, lot=0, weights=None, **values):
    people = read(session, asked.people, order_by="id", **values)
    places = read(session, asked.places, order_by="id", **values)
    recognitions = columns_of.recognitions(session, asked, people.code, **values)
    candidates = columns_of.candidates(people, lot)
    openings = columns_of.openings(places, recognitions, columns_of.codes_of_processes(session))
    return Problem(
        candidates=candidates,
        openings=openings,
        pairs=pairs(
            candidates,
            openings,
            homes=translated(people.postcode, pc4_of),
            modes=translated(people.travel_modes, columns_of.modes_of),
            works=translated(places.postcode, pc4_of),
            forbidden=rows_about(_table(refused), candidates.key, openings.key),
            # also of places that take no part
            hints=rows_about(_table(hints_of(session, programme_id)), candidates.key),
        ),
        weights=Weights(**{part: (weights or {})[part] for part in PARTS if part in (weights or {})}),
    )


def _table(rows):
    """Rows of three numbers as an array."""
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)


# --- who and what --------------------------------------------------------------------------------------------------


def _is_open(programme_id):
    return (*_is_offered(programme_id), Place.free > 0)


def _is_offered(programme_id):
    return (
        Place.programme_id == programme_id,
        Place.state == PlaceState.OPEN,
        Organisation.state == OrganisationState.VERIFIED,
    )


def _said_no_by_student(session, programme_id, student_id=None):
    """Places that a student declined or left; what others ended may be proposed again."""
    declined = select(Placement.student_id, Placement.place_id).where(
        Placement.programme_id == programme_id,
        Placement.state == PlacementState.WITHDRAWN,
        Placement.withdrawn_by == WithdrawnBy.STUDENT,
    )
    if student_id is not None:
        declined = declined.where(Placement.student_id == student_id)
    return {(student, place, STUDENT_SAID_NO) for student, place in session.execute(declined)}


def _said_no_by_broker(session, round_id):
    """Proposals of this round that stand rejected with a reason; the next round may come to the same pair again."""
    rejected = (
        select(Proposal.student_id, Proposal.place_id)
        .join(Run, Run.id == Proposal.run_id)
        .join(Review, Review.proposal_id == Proposal.id)
        .where(Run.round_id == round_id, Review.verdict == Verdict.REJECT, STANDS)
    )
    return {(student, place, BROKER_SAID_NO) for student, place in session.execute(rejected)}
