"""What a change by hand costs the whole outcome, exactly, and for whom: from the run that is looked at.

The matcher answers in numbers of students and places; here they get their names back, and whoever has a place already
is marked: nobody who has been told moves without a person's decision.
"""

from dataclasses import dataclass, replace

from sqlalchemy import select

from stagemakelaar.matching.explain import Alternative, what_if
from stagemakelaar.matching.repair import repair
from stagemakelaar.matching.solver import solve
from stagemakelaar.people.models import Student
from stagemakelaar.placements.models import LIVE, Placement
from stagemakelaar.places.models import Place
from stagemakelaar.rounds.changes import known
from stagemakelaar.rounds.models import ChangeKind
from stagemakelaar.rounds.queries import computed


@dataclass(frozen=True)
class Cost:
    """Gevolg: what changes in all when the rest is arranged anew. Names by id; `settled`: placement by student id."""

    alternative: Alternative
    students: dict
    places: dict
    settled: dict


def cost_of_placing(session, run, student, place):
    """What it changes in the outcome of a run that this student goes to this place, as `Cost`.

    None when the run did not know one of them, or when a rule kept them apart in it.
    """
    problem, outcome = computed(session, run)
    found = known(what_if, problem, outcome, student.id, place.id)
    return None if found is None else named(session, [found])[0]


def costs_of(session, changes):
    """What each of these changes costs, as a table from its number to a `Cost`, or to None as in `cost_of_placing`."""
    looked_at = {change.run_id: change.run for change in changes}
    kept = {number: computed(session, run) for number, run in looked_at.items()}
    found = {change.id: _of_change(kept[change.run_id], change) for change in changes}
    asked = [number for number, one in found.items() if one is not None]
    told = named(session, [found[number] for number in asked])
    return found | dict(zip(asked, told, strict=True))


def _of_change(looked_at, change):
    problem, outcome = looked_at
    if change.kind is ChangeKind.REJECTED:
        found = known(repair, problem, outcome, change.student_id, declined=[change.place_id])
        return found[0] if found else None
    return known(what_if, problem, outcome, change.student_id, change.place_id)


def cost_of_hint(session, run, hint):
    """How (placed, total fit) of a run differ from what they would have been without a hint, by solving once more.

    None when the run did not follow this hint.
    """
    problem, outcome = computed(session, run)
    own = (problem.pairs.hints[:, 0] == hint.student_id) & (problem.pairs.hints[:, 1] == hint.place_id)
    if not own.any():
        return None
    without = solve(replace(problem, pairs=replace(problem.pairs, hints=problem.pairs.hints[~own])))
    return outcome.placed - without.placed, outcome.total_fit - without.total_fit


def named(session, alternatives):
    """`Alternative`s as `Cost`s: three questions, however many there are."""
    moves = [move for one in alternatives for move in one.moves]
    keys = {key for move in moves for key in (move.before, move.after)} | {one.opening for one in alternatives}
    moved = {move.candidate for move in moves}
    students = {one.id: one for one in session.scalars(select(Student).where(Student.id.in_(moved)))}
    places = {one.id: one for one in session.scalars(select(Place).where(Place.id.in_(keys - {None})))}
    live = session.scalars(select(Placement).where(Placement.student_id.in_(moved), Placement.state.in_(LIVE)))
    settled = {placement.student_id: placement for placement in live}
    return [Cost(one, students, places, settled) for one in alternatives]
