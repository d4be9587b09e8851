import pytest

from stagemakelaar import audit
from stagemakelaar.db import current_session
from stagemakelaar.people.models import Programme, Role, User
from stagemakelaar.people.settings import weight_changes
from stagemakelaar.rounds import snapshot
from stagemakelaar.rounds.models import Run
from tests.computed import computed


@pytest.fixture
def coordinator(make):
    return make.staff(Role.COORDINATOR)


def test_a_coordinator_sets_the_rules_and_the_trail_knows_them(browse, coordinator, session):
    page = browse.as_(coordinator).get("/instellingen")
    assert (page.values()["learning"], page.values()["answer_days"]) == ("50", "5")
    page.submit(learning="40", travel="40", kind="10", costs="5", answer_days="3", undo_minutes="30", four_eyes="y")
    programme = session.get(Programme, coordinator.programme_id)
    assert programme.weights == {"learning": 40, "travel": 40, "kind": 10, "costs": 5}
    assert (programme.answer_days, programme.undo_minutes, programme.four_eyes) == (3, 30, True)
    line = audit.trail_of(session, "programme", programme.id)[-1]
    assert (line.action, line.details["weights"]["travel"]) == ("programme.settings_changed", 40)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("learning", "29"),
        ("learning", "71"),
        ("travel", "9"),
        ("kind", "31"),
        ("costs", "-1"),
        ("answer_days", "0"),
        ("answer_days", "31"),
        ("undo_minutes", "241"),
        ("learning", ""),
    ],
)
def test_what_lies_outside_the_bounds_is_refused_at_its_field(browse, coordinator, session, field, value):
    page = browse.as_(coordinator).get("/instellingen").submit(status=422, **{field: value})
    assert page.error_at(field)
    assert page.values()[field] == value
    assert session.get(Programme, coordinator.programme_id).weights == {}


def test_the_learning_wish_stays_the_first_ground(browse, coordinator):
    page = browse.as_(coordinator).get("/instellingen").submit(status=422, learning="30", travel="31")
    assert "leerwens" in page.error_at("learning")


def test_a_programme_can_do_without_the_letter_in_the_morning(browse, coordinator, session):
    desk = browse.as_(coordinator)
    desk.get("/instellingen").submit(answer_days="4")
    assert session.get(Programme, coordinator.programme_id).morning_letter is True
    desk.get("/instellingen").submit(morning_letter=None)
    assert session.get(Programme, coordinator.programme_id).morning_letter is False


def test_a_broker_does_not_set_the_rules(browse, make):
    browse.as_(make.broker()).get("/instellingen", status=403)


def test_who_changed_the_weights_when_and_from_what_to_what(browse, coordinator, session):
    desk = browse.as_(coordinator)
    assert "nog niet veranderd" in desk.get("/instellingen").text
    desk.get("/instellingen").submit(travel="40")
    desk.get("/instellingen").submit(answer_days="7")  # another rule is no change of the weights
    desk.get("/instellingen").submit(travel="20", costs="0")
    programme = session.get(Programme, coordinator.programme_id)
    assert [(change.by, change.parts) for change in weight_changes(session, programme)] == [
        ("Fatima el Idrissi", [("travel", 40, 20), ("costs", 10, 0)]),
        ("Fatima el Idrissi", [("travel", 30, 40)]),
    ]
    text = browse.as_(session.get(User, coordinator.id)).get("/instellingen").text
    assert "Reistijd: van 40 naar 20" in text
    assert "Reistijd: van 30 naar 40" in text
    assert "Fatima el Idrissi" in text


def test_a_run_keeps_the_weights_by_which_it_was_made(browse, make, coordinator):
    make.student(searching=True)
    make.place()
    _round, run = computed(make.broker())
    browse.as_(coordinator).get("/instellingen").submit(travel="40")
    assert snapshot.thaw(current_session().get(Run, run.id)).weights.travel == 30


def test_everyone_reads_how_heavily_each_thing_counts(browse, coordinator):
    browse.as_(coordinator).get("/instellingen").submit(learning="60", travel="15", kind="10", costs="5")
    text = browse.get("/zo-kiezen-we/noord").text
    assert "Wat de student wil leren 60 van de 90 punten" in text
    assert "Reistijd 15 van de 90 punten" in text
    assert "voor het laatst veranderd op 3 februari 2027" in text
    assert "15 punten meer of minder" in text


def test_a_programme_that_does_not_exist_has_no_weights(browse):
    browse.get("/zo-kiezen-we/nergens", status=404)


def test_a_programme_keeps_its_own_reasons_and_leaves_ours_where_it_changed_nothing(browse, coordinator, session):
    desk = browse.as_(coordinator)
    page = desk.get("/instellingen")
    assert page.values()["hold_reasons"].splitlines()[0] == "wacht op de student"
    page.submit(reject_reasons="te duur\r\n\r\n te duur \r\nte ver")
    assert session.get(Programme, coordinator.programme_id).reasons == {"reject": ["te duur", "te ver"]}
    line = audit.trail_of(session, "programme", coordinator.programme_id)[-1]
    assert line.details["reasons_changed"] == ["reject"]
    desk.get("/instellingen").submit(reject_reasons="")
    assert session.get(Programme, coordinator.programme_id).reasons == {}


@pytest.mark.parametrize("typed", ["x" * 81, "\n".join(f"reden {number}" for number in range(13))])
def test_a_list_of_reasons_has_its_bounds(browse, coordinator, session, typed):
    page = browse.as_(coordinator).get("/instellingen").submit(status=422, undo_reasons=typed)
    assert "Hoogstens 12 redenen van hoogstens 80 tekens." in page.error_at("undo_reasons")
    assert page.values()["undo_reasons"] == typed
    assert session.get(Programme, coordinator.programme_id).reasons == {}
