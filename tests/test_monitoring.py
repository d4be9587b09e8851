"""What waits and what lags: told to machines by figures and by health, to staff by a line on every page."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from config import SettingsWrong, from_environment
from stagemakelaar import clock, monitoring, outbox
from stagemakelaar.db import current_session, transaction
from stagemakelaar.jobs import NotNow, deliver
from stagemakelaar.outbox import MessageState, promise
from stagemakelaar.people.models import Role
from stagemakelaar.rounds.models import RunState
from tests.computed import asked, computed, opened
from tests.counting import statements
from tests.rows import number_of

TOKEN = "a token that only Prometheus has"


@pytest.fixture
def watched(app, monkeypatch):
    """The application with a token for its figures."""
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], metrics_token=TOKEN))
    app.extensions["post_watch"] = monitoring.PostWatch()
    return app


@pytest.fixture
def figures(watched, database):
    """Ask for the figures: a dict of (name, label value) to number."""

    def ask():
        answer = watched.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.get_data(as_text=True))
        return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}

    return ask


def put_in_post(number=1, **more):
    with transaction() as session:
        promise(session, kind="sign_in_staff", to=f"zq{number}@demo.example", key=f"test:{number}", **more)


def refuse(_letter):
    raise NotNow("the mail host is away", host_is_away=True)


def later(moment, **time):
    moment((clock.now() + timedelta(**time)).isoformat())


def reasons(app):
    return app.test_client().get("/gezondheid/klaar").json.get("reasons", [])


def test_without_its_token_there_are_no_figures(app, watched, database):
    client = watched.test_client()
    for header in (None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}é"):
        assert client.get("/metrics", headers={"Authorization": header} if header else {}).status_code == 404
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], metrics_token=None)
    for header in ("Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 404


def test_a_token_that_can_be_guessed_is_refused(tmp_path):
    safe = {"SECRET_KEY": "k" * 40, "PUBLIC_URL": "https://stage.example.nl", "SMTP_URL": "smtps://post.example"}
    assert from_environment(safe | {"METRICS_TOKEN": "t" * 16}).metrics_token
    with pytest.raises(SettingsWrong, match="METRICS_TOKEN"):
        from_environment(safe | {"METRICS_TOKEN": "geheim"})


def test_the_figures_tell_of_post_runs_trail_and_answers(figures, browse, make, moment):
    broker = make.broker()
    make.place()
    make.student(searching=True)
    computed(broker)
    put_in_post()
    browse.as_(broker).get("/makelaar")
    browse.get("/bestaat-niet", status=404)
    later(moment, minutes=7)
    told = figures()
    assert told["stagemakelaar_outbox_messages", "queued"] >= 1
    assert told["stagemakelaar_outbox_messages", "failed"] == 0
    assert told["stagemakelaar_outbox_oldest_seconds",] == 7 * 60
    assert told["stagemakelaar_runs", "computed"] == 1
    assert told["stagemakelaar_run_oldest_seconds",] == 0
    assert told["stagemakelaar_audit_entries",] > 3
    assert told["stagemakelaar_database_answers",] == 1
    assert told["stagemakelaar_request_seconds_count", "today.home"] >= 1
    assert told["stagemakelaar_refusals_total", "not_found"] >= 1
    assert {name for name, *_ in told if not name.startswith("stagemakelaar_")} == set()


def test_the_figures_name_nobody_and_no_address(watched, browse, make):
    put_in_post()
    student = make.student(searching=True)
    last_name = student.last_name
    browse.as_(make.broker()).get(f"/studenten/{number_of(student)}")
    browse.get("/inloggen/link/zqgeheim", status=404)
    text = watched.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)
    assert "@" not in text
    assert "zq" not in text
    assert last_name not in text
    assert re.findall(r'="/', text) == []


def test_asking_for_figures_costs_the_same_for_many_letters(figures, database, make):
    put_in_post()
    figures()
    with statements(database) as few:
        figures()
    for number in range(2, 30):
        put_in_post(number)
    with statements(database) as many:
        figures()
    assert len(many) == len(few) <= 4


def test_a_run_that_waits_has_an_age(make, moment, session):
    broker = make.broker()
    asked(opened(broker), broker)
    later(moment, minutes=3)
    told = monitoring.runs(current_session())
    assert (told.counts[RunState.QUEUED], told.oldest_seconds) == (1, 180)


@pytest.mark.promise("P15")
def test_post_that_lags_shows_to_machines_and_to_staff_and_that_passes(watched, figures, browse, make, moment):
    pages = {browse.as_(make.broker()): "/makelaar", browse.as_(make.staff(Role.AUDITOR)): "/logboek"}
    student = browse.as_(make.student(searching=True).user)
    put_in_post()
    assert all("te laat" not in told_above(browser.get(path)) for browser, path in pages.items())
    assert reasons(watched) == []
    later(moment, minutes=10)
    for browser, path in pages.items():
        assert "De oudste brief wacht al 10 minuten" in told_above(browser.get(path))
        assert "Brieven gaan alsnog weg; links om in te loggen kunnen verlopen zijn." in told_above(browser.get(path))
        assert ("Naar de post" in told_above(browser.get(path))) is (path == "/makelaar")
    assert "te laat" not in told_above(student.get("/student"))
    assert reasons(watched) == ["outbox"]
    assert figures()["stagemakelaar_outbox_oldest_seconds",] == 600
    deliver(lambda _letter: None, lambda message: message)
    later(moment, seconds=monitoring.LOOK_AGAIN)
    assert all("te laat" not in told_above(browser.get(path)) for browser, path in pages.items())
    assert reasons(watched) == []


def told_above(page):
    above = page.soup.find(class_="sm-late-post")
    return " ".join(above.get_text(" ").split()) if above else ""


@pytest.mark.promise("P15", "P12")
def test_a_mail_host_that_is_away_counts_from_when_the_letter_could_have_left(watched, moment, session):
    put_in_post()
    for _try in range(8):
        later(moment, hours=2)
        deliver(refuse, lambda message: message)
        assert reasons(watched) == ["outbox"]  # though each try puts the letter off
    deliver(lambda _letter: None, lambda message: message)
    assert outbox.oldest_due_seconds(session) == 16 * 3600


@pytest.mark.promise("P15", red=True)
def test_lag_counted_from_the_last_try_would_be_seen_through(watched, moment, session, monkeypatch):
    put_in_post()
    later(moment, hours=2)
    deliver(refuse, lambda message: message)
    message = session.query(outbox.Message).one()
    with transaction() as writing:
        writing.get(outbox.Message, message.id).first_due_at = None  # as it was before
    assert reasons(watched) == []


def test_what_is_not_due_yet_does_not_lag(watched, moment, session):
    put_in_post(delay=timedelta(days=2))
    later(moment, hours=3)
    assert reasons(watched) == []
    assert outbox.standing(session)[0][MessageState.QUEUED] == 1


def test_a_letter_that_is_queued_again_lags_from_then(moment, session):
    put_in_post()
    later(moment, hours=31)
    deliver(refuse, lambda message: message)
    with transaction() as writing:
        outbox.queue_again(writing, writing.query(outbox.Message).one(), by=None)
    later(moment, minutes=6)
    assert outbox.oldest_due_seconds(session) == 360


def test_the_post_is_asked_once_in_some_seconds(watched, browse, make, database):
    browser = browse.as_(make.broker())
    browser.get("/taken")
    with statements(database) as asked:
        browser.get("/taken")
    assert not [one for one in asked if "first_due_at" in one]


@pytest.mark.parametrize(
    ("total", "free", "is_full"),
    [(10**12, 6 * 10**8, False), (10**12, 4 * 10**8, True), (10**9, 6 * 10**7, False), (10**9, 4 * 10**7, True)],
)
def test_a_disk_that_is_nearly_full_is_told(watched, database, monkeypatch, tmp_path, total, free, is_full):
    disk = SimpleNamespace(total=total, free=free)
    monkeypatch.setattr(monitoring.shutil, "disk_usage", lambda _folder: disk)
    assert monitoring.disk_is_nearly_full(tmp_path / "not" / "there" / "yet") is is_full
    assert reasons(watched) == (["disk"] if is_full else [])
