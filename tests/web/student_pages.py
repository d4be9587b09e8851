"""What the tests of the student's pages share: a placement that waits for two answers, and the two buttons."""

from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import transaction
from stagemakelaar.people.models import Student, User
from stagemakelaar.placements import actions as placements
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Place


def plan(student, place, broker):
    """A placement that waits for two answers."""
    with transaction() as session:
        return placements.plan(
            session,
            session.get(Student, student.id),
            session.get(Place, place.id),
            reasons={},
            by=session.get(User, broker.id),
        )


def act(action, placement, by, **options):
    """Let someone do something with a placement."""
    with transaction() as session:
        action(session, session.get(Placement, placement.id), by=session.get(User, by.id), **options)


def on_case(student, action, *, by, **options):
    """Let a broker do something with the case of a student."""
    with transaction() as session:
        action(session, case_of(session, session.get(Student, student.id)), by=session.get(User, by.id), **options)


def status(page):
    """The title and the sentence of what happens now."""
    box = page.soup.select_one(".sm-now")
    return [" ".join(part.get_text(" ").split()) for part in box.find_all(["h2", "p"])]


def road(page):
    """The steps of the time line: (done, current or later; text)."""
    return [
        (step["class"][-1].rpartition("--")[2], step.select_one(".sm-timeline__text").get_text(strip=True))
        for step in page.soup.select(".sm-timeline__step")
    ]


def letter_of(own, placement):
    """The page about one placement."""
    return own.get(f"/student/plaatsing/{placement.id}")


def answer_forms(page):
    """Which answers can be given on a page."""
    return [button["value"] for button in page.soup.main.find_all("button", attrs={"name": "answer"})]


def yes(page, status=303):
    """Press yes."""
    return _send(page, "accept", status)


def no(page, status=303, **values):
    """Press no."""
    return _send(page, "decline", status, **values)


def _send(page, answer, status, **values):
    button = page.soup.main.find("button", attrs={"name": "answer", "value": answer})
    form = button.find_parent("form")
    hidden = {field["name"]: field["value"] for field in form.find_all("input", attrs={"type": "hidden"})}
    return page.browser.post(form["action"], hidden | {"answer": answer} | values, status=status)
