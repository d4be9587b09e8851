"""A mail host that refuses, hangs, hangs up, thinks long or is away: by class, never in silence, and never twice."""

import socket
import ssl
import subprocess
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from stagemakelaar import clock, jobs, sending
from stagemakelaar.db import current_session, transaction
from stagemakelaar.jobs import NotNow, deliver
from stagemakelaar.outbox import LEASE, Message, MessageState, promise
from stagemakelaar.sending import MailHost
from tests.proofs import Invalid, times
from tests.services.post_office import PostOffice
from tests.test_sending import address_of, letter
from tests.waiting import until

pytestmark = pytest.mark.needs("smtp")
PHASES = ["banner", "EHLO", "MAIL", "RCPT", "DATA", "dot"]


@pytest.fixture
def impatient(monkeypatch):
    """Seconds become tenths."""
    monkeypatch.setattr(sending, "TIMEOUT", 0.15)
    monkeypatch.setattr(sending, "VERDICT", 0.3)


def put_in_post(*names, kind="sign_in_staff"):
    with transaction() as session:
        for name in names:
            promise(session, kind=kind, to=f"{name}@demo.example", key=f"test:{name}")


def write(message):
    if message.kind == "poison":
        raise KeyError("this letter cannot be written")
    return letter(message.to, message.key.replace(":", "-"))


def send_all(office):
    """Deliver batch after batch; gives back the sums."""
    sums = dict.fromkeys(("claimed", "sent", "retry", "failed"), 0)
    while True:
        with MailHost(address_of(office)) as send:
            counts = deliver(send, write)
        if not counts["claimed"]:
            return sums
        for name in sums:
            sums[name] += counts[name]


def states():
    rows = current_session().execute(select(Message.key, Message.state)).all()
    return {key.removeprefix("test:"): state.value for key, state in rows}


def later(moment, **time):
    moment((clock.now() + timedelta(**time)).isoformat())


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.promise("P12")
def test_a_host_that_falls_silent_keeps_nobody_waiting_and_loses_nothing(post_office, impatient, phase):
    post_office.hang_in(phase)
    with MailHost(address_of(post_office)) as send:
        with pytest.raises(NotNow):
            send(letter())
        assert post_office.letters == []
        post_office.accept_again()
        send(letter())
    assert {one.message_id for one in post_office.wait_for_letters()} == {"<a@demo.example>"}


@pytest.mark.promise("P12")
def test_a_host_that_does_not_even_take_the_call_is_away(impatient):
    with closing(socket.socket()) as deaf, closing(socket.socket()) as first, closing(socket.socket()) as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for line in (first, second):  # the queue is full now, and who calls next is not answered
            line.setblocking(False)
            line.connect_ex(deaf.getsockname())
        with MailHost(f"smtp://127.0.0.1:{deaf.getsockname()[1]}?tls=none") as send, pytest.raises(NotNow) as refused:
            send(letter())
    assert refused.value.host_is_away


@pytest.mark.promise("P11", "P12")
def test_a_host_that_thinks_long_over_a_letter_gets_it_once(post_office, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 0.4)
    post_office.think_before_answering(0.8)
    with MailHost(address_of(post_office)) as send:
        send(letter())
    assert len(post_office.letters) == 1


@pytest.mark.promise("P11", red=True)
def test_with_little_patience_after_the_last_dot_it_would_go_twice(post_office, monkeypatch):
    monkeypatch.setattr(sending, "VERDICT", 0.1)
    post_office.think_before_answering(0.4)
    with MailHost(address_of(post_office)) as send:
        with pytest.raises(NotNow):
            send(letter())
        post_office.accept_again()
        send(letter())
    assert len(post_office.letters) == 2


@pytest.mark.promise("P11")
def test_while_a_host_thinks_no_other_worker_takes_the_letter(own_database, monkeypatch, moment):
    monkeypatch.setattr(jobs, "HOLD_EVERY", 0.02)
    put_in_post("a")
    taken = []

    def slow(_letter):  # it takes more than twice a lease
        for _step in range(3):
            later(moment, seconds=LEASE.total_seconds() - 5)
            wanted = clock.now() + LEASE
            assert until(lambda wanted=wanted: leased_until() == wanted, 10)
            with transaction() as session:
                taken.extend(jobs.outbox.claim(session))

    assert deliver(slow, write)["sent"] == 1
    assert taken == []


def leased_until():
    return current_session().scalars(select(Message.leased_until)).one()


@pytest.mark.promise("P12")
def test_refusals_are_handled_by_their_class(post_office, database, moment):
    post_office.refuse_for_good("gone@demo.example")
    post_office.refuse_for_now("full@demo.example")
    put_in_post("gone", "full", "well")
    assert send_all(post_office) == {"claimed": 3, "sent": 1, "retry": 1, "failed": 1}
    assert states() == {"gone": "failed", "full": "queued", "well": "sent"}
    pauses, began = [], clock.now()
    while states()["full"] == "queued":
        due = current_session().scalars(select(Message.due_at).where(Message.key == "test:full")).one()
        pauses.append((due - clock.now()).total_seconds())
        moment(due.isoformat())
        send_all(post_office)
    assert pauses == sorted(pauses)
    assert pauses[0] < 60
    assert pauses[-1] > 3600
    assert clock.now() - began > timedelta(hours=24)  # so long it was tried, and then told
    assert states()["full"] == "failed"
    trouble = current_session().scalars(select(Message.trouble).where(Message.key == "test:full")).one()
    assert trouble.startswith("451")


@pytest.mark.promise("P12")
def test_a_host_that_is_away_six_hours_gets_every_letter_once(post_office, database, moment, record_property):
    names = [f"n{number}" for number in range(times(short=30, full=300))]
    put_in_post(*names)
    address = address_of(post_office)
    post_office.close()
    tries = 0
    for _quarter in range(24):
        with MailHost(address) as send:
            tries += deliver(send, write, 1000)["claimed"]
        later(moment, minutes=15)
    if tries < len(names) * 3:
        raise Invalid("the letters were hardly offered while the host was away")
    assert set(states().values()) == {"queued"}
    post_office.open()
    hours = 0
    while "queued" in states().values():
        send_all(post_office)
        later(moment, minutes=30)
        hours += 0.5
    assert hours <= 2.5
    assert sorted(one.recipients[0] for one in post_office.letters) == sorted(f"{name}@demo.example" for name in names)
    record_property("tries_while_away", tries)


@pytest.mark.promise("P12")
def test_a_host_that_refuses_us_puts_off_all_and_fails_none(post_office, database, moment, monkeypatch):
    put_in_post("a", "b")
    monkeypatch.setattr(PostOffice, "handle_MAIL", _want_a_password, raising=False)
    send_all(post_office)
    assert set(states().values()) == {"queued"}
    monkeypatch.delattr(PostOffice, "handle_MAIL")
    later(moment, minutes=1)
    assert send_all(post_office)["sent"] == 2


async def _want_a_password(*_conversation):
    return "530 5.7.0 Authentication required"


@pytest.mark.promise("P13")
def test_one_poisoned_letter_holds_up_nobody_and_ends_where_the_broker_sees_it(
    post_office, browse, make, moment, record_property
):
    number = times(short=49, full=999)
    broker = make.broker()
    with transaction() as session:
        promise(session, kind="poison", to="p@demo.example", key="test:p", programme_id=broker.programme_id)
    put_in_post(*(f"n{one}" for one in range(number)))
    sums = send_all(post_office)
    assert sums["sent"] == len(post_office.letters) == number
    for _try in range(40):
        later(moment, hours=1)
        send_all(post_office)
    counts = dict(current_session().execute(select(Message.state, func.count()).group_by(Message.state)).all())
    assert counts == {MessageState.SENT: number, MessageState.FAILED: 1}
    assert "niet bezorgd (1)" in browse.as_(broker).get("/post").text
    record_property("letters", number + 1)


@pytest.mark.promise("P13", red=True)
def test_a_letter_whose_trouble_was_let_through_would_hold_up_the_rest(post_office, database, monkeypatch):
    put_in_post("p", kind="poison")
    put_in_post("a")
    monkeypatch.setattr(jobs, "_send_one", lambda send, render, message, _id, _attempt: send(render(message)))
    with pytest.raises(KeyError):
        send_all(post_office)
    assert post_office.letters == []


# --- TLS -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, self-made: (file with certificate, file with key)."""
    folder = tmp_path_factory.mktemp("certificate")
    names = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    words = ["openssl", "req", "-x509", *kind, "-keyout", "key.pem", "-out", "cert.pem", *names]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(params=["smtp", "smtps"])
def tls_office(request, certificate):
    """A post office that speaks TLS, after STARTTLS or from the start: (office, address)."""
    office = PostOffice()
    office.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    office.tls.load_cert_chain(*certificate)
    office.from_the_start = request.param == "smtps"
    office.open()
    yield office, f"{request.param}://{office.host}:{office.port}"
    office.close()


@pytest.mark.promise("P12")
def test_over_tls_a_letter_arrives(tls_office, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    office, address = tls_office
    with MailHost(address) as send:
        send(letter())
        send(letter(key="b"))
    assert len(office.letters) == 2


@pytest.mark.promise("P12")
def test_with_a_certificate_that_nobody_vouches_for_nothing_is_sent(tls_office):
    office, address = tls_office
    with MailHost(address) as send, pytest.raises(NotNow, match=r"(?i)certificate") as refused:
        send(letter())
    assert refused.value.host_is_away
    assert office.letters == []
