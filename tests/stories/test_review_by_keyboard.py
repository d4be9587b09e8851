"""Ten proposals decided with a keyboard alone, decisions of each kind, with scripts and without."""

import pytest
from sqlalchemy import func, select

from stagemakelaar import db
from stagemakelaar.db import current_session
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Programme, User
from stagemakelaar.placements.models import Placement
from stagemakelaar.rounds.models import Proposal, ProposalState, Review
from stagemakelaar.rounds.queries import STANDS
from tests.builders import Make
from tests.computed import computed
from tests.pages import Browser
from tests.rows import change

pytestmark = [pytest.mark.needs("chromium", "smtp"), pytest.mark.later]

STUDENTS = ("Aerts", "Bakker", "Cohen", "Demir", "Evers", "Fofana", "Gomes", "Haddad", "Idris", "Jansen")
MOST_TABS = 60  # a page on which more are needed is no page for a keyboard


class Keyboard:
    """Someone without a mouse: what has the focus, and what the keys do."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, look):
        """What `look` (an expression about the element `at`) says of what has the focus."""
        return self.page.evaluate(f"(at => {look})(document.activeElement)")

    def tab_to(self, look):
        """Go on with the Tab key until what has the focus is what is looked for."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if self.at(look):
                return
        raise AssertionError(f"not within {MOST_TABS} tabs: {look} at {self.page.url}")

    def follow(self, words):
        """Go to a link by its words and follow it."""
        self.tab_to(f"at.tagName === 'A' && at.textContent.trim().startsWith({words!r})")
        with self.page.expect_navigation():
            self.press("Enter")

    def send(self):
        """Go to the button of the form and press it."""
        self.tab_to("at.tagName === 'BUTTON' && at.closest('main') !== null")
        with self.page.expect_navigation():
            self.press("Enter")

    def fill(self, name, text):
        """Go to a field and type."""
        self.tab_to(f"at.name === {name!r}")
        self.page.keyboard.type(text)

    @property
    def heading(self):
        return self.page.locator("h1").inner_text()

    def reads(self, words):
        return words in self.page.locator("main").inner_text()

    # --- the decisions ---

    def begin(self, verdict):
        """From the top of the page to the form in two keys, and choose there."""
        self.tab_to("at.tagName === 'A' && at.hash === '#besluit'")
        self.press("Enter", "Tab")
        assert self.at("at.name") == "verdict"
        self.press("Space", *["ArrowDown"] * ("approve", "reject", "hold").index(verdict))
        assert self.at("at.checked && at.value") == verdict


@pytest.fixture
def round_of_ten(app, own_database):
    """(a broker, the address of a round with ten open proposals); letters wait a quarter of an hour."""
    make = Make()
    broker = make.broker()
    change(Programme, broker.programme_id, undo_minutes=15)
    for name in STUDENTS:
        make.student(searching=True, last_name=name)
    make.place(make.organisation(name="De Linde"), seats=len(STUDENTS))
    make.place(make.organisation(name="De Eik"), seats=len(STUDENTS))
    match_round, _run = computed(broker)
    found = broker.id, f"/rondes/{match_round.id}"
    db.close_session()
    return found


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def keyboard(request, app, round_of_ten, open_window, service):
    """The broker, signed in, with nothing but a keyboard."""
    page = open_window(base_url=service, javascript=request.param)
    page.context.add_cookies([Browser(app).as_(current_session().get(User, round_of_ten[0])).cookie_at(service)])
    db.close_session()
    return Keyboard(page)


def test_ten_proposals_are_decided_without_a_mouse(round_of_ten, keyboard, post_office):
    keyboard.page.goto(round_of_ten[1])
    keyboard.follow("Samira Aerts")

    keyboard.begin("approve")
    keyboard.send()
    assert keyboard.heading == "Voorstel voor Samira Bakker"
    assert keyboard.at("at.id") == "net-besloten"  # the keyboard begins at what was just saved
    assert keyboard.reads("Besluit opgeslagen: Samira Aerts, goedgekeurd.")

    keyboard.begin("reject")
    keyboard.send()  # a reason is owed: the keyboard begins at what went wrong, and nothing is lost
    assert keyboard.at("at.id") == "fouten"
    assert keyboard.page.locator("[name=verdict]:checked").get_attribute("value") == "reject"
    keyboard.fill("reject_reason", "de reis")
    keyboard.send()
    assert keyboard.heading == "Voorstel voor Samira Cohen"

    keyboard.begin("reject")
    keyboard.fill("why", "Samen met de student zo afgesproken.")
    keyboard.send()
    assert keyboard.heading == "Voorstel voor Samira Demir"

    keyboard.begin("hold")
    keyboard.fill("hold_reason", "wacht op de school")
    keyboard.fill("held_until", "03032027")  # the third of the third, in whatever order a browser asks
    keyboard.send()
    assert keyboard.heading == "Voorstel voor Samira Evers"

    keyboard.follow("Kies deze plek")
    keyboard.fill("reason", "betere reis")
    keyboard.send()
    assert keyboard.reads("Geplaatst.")

    keyboard.page.goto(round_of_ten[1])
    keyboard.follow("Samira Fofana")
    for name in ("Gomes", "Haddad", "Idris", "Jansen"):
        keyboard.begin("approve")
        keyboard.send()
        assert keyboard.heading == f"Voorstel voor Samira {name}"
    keyboard.begin("approve")
    keyboard.send()
    assert keyboard.reads("Er staat geen voorstel meer open.")

    keyboard.follow("Draai het besluit terug")
    keyboard.fill("reason", "per ongeluk")
    keyboard.send()
    assert keyboard.reads("Niemand heeft bericht gekregen.")
    keyboard.begin("approve")
    keyboard.send()
    assert keyboard.reads("Er staat geen voorstel meer open.")

    stands_as_decided(post_office)


def stands_as_decided(post_office):
    session = current_session()
    counted = dict(session.execute(select(Proposal.state, func.count()).where(STANDS).group_by(Proposal.state)).all())
    assert counted == {ProposalState.APPROVED: 6, ProposalState.REJECTED: 3, ProposalState.HELD: 1}
    reasons = set(session.scalars(select(Review.reason).where(Review.reason.is_not(None))))
    assert reasons == {"de reis is te zwaar", "wacht op de school", "betere reis"}
    assert session.scalars(select(Review.undone_reason).where(Review.undone_reason.is_not(None))).all() == [
        "per ongeluk"
    ]
    live = session.scalars(select(Placement).where(Placement.withdrawn_at.is_(None))).all()
    assert len(live) == 7
    sent = session.scalar(select(func.count()).where(Message.state == MessageState.SENT))
    assert (sent, post_office.letters) == (0, [])  # all of it within the window: nobody has heard of anything
    db.close_session()
