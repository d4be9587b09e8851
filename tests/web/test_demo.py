"""The post of the demo."""

from dataclasses import replace

import pyotp
import pytest

from stagemakelaar import clock
from stagemakelaar.db import transaction
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import totp
from stagemakelaar.worker import deliver_once


@pytest.fixture
def outgoing(app, tmp_path):
    """An instance folder of this test alone."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, instance=tmp_path)
    yield tmp_path / "outgoing"
    app.config["SETTINGS"] = before


def test_a_delivered_letter_is_shown_with_a_link_that_works(make, browse, app, outgoing):
    browse.get("/inloggen").submit(email=make.student().user.email)
    assert deliver_once(app)["sent"] == 1
    page = browse.get("/demo/post")
    link = next(address for address in page.links.values() if "/inloggen/link/" in address)
    assert browse.get(link.removeprefix("http://127.0.0.1:5000")).heading == "Inloggen met je link"


def test_the_newest_letter_comes_first(make, browse, app, outgoing):
    for email in ("first@demo.example", "second@demo.example"):
        browse.get("/inloggen").submit(email=email)
        deliver_once(app)
    text = browse.get("/demo/post").text
    assert text.index("second@demo.example") < text.index("first@demo.example")


def test_the_present_codes_of_the_demo_staff_are_shown(make, browse, outgoing):
    broker = make.broker(email="broker@demo.example")
    with transaction() as session:
        session.get(User, broker.id).totp_secret = totp.demo_secret(broker.email)
    expected = pyotp.TOTP(totp.demo_secret(broker.email)).at(clock.now())
    assert expected in browse.get("/demo/post").text


def test_an_own_secret_is_never_shown(make, browse, outgoing):
    broker = make.broker(email="broker@demo.example")
    with transaction() as session:
        session.get(User, broker.id).totp_secret = secret = totp.new_secret()
    assert pyotp.TOTP(secret).at(clock.now()) not in browse.get("/demo/post").text


@pytest.mark.parametrize(
    "changes",
    [{"environment": "production"}, {"public_url": "https://demo.example"}],
    ids=["in production", "when others can reach it"],
)
def test_it_does_not_exist(browse, app, outgoing, changes):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **changes)
    browse.get("/demo/post", status=404)


def test_it_does_not_exist_for_another_machine(browse, app, outgoing):
    response = browse.client.get("/demo/post", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert response.status_code == 404
