"""Links and codes: one use, ten minutes, one browser; and the same for every address."""

from sqlalchemy import func, select

from stagemakelaar.db import transaction
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Role
from stagemakelaar.people.signing_in import LinkPurpose, SignInLink, links

BROWSER = "the browser that asked"


def ask(email, browser=BROWSER, **changes):
    with transaction() as session:
        links.ask(session, email=email, browser=browser, **changes)


def letter(session):
    return session.scalars(select(Message).order_by(Message.id.desc())).first()


def spend_link(token, browser=BROWSER):
    with transaction() as session:
        return links.spend_link(session, token, browser)


def spend_code(code, browser=BROWSER):
    with transaction() as session:
        return links.spend_code(session, code, browser)


def test_a_link_works_once(make, session):
    student = make.student()
    ask(student.user.email)
    token = letter(session).data["token"]
    assert spend_link(token).email == student.user.email
    assert spend_link(token) is None


def test_a_link_does_nothing_in_another_browser(make, session):
    ask(make.student().user.email)
    token = letter(session).data["token"]
    assert spend_link(token, "another browser") is None
    assert spend_link(token) is not None


def test_a_link_works_for_ten_minutes(make, session, moment):
    moment("2027-02-03T10:00:00+01:00")
    ask(make.student().user.email)
    token = letter(session).data["token"]
    moment("2027-02-03T10:10:00+01:00")
    assert spend_link(token) is None


def test_a_code_works_once_and_uses_up_its_link(make, session):
    ask(make.student().user.email)
    data = letter(session).data
    assert spend_code(f"{data['code'][:4].lower()} {data['code'][4:]}") is not None
    assert spend_code(data["code"]) is None
    assert spend_link(data["token"]) is None


def test_a_code_does_nothing_in_another_browser(make, session):
    ask(make.student().user.email)
    assert spend_code(letter(session).data["code"], "another browser") is None


def test_after_five_wrong_codes_the_right_one_does_not_work_either(make, session):
    ask(make.student().user.email)
    for _ in range(5):
        assert spend_code("WRONGWRO") is None
    assert spend_code(letter(session).data["code"]) is None


def test_after_four_wrong_codes_the_right_one_still_works(make, session):
    ask(make.student().user.email)
    for _ in range(4):
        spend_code("WRONGWRO")
    assert spend_code(letter(session).data["code"]) is not None


def test_every_address_gets_one_letter_and_one_row(make, session):
    addresses = [make.student().user.email, make.broker().email, "nobody@demo.example"]
    kinds = []
    for number, address in enumerate(addresses, start=1):
        ask(address)
        kinds.append(letter(session).kind)
        assert letter(session).to == address
        assert session.scalar(select(func.count()).select_from(SignInLink)) == number
        assert session.scalar(select(func.count()).select_from(Message)) == number
    assert kinds == ["sign_in", "sign_in_staff", "sign_in_unknown"]


def test_letters_to_strangers_and_staff_carry_no_secret(make, session):
    for address in (make.broker().email, "nobody@demo.example"):
        ask(address)
        assert letter(session).data == {}


def test_signing_up_gives_a_stranger_a_link(make, session):
    ask("new@demo.example", purpose=LinkPurpose.STUDENT, programme=make.programme())
    assert letter(session).kind == "sign_in"
    assert letter(session).data["is_new"] is True


def test_signing_up_with_a_staff_address_points_to_the_staff_entry(make, session):
    ask(make.staff(Role.ADMIN).email, purpose=LinkPurpose.STUDENT, programme=make.programme())
    assert letter(session).kind == "sign_in_staff"


def test_the_database_keeps_only_hashes(make, session):
    ask(make.student().user.email)
    data = letter(session).data
    kept = session.scalars(select(SignInLink)).one()
    stored = {kept.token_hash, kept.code_hash, kept.browser_hash}
    assert not stored & {data["token"], data["code"], BROWSER}
