"""What letters look like to who gets them."""

import re
from datetime import date

import pytest

from stagemakelaar.db import transaction
from stagemakelaar.letters import KINDS, Writer
from stagemakelaar.outbox import promise
from stagemakelaar.people.signing_in.notices import What

DATA = {
    "late": True,
    "token": "t0ken",
    "code": "ABCDEFGH",
    "is_new": False,
    "is_company": False,
    "placement": 17,
    "starts_on": date(2027, 4, 1).isoformat(),
    "answer_by": date(2027, 2, 10).isoformat(),
    "programme": "Stagemakelaar Noord",
    "programme_phone": "+31201234567",
    "by_side": "employer",
    "was": "planned",
    "day": date(2027, 2, 3).isoformat(),
    "head": "312:" + "9f2c" * 16,
    "what": "recovery_used",
    "at": "2027-02-03T09:00:00+00:00",
    "left": 9,
    "browser": "Firefox, Windows",
}


@pytest.fixture
def write(app, make):
    """Promise a letter of a kind and write it."""

    def written(kind, language="nl", **changes):
        programme = make.programme()
        with transaction() as session:
            message = promise(
                session,
                kind=kind,
                to="reader@demo.example",
                key=f"test:{kind}:{language}:{sorted(changes.items())}",
                programme_id=programme.id,
                language=language,
                **(DATA | changes),
            )
        return Writer(app)(message)

    return written


def text_of(letter, kind="plain"):
    return letter.get_body(preferencelist=(kind,)).get_content()


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_has_both_halves_and_one_way_on(write, kind, app):
    letter = write(kind)
    text, html = text_of(letter), text_of(letter, "html")
    assert re.search(r"^http://127\.0\.0\.1:5000/\S*$", text, re.MULTILINE), text
    assert 'style="' in html
    assert "<style" not in html or "@media" in html
    assert "{" not in text.replace("{{", "")
    assert "Stagemakelaar Noord" in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_address_in_a_letter_is_a_page_of_ours(write, kind, app):
    for address in re.findall(r"http://127\.0\.0\.1:5000(/[^\s\"<.]*)", text_of(write(kind))):
        assert app.url_map.bind("localhost").match(address, method="GET")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_letter_comes_from_elsewhere(write, kind):
    html = text_of(write(kind), "html")
    assert "<img" not in html
    assert "url(" not in html
    assert set(re.findall(r"https?://[^/\"<\s]*[^/\"<\s.]", html)) <= {"http://127.0.0.1:5000", "http://www.w3.org"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "token" not in KINDS[kind][1] and kind != "step_up"])
def test_only_sign_in_letters_and_invitations_carry_a_secret(write, kind):
    letter = write(kind)
    assert "t0ken" not in letter.as_string()
    assert "ABCD" not in text_of(letter)


@pytest.mark.parametrize("kind", KINDS)
def test_letters_to_companies_say_u_and_letters_to_students_say_je(write, kind):
    text = f" {text_of(write(kind))} ".replace("\n", " ")
    if kind.startswith("employer") or kind in ("staff_invitation", "sign_in_staff", "password_reset"):
        assert not re.search(r" (je|jij|jou|jouw) ", text)
    if kind.startswith("student"):
        assert not re.search(r" (u|uw) ", text)


@pytest.mark.parametrize("what", What)
def test_a_letter_about_an_account_tells_what_happened_and_says_neither_je_nor_u(write, what):
    text = f" {text_of(write('account_notice', what=what.value))} ".replace("\n", " ")
    formal = "" if what is What.RESET_GRANTED else "|u|uw"  # that one goes to staff alone
    assert not re.search(rf" (je|jij|jou|jouw{formal}) ", text)
    others = {text_of(write("account_notice", what=other.value)) for other in What if other is not what}
    assert len(others) == len(What) - 1


def test_a_subject_says_nothing_about_a_person_or_a_place(write):
    assert {write(kind)["Subject"] for kind in KINDS} == {str(subject) for subject, _path in KINDS.values()}


def test_the_sign_in_letter_holds_link_and_code(write):
    text = text_of(write("sign_in"))
    assert "http://127.0.0.1:5000/inloggen/link/t0ken" in text
    assert "ABCD EFGH" in text


def test_the_letter_that_asks_again_who_you_are_holds_a_code_and_no_link_that_lets_anyone_in(write):
    text = text_of(write("step_up"))
    assert "ABCD EFGH" in text
    assert "t0ken" not in text


def test_dates_are_written_out(write):
    text = text_of(write("student_planned"))
    assert "donderdag 1 april 2027" in text
    assert "woensdag 10 februari 2027" in text
    assert "020 123 4567" in text


def test_the_same_message_gives_the_same_letter_again(app, make):
    programme = make.programme()
    with transaction() as session:
        message = promise(
            session, kind="student_planned", to="r@demo.example", key="k", programme_id=programme.id, **DATA
        )
    first, second = Writer(app)(message), Writer(app)(message)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert text_of(first) == text_of(second)


def test_the_message_id_ends_in_a_domain(write):
    assert re.fullmatch(r"<[0-9a-f]{32}@demo\.example>", write("student_planned")["Message-ID"])


def test_the_sender_is_the_programme(write):
    assert write("student_planned")["From"] == "Stagemakelaar Noord <noord@demo.example>"


def test_the_student_is_told_that_a_refusal_is_not_about_them(write):
    assert "Dat ligt niet aan jou" in text_of(write("student_withdrawn", by_side="employer"))
    assert "Dat ligt niet aan jou" not in text_of(write("student_withdrawn", by_side="broker"))


def test_an_english_reader_gets_english(write):
    letter = write("student_planned", language="en")
    assert letter["Content-Language"] == "en"
    assert 'lang="en"' in text_of(letter, "html")


def test_letters_lead_to_where_what_they_tell_of_stands(write):
    assert "/student/gegevens\n" in text_of(write("student_retention"))
    assert "Vraag de beheerder om een nieuwe uitnodiging." in text_of(write("password_reset_none")).replace("\n", " ")
    notice = write("account_notice", what=What.RESET_GRANTED.value)
    told = text_of(notice).replace("\n", " ")
    assert notice["Subject"] == "Een wijziging in een account bij Stagemakelaar"
    assert ("Weet u hier niet van?" in told, "Zelf gedaan?" in told) == (True, False)
    assert "Zelf gedaan?" in text_of(write("account_notice", what=What.APP.value))
