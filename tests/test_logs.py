"""Log lines: one JSON object each, on stderr, without what people typed."""

import json
import logging

import pytest
import structlog
from flask import request
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.test import Client

from stagemakelaar import logs
from stagemakelaar.web import headers, last_resort
from stagemakelaar.web.access import public


def test_a_line_is_one_object_on_stderr(capsys):
    logs.configure()
    structlog.get_logger().info("delivered", sent=3)
    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["sent"], line["level"]) == ("delivered", 3, "info")


def test_of_an_exception_only_kind_and_place_are_told(capsys):
    logs.configure()
    try:
        int("samira@demo.example")
    except ValueError:
        structlog.get_logger().exception("broken", reference="ab12")
    err = capsys.readouterr().err
    line = json.loads(err)
    assert "samira" not in err
    assert (line["kind"], line["reference"]) == ("ValueError", "ab12")
    assert line["where"][0].startswith("test_logs.py:")


CANARY = "zqkanarie"
# The log has nothing to do with the kind of database.
sqlite_alone = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def lines(capsys):
    """The lines of the log since the last time this was asked, and their text."""

    def read():
        text = capsys.readouterr().err
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")], text

    return read


@sqlite_alone
def test_every_request_is_told_by_route_and_never_by_address(lines, browse, make, database):
    broker = make.broker(name=CANARY)
    number = broker.id
    browser = browse.as_(broker)
    lines()
    browser.get(f"/studenten?q={CANARY}")
    told, text = lines()
    request = next(line for line in told if line["event"] == "request")
    assert request["route"] == "students.index"
    assert (request["method"], request["status"], request["role"], request["user"]) == ("GET", 200, "broker", number)
    assert request["ms"] >= 0
    assert request["client"] == "127.0.0.1"
    assert len(request["reference"]) == 8
    assert CANARY not in text


@sqlite_alone
@pytest.mark.promise("P34")
def test_no_line_holds_what_was_typed_or_what_lets_someone_in(lines, browse, make, database, monkeypatch):
    make.programme()
    email = f"{CANARY}@demo.example"
    lines()
    browse.client.post("/inloggen", data={"email": email})
    page = browse.get("/inloggen")
    page.submit("/inloggen", email=email)
    page = browse.get("/inloggen/medewerker")
    page.submit("/inloggen/medewerker", email=email, password=CANARY, status=422)
    browse.get(f"/inloggen/link/{CANARY}", status=404)
    browse.get(f"/{CANARY}?code={CANARY}", status=404)
    browse.client.get("/", headers={"User-Agent": CANARY, "Referer": f"http://{CANARY}/", "X-Forwarded-For": CANARY})
    browse.client.open("/", method=CANARY.upper())
    browse.client.get("/", headers={"Host": f"{CANARY}.example"})
    told, text = lines()
    assert len([line for line in told if line["event"] == "request"]) >= 9
    assert CANARY not in text.lower()


def breaking(wrong):
    def broken(*_args, **_more):
        raise wrong

    return broken


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (ValueError(CANARY), 500),
        (RuntimeError(f"/inloggen/link/{CANARY}"), 500),
        (OperationalError(f"SELECT '{CANARY}'", {"a": CANARY}, Exception(CANARY)), 503),
        (IntegrityError(f"SELECT '{CANARY}'", {"a": CANARY}, Exception(CANARY)), 409),
    ],
    ids=lambda value: type(value).__name__,
)
@sqlite_alone
@pytest.mark.promise("P34")
def test_what_breaks_is_told_without_its_words(lines, app, browse, database, monkeypatch, wrong, status):
    monkeypatch.setitem(app.view_functions, "public.privacy", public(breaking(wrong)))
    lines()
    page = browse.client.get(f"/privacy?{CANARY}").get_data(as_text=True)
    told, text = lines()
    assert CANARY not in text
    request = next(line for line in told if line["event"] == "request")
    assert request["status"] == status
    trouble = next(line for line in told if line["event"] != "request")
    assert trouble["reference"] == request["reference"]
    assert trouble["kind"]
    if status == 500:
        assert request["reference"] in page


@pytest.mark.promise("P34")
def test_what_escapes_the_application_itself_gives_a_page_and_a_line(lines, app, monkeypatch):
    net = last_resort.LastResort(breaking(KeyError(CANARY)), headers.ALWAYS)
    answer = Client(net).get(f"/inloggen/link/{CANARY}")
    told, text = lines()
    assert answer.status_code == 500
    assert told[0]["reference"] in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert CANARY not in text + answer.get_data(as_text=True)
    assert isinstance(app.wsgi_app, last_resort.LastResort)


def test_what_a_library_tells_is_told_without_what_it_filled_in(lines):
    logs.configure()
    logs.configure()
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("some.library").exception("Error handling request %s", f"/inloggen/link/{CANARY}")
    logging.getLogger("some.library").warning(f"no arguments {CANARY}")  # noqa: G004 - as libraries do
    told, text = lines()
    assert [line["event"] for line in told] == ["library", "library"]
    assert (told[0]["said"], told[0]["kind"]) == ("Error handling request %s", "ValueError")
    assert CANARY not in text


@sqlite_alone
@pytest.mark.promise("P34", red=True)
def test_a_line_with_the_address_would_be_seen(lines, browse, database, monkeypatch):
    def careless(response):
        structlog.get_logger().info("request", path=request.path)
        return response

    monkeypatch.setitem(browse.app.after_request_funcs, None, [careless])
    browse.client.get(f"/inloggen/link/{CANARY}")
    assert CANARY in lines()[1]
