"""The whole road: from two registrations to two confirmations, with links out of letters that really arrived."""

import time

import pytest

from stagemakelaar import db
from stagemakelaar.db import transaction
from stagemakelaar.people.actions import register_staff
from stagemakelaar.people.models import Programme, Role
from stagemakelaar.people.signing_in.passwords import hash_password
from stagemakelaar.people.signing_in.totp import demo_secret, present_code
from tests.builders import HELPENDE, Make

pytestmark = pytest.mark.needs("chromium", "axe", "smtp")

PASSWORD = "acht-blauwe-paarden-lopen"
STUDENT, EMPLOYER, BROKER = "samira@demo.example", "linde@demo.example", "fatima@demo.example"


@pytest.fixture
def broker(service):
    """A broker of noord, the only one who is there before the story begins."""
    programme = Make().programme()
    with transaction() as session:
        register_staff(
            session,
            role=Role.BROKER,
            email=BROKER,
            name="Fatima el Idrissi",
            programme=session.get(Programme, programme.id),
            password_hash=hash_password(PASSWORD),
            totp_secret=demo_secret(BROKER),
            by=None,
        )
    db.close_session()


def test_from_two_registrations_to_two_confirmations(broker, visitor):
    student, employer, staff = visitor(width=360), visitor(width=360), visitor()
    student_signs_up(student)
    employer_offers_a_place(employer)
    broker_prepares(staff)
    broker_decides(staff)
    employer_confirms_blind(employer)
    student_accepts(student)
    both_know_each_other(student, employer)


def student_signs_up(student):
    student.go("/")
    student.follow("Meld je aan")
    if student.page.locator("main [name=email]").count() == 0:
        student.follow("Stagemakelaar Noord")
    student.fill(email=STUDENT)
    student.click(student.page.locator("main form button[type=submit]").first)
    student.open_link_from_mail(STUDENT)

    student.go("/student/profiel/gegevens")
    student.fill(first_name="Samira", last_name="Bouali", birth_date="2008-05-14", phone="0612345678")
    save(student)
    student.go("/student/profiel/opleiding")
    student.fill(code=HELPENDE, leerweg="bol", school_name="ROC aan het IJ", school_year="1")
    save(student)
    student.go("/student/profiel/wanneer")
    student.fill(starts_on="2027-07-01", ends_on="2027-04-01")
    save(
        student, refused=True
    )  # the last day lies before the first: the sentence stands at the field and nothing typed is lost
    assert student.reads("De laatste dag ligt vóór de eerste dag")
    assert student.page.title().startswith("Fout:")
    assert student.page.input_value("main [name=starts_on]") == "2027-07-01"
    student.fill(
        starts_on="2027-04-01",
        ends_on="2027-07-15",
        days_per_week="3",
        weekdays=["tuesday", "wednesday", "thursday"],
        school_hours="16",
        late_hours="none",
        searching_since="2027-01-04",
    )
    save(student)
    student.go("/student/profiel/waar")
    student.fill(postcode="1021ab", travel_modes=["bike"], max_minutes="45")
    save(student)
    student.go("/student/profiel/leren")
    student.fill(learning_wish="Rustig blijven als het druk is.", kinds="elderly_care")
    save(student)
    student.go("/student/profiel/nodig")
    save(student)
    student.go("/student/profiel/controleren")
    assert student.reads("Samira")
    student.click(student.page.locator("main form button[type=submit]").last)
    assert student.page.url.endswith("/student"), student.page.locator("main").inner_text()


def save(visitor, *, refused=False):
    """Press the first button of the page."""
    visitor.click(visitor.page.locator("main form button[type=submit]").first)
    assert visitor.page.title().startswith("Fout:") is refused, visitor.page.locator("main").inner_text()


def employer_offers_a_place(employer):
    employer.go("/bedrijven/aanmelden")
    employer.fill(email=EMPLOYER)
    save(employer)
    employer.open_link_from_mail(EMPLOYER)

    employer.go("/bedrijf/gegevens")
    employer.fill(
        name="Zorgcentrum De Linde",
        kvk_number="12345678",
        branch_number="000012345678",
        postcode="1022 AB",
        street="Lindelaan",
        house_number="12",
        city="Amsterdam",
    )
    save(employer)
    employer.go("/bedrijf/erkenningen")
    employer.fill(course=HELPENDE, valid_from="2025-01-01", valid_until="2028-12-31", proof="stagemarkt.nl")
    save(employer)

    employer.go("/bedrijf/plekken/nieuw")
    employer.fill(
        title="Helpende op de woongroep", tasks="Je helpt bewoners met eten.", codes=[HELPENDE], leerweg="bol"
    )
    save(employer)
    place = "/bedrijf/plekken/1"
    employer.go(f"{place}/leren")
    employer.fill(kinds=["elderly_care"])
    save(employer)
    employer.go(f"{place}/wanneer")
    employer.fill(
        starts_on="2027-03-01",
        ends_on="2027-12-31",
        weekdays=["monday", "tuesday", "wednesday", "thursday", "friday"],
        hours_per_day="8",
        seats="1",
        late_hours="none",
    )
    save(employer)
    for step in ("waar", "voorwaarden", "begeleiding"):
        employer.go(f"{place}/{step}")
        save(employer)
    employer.go(f"{place}/controleren")
    employer.click(employer.page.locator("main form button[type=submit]").last)


def broker_prepares(staff):
    staff.go("/inloggen/medewerker")
    staff.fill(email=BROKER, password=PASSWORD)
    save(staff)
    staff.fill(code=present_code(demo_secret(BROKER))[0])
    save(staff)
    assert staff.page.url.endswith("/makelaar")
    assert staff.reads("Samira Bouali")
    assert staff.reads("Zorgcentrum De Linde")

    staff.go("/organisaties/1")
    staff.follow("Goedkeuren")
    staff.fill(checked=["trade_register", "sbb_register"])
    save(staff)
    staff.go("/organisaties/1/erkenningen/1")
    staff.fill(proof="Gezien in het register van SBB")
    staff.press("De erkenning klopt")
    staff.go("/studenten/1")
    staff.press("Pak de zaak op")
    staff.press("Start met zoeken")


def broker_decides(staff):
    staff.go("/rondes")
    staff.fill(name="Ronde voorjaar")
    save(staff)
    staff.click(staff.page.locator('main form[action$="/berekenen"] button'))
    for _second in range(60):  # the worker computes in a process of its own
        staff.page.reload()
        if staff.page.locator('main a[href^="/voorstellen/"]').count():
            break
        time.sleep(0.5)
    staff.look()
    staff.click(staff.page.locator('main a[href^="/voorstellen/"]').first)
    assert staff.reads("Samira Bouali")
    assert staff.reads("Zorgcentrum De Linde")
    assert staff.reads("minuten fietsen")
    assert staff.page.locator("main [name=verdict]:checked").count() == 0, "nothing may be preselected"
    staff.fill(verdict="approve", why="Past bij wat ze wil leren.")
    staff.press("Besluit opslaan")


def employer_confirms_blind(employer):
    text = employer.mail(EMPLOYER, "/bedrijf/plaatsingen/1")
    assert "Samira" not in text
    assert "Bouali" not in text
    employer.go("/bedrijf/plaatsingen/1")
    assert "Bouali" not in employer.page.content()
    assert "samira" not in employer.page.content().casefold()
    if employer.page.locator("main [name=trainer_name]").count():
        employer.fill(trainer_name="Henk Smit", trainer_email="henk@demo.example")
    employer.press("Ja, er is plek")
    assert "Bouali" not in employer.page.content(), "one yes is not two"


def student_accepts(student):
    text = student.mail(STUDENT, "/student/plaatsing/1")
    assert "Linde" not in text, "a letter carries no more than it must"
    student.go("/student")
    student.go("/student/plaatsing/1")
    assert student.reads("Zorgcentrum De Linde")
    student.press("Ja, ik wil deze plek")


def both_know_each_other(student, employer):
    student.post_office.wait_for_letters(3, to=STUDENT, timeout=30)  # to sign in, the question, it is settled
    student.post_office.wait_for_letters(3, to=EMPLOYER, timeout=30)
    employer.go("/bedrijf/plaatsingen/1")
    assert employer.reads("Samira Bouali")
    student.go("/student/plaatsing/1")
    assert student.reads("Lindelaan 12")
