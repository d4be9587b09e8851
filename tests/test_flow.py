"""Every arrow, written a second time by hand: a new one in a model is red here until someone meant it."""

import pytest

from stagemakelaar import audit, flow
from stagemakelaar.casework.models import Case, CaseState, HandOver, Task
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.errors import IllegalMove
from stagemakelaar.outbox import Message
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Organisation, Place
from stagemakelaar.rights.models import DataRequest
from stagemakelaar.rounds.models import Proposal, Round, Run

ARROWS = {
    Round: "open>review open>closed review>closed",
    Run: "queued>computing queued>cancelled computing>computed computing>failed computing>cancelled computing>queued",
    Proposal: "open>approved open>rejected open>held held>open",
    Placement: """planned>confirmed planned>withdrawn confirmed>active confirmed>withdrawn
                  active>completed active>withdrawn""",
    Message: "queued>sent queued>failed queued>cancelled failed>queued",
    Case: """signed_up>intake signed_up>searching signed_up>closed signed_up>paused
             intake>searching intake>closed intake>paused
             searching>placed searching>closed searching>paused
             placed>searching placed>aftercare placed>paused
             aftercare>closed aftercare>searching aftercare>paused
             closed>searching
             paused>signed_up paused>intake paused>searching paused>placed paused>aftercare""",
    HandOver: "waiting>accepted waiting>returned",
    Organisation: """registered>verified registered>blocked verified>suspended verified>blocked
                     suspended>verified suspended>blocked""",
    Place: "draft>open open>paused open>closed paused>open paused>closed",
    DataRequest: "open>granted open>refused open>withdrawn",
    Task: "open>done open>dropped done>open dropped>open",
    Interest: "new>contacted new>became_place new>dropped contacted>became_place contacted>dropped",
}


@pytest.mark.parametrize("model", ARROWS, ids=lambda model: model.__name__)
def test_the_arrows_are_exactly_these(model):
    drawn = {f"{start.value}>{end.value}" for start, ends in model.FLOW.items() for end in ends}
    assert drawn == set(ARROWS[model].split())


@pytest.mark.parametrize("model", ARROWS, ids=lambda model: model.__name__)
def test_every_state_has_its_line_of_arrows(model):
    states = type(next(iter(model.FLOW)))
    assert set(model.FLOW) == set(states)


def test_a_move_along_an_arrow_leaves_a_line_with_who_and_from_where(make, session):
    broker, student = make.broker(), make.student()
    case = case_of(session, student)
    with transaction() as writing:
        flow.move(writing, writing.get(Case, case.id), CaseState.INTAKE, by=broker)
    line = audit.trail_of(session, "case_file", case.id)[-1]
    assert (line.action, line.actor_id, line.details) == ("case_file.intake", broker.id, {"before": "signed_up"})


def test_a_move_without_an_arrow_changes_nothing(make, session):
    student = make.student()
    case = case_of(session, student)
    with pytest.raises(IllegalMove), transaction() as writing:
        flow.move(writing, writing.get(Case, case.id), CaseState.AFTERCARE, by=None)
    assert session.get(Case, case.id).state is CaseState.SIGNED_UP
