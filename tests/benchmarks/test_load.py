"""What measures the service under load must itself be right; the service is not started here."""

import pyotp
import pytest

from benchmarks.load_judge import judged, table
from benchmarks.load_scenarios import SCENARIOS
from tests.load.browser import Answer, address_of
from tests.load.people import code_of, outcome_of

USED = {"cpu_s": {"web": 60.0}, "memory_mb": 400, "connections": 20, "transaction_s": 0.1}


def a_day(*, page_seconds=0.1, outcome="done", shares=(60, 3, 3)):
    """Two minutes of deeds, as the locust file writes them."""
    deeds = []
    for second in range(120):
        for kind, count in zip(("page", "sign-in", "approval"), shares, strict=True):
            deeds += [[1000.0 + second, kind, "any", page_seconds, outcome, ""] for _one in range(count)]
    return deeds


def outcome_of_day(deeds):
    day = SCENARIOS["L1"]
    run = judged(day, deeds, 1000.0, day.phases(120), USED, {"pace": 1})
    return run | {"form": "short", "scenario": "L1", "what": "", "seconds": 120, "database": "", "load": [0, 0]}


def missed_in(run):
    return {one["what"] for one in run["demands"] if not one["met"]}


def test_a_day_as_promised_misses_nothing():
    assert missed_in(outcome_of_day(a_day())) == set()


@pytest.mark.parametrize(
    ("day", "what"),
    [
        (a_day(page_seconds=0.31), "p95 of pages"),
        (a_day(shares=(55, 3, 3)), "pages a second"),
        (a_day(shares=(60, 3, 0)), "approvals a second"),
        (a_day(outcome="shed"), "broken and shed"),
    ],
    ids=["slow", "too few", "no approvals", "shed"],
)
def test_what_is_not_as_promised_shows(day, what):
    assert what in missed_in(outcome_of_day(day))


def test_the_table_says_what_was_missed():
    run = outcome_of_day(a_day(page_seconds=0.4)) | {"locust_cpu_s": 1.0, "errors": {"page front: 500": 2}}
    text = table(run)
    assert "MISSED  p95 of pages: 400 (demand ≤300 ms)" in text
    assert "error: 2 × page front: 500" in text


def test_a_refusal_counts_as_shed_only_with_a_moment_to_come_back():
    assert outcome_of(Answer(503, "", None, "5", 0.1, 0.0), 200) == "shed"
    assert outcome_of(Answer(503, "", None, None, 0.1, 0.0), 200) == "broken"
    assert outcome_of(Answer(200, "", None, None, 0.1, 0.0), 200) == "done"


def test_a_simulated_authenticator_shows_what_a_real_one_shows():
    secret = pyotp.random_base32()
    before = pyotp.TOTP(secret).now()
    assert code_of(secret) in {before, pyotp.TOTP(secret).now()}


def test_a_simulated_browser_finds_the_hidden_fields_of_our_forms(app):
    page = app.test_client().get("/inloggen?next=/student").text
    found = Answer(200, page, None, None, 0.1, 0.0).hidden()
    assert found["next"] == "/student"
    assert len(found["csrf_token"]) > 20


def test_everyone_has_an_address_of_their_own():
    addresses = {address_of(number) for number in range(70_000)}
    assert len(addresses) == 70_000
    assert all(all(int(part) < 256 for part in address.split(".")) for address in addresses)


def test_every_scenario_says_what_it_demands():
    for name, scenario in SCENARIOS.items():
        phases = scenario.phases(120)
        assert phases, name
        assert all(phase["seconds"] > 0 for phase in phases), name
