"""P7: no forbidden path through the states, whatever is done in whatever order; two planted mistakes are found."""

import hypothesis
import pytest
from hypothesis import Phase
from hypothesis.stateful import run_state_machine_as_test

from stagemakelaar import clock, db, flow, jobs
from stagemakelaar.casework import actions as casework
from stagemakelaar.placements import actions as placements
from stagemakelaar.rounds import actions
from stagemakelaar.web import layout
from tests.conftest import WEDNESDAY
from tests.paths.machine import Machine
from tests.paths.world import Town, World, in_this_process, taken_back
from tests.proofs import times

EXAMPLES, STEPS = times(short=2, full=500), times(short=20, full=50)
SEEDS = times(short=(1,), full=(1, 2, 3))


@pytest.fixture
def explore(engine, app, moment, monkeypatch):
    """Run the machine: `explore(examples=…)`; each example begins in the same town."""
    monkeypatch.setattr(jobs, "_solve_elsewhere", in_this_process)
    monkeypatch.setattr(actions.secrets, "randbelow", lambda _most: 7)  # an example can be repeated
    monkeypatch.setattr(layout, "_count", lambda _endpoint: 0)  # the number in the menu takes half the time of a page
    with engine.connect().execution_options(writing=True) as connection:
        outer = connection.begin()
        db.bind(connection, join_transaction_mode="create_savepoint")
        town = Town()
        yield lambda seed=1, **settings: _run(app, connection, town, moment, seed, settings)
        db.close_session()
        outer.rollback()
    db.bind(None)


def _run(app, connection, town, moment, seed, settings):
    steps = []

    class Tried(Machine):
        def __init__(self):
            clock.set_clock(WEDNESDAY)
            self.savepoint = taken_back(connection)
            self.savepoint.__enter__()
            super().__init__()

        def world_of(self):
            return World(app, town, moment)

        def step(self, *arguments, **options):
            steps.append(options["allowed"])
            return super().step(*arguments, **options)

        def teardown(self):
            self.savepoint.__exit__(None, None, None)

    hypothesis.seed(seed)(Tried)
    defaults = {"stateful_step_count": STEPS, "deadline": None, "database": None, "print_blob": False}
    checks = list(hypothesis.HealthCheck)
    run_state_machine_as_test(Tried, settings=hypothesis.settings(**defaults, suppress_health_check=checks, **settings))
    return {"steps": len(steps), "allowed": sum(steps)}


@pytest.mark.promise("P07")
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_done_in_whatever_order_no_forbidden_path_is_taken(explore, seed, record_property):
    found = explore(seed, max_examples=EXAMPLES)
    record_property("examples", EXAMPLES)
    record_property("steps", found["steps"])
    record_property("allowed", found["allowed"])
    assert found["allowed"] > found["steps"] // 4, "too little was allowed to call it a road"


def no_seat_taken(monkeypatch):
    monkeypatch.setattr(placements, "take_seat", lambda _session, _place: None)


def any_arrow_for_any_button(monkeypatch):
    """What the machine found in the product: an old button sent a case that has a place back to search."""

    def move(*facts, only_from=None, **rest):
        return flow.move(*facts, **rest)

    monkeypatch.setattr(casework, "move", move)


@pytest.mark.promise("P07", red=True)
@pytest.mark.parametrize("plant", [any_arrow_for_any_button, no_seat_taken][: times(short=1, full=2)])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_mistake_that_was_planted_is_found(explore, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        explore(max_examples=20, phases=[Phase.generate])
