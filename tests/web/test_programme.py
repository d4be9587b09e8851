import pytest

from stagemakelaar import audit
from stagemakelaar.people.models import Programme, Role


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


def test_a_broker_does_not_set_the_rules(browse, make):
    browse.as_(make.broker()).get("/instellingen", status=403)
