"""Bad input in the request itself: addresses, queries, methods, hosts. No 5xx, nothing shown, nothing kept."""

import re

import pytest

from tests.every_page import signed_in
from tests.proofs import times

LISTS = (
    "/studenten",
    "/organisaties",
    "/plekken",
    "/plaatsingen",
    "/post",
    "/rondes",
    "/makelaar",
    "/werven",
    "/taken",
)
PAGES = ("999999", "0", "-1", "1e9", "99999999999999999999", "٣", "", "1&pagina=2", "NaN")
QUERIES = (
    "zoek=" + "x" * 5_000,
    "zoek=%25",
    "zoek=_",
    "zoek=%27%20OR%20%271%27%3D%271",
    "zoek=%7B%7B7*7%7D%7D",
    "zoek=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "zoek=%ED%A0%80%FF",
    "zoek=a&zoek=b",
    "volgorde=-password_hash",
    "volgorde=naam%3B%20DROP%20TABLE%20student",
    "stand=open%27",
    "stand[]=open",
    "van=99999999999",
    "opleiding=%EF%BF%BF",
    "&".join(f"a{number}=1" for number in range(500)),
)
TRICKS = (
    "/studenten/../accounts",
    "/studenten/%2e%2e/accounts",
    "/studenten;x=1",
    "/studenten/1.css",
    "/makelaar/plaatje.png",
    "/student/plaatsing/1/x.js",
    "/static/../pyproject.toml",
    "/static/%2e%2e/pyproject.toml",
    "/static/..%2f..%2fconfig.py",
    "/static/%5c..%5cconfig.py",
    "/.git/config",
    "/%F0%9F%92%A9",
    "/studenten/%FF",
    "/" + "a/" * 500,
)


@pytest.fixture
def desk(app, demo):
    return signed_in(app, demo, "b")


def sound(answer):
    """An answer that shows no inside and is kept by nobody."""
    text = answer.get_data(as_text=True)
    assert answer.status_code < 500, answer.status_code
    assert "Traceback" not in text
    assert "<script>alert" not in text
    assert answer.headers["Cache-Control"] == "no-store"
    return text


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True)
def test_a_page_number_that_makes_no_sense_shows_rows_all_the_same(desk):
    for path in LISTS[: times(short=3, full=99)]:
        for page in PAGES:
            answer = desk.client.get(f"{path}?pagina={page}")
            sound(answer)
            assert answer.status_code == 200, f"{path} {page}"


@pytest.mark.promise("BAD")
def test_whatever_a_query_asks_for_is_looked_for_as_it_stands(desk):
    for path in LISTS[: times(short=1, full=99)]:
        for query in QUERIES:
            sound(desk.client.get(f"{path}?{query}"))


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True)
def test_tricks_in_an_address_lead_to_no_page_of_somebody(desk):
    for path in TRICKS:
        answer = desk.client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code in {400, 403, 404}, f"{path}: {answer.status_code}"
        assert "[project]" not in text


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True)
def test_another_method_is_refused_and_says_which_would_do(app, desk):
    for rule in list(app.url_map.iter_rules())[:: times(short=12, full=1)]:
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in ("PUT", "DELETE", "PATCH"):
            answer = desk.client.open(path, method=method)
            assert answer.status_code in {404, 405}, f"{method} {path}: {answer.status_code}"
            assert answer.status_code == 404 or answer.headers["Allow"]


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("host", ["kwaad.example", "127.0.0.1:5000.kwaad.example", "127.0.0.1:5000@kwaad.example", ""])
def test_a_forged_host_is_no_host_of_ours(desk, host):
    answer = desk.client.get("/studenten", headers={"Host": host, "X-Forwarded-Host": "kwaad.example"})
    text = answer.get_data(as_text=True)
    assert "kwaad.example" not in text
    assert answer.status_code == 400 or "kwaad" not in host


@pytest.mark.promise("BAD")
@pytest.mark.parametrize("demo_engine", ["sqlite"], indirect=True)
def test_a_way_back_leads_to_our_own_pages_only(app, demo):
    for target in (
        "//kwaad.example",
        "https://kwaad.example",
        "/\\kwaad.example",
        "/%09/kwaad.example",
        "javascript:1",
    ):
        desk = signed_in(app, demo, "b")
        answer = desk.client.get("/inloggen", query_string={"next": target})
        assert answer.location == "/makelaar", target
