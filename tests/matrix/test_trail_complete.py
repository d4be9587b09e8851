"""P34: the trail is complete: each kind of change has its line, with who did what to which record, when and from where.

Every address to which a form can be sent stands here, by hand, with the action that the trail must tell. The forms are
filled in as a person would, and sent. No line holds a secret, nor a word that was typed.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from stagemakelaar import audit, clock
from stagemakelaar.audit import Entry
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.db import current_session
from stagemakelaar.intake.models import Upload
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import User
from stagemakelaar.people.signing_in import totp
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.rights.models import DataRequest
from stagemakelaar.rounds.models import Comment, Proposal, ProposalState, Run, Unplaced
from stagemakelaar.web import layout
from tests import proofs
from tests.matrix.filling import WORDS, filled_in, form_at
from tests.matrix.table import ROWS
from tests.matrix.world import ADDRESSES, databases
from tests.people.signing_in.test_proofs import NEW, PASSWORD

# Who sends it, the address, the action that the trail tells first, and the page on which the form stands.
CHANGES = """
bA /account/sessies/{own_session}/beeindigen  session.ended
bA /account/sessies/andere  sessions.ended
bA /account/e-mailadres  address.asked  /account/e-mailadres
bA /account/wachtwoord  password.changed  /account/wachtwoord
bA /account/app  factor.begun  /account/app
bA /account/app/klaar  factor.changed
bA /account/herstelcodes  recovery_codes.renewed  /account/herstelcodes
bA /mijn-gegevens/downloaden  own_file.downloaded  /mijn-gegevens/downloaden
bA /weergaven  saved_view.saved
bA /weergaven/{view}/hernoemen  saved_view.renamed
bA /weergaven/{view}/verwijderen  saved_view.removed
bA /studenten/samen  task.added
bA /studenten/{student}/plaatsen/{place}  placement.planned  =
bA /studenten/{student}/voorkeuren/{place}  hint.given  /studenten/{student}/voorkeuren/{place}
bA /studenten/{student}/voorkeuren/{hint}/intrekken  hint.withdrawn
bA /studenten/{student}/{press}  case_file.taken_on
bA /studenten/{student}/{stop}  case_file.paused  /studenten/{student}/{stop}
bA /studenten/{student}/contact  contact_moment.noted  /studenten/{student}
bA /studenten/{student}/notities  case_note.written  /studenten/{student}
bA /studenten/{student}/taken  task.added  /studenten/{student}
bA /taken/{task}/vervalt  task.dropped  /taken/{task}/vervalt
bA /taken/{task}/{ticked}  task.done
bA /organisaties/{organisation}/contact  organisation_contact.noted  /organisaties/{organisation}
bA /organisaties/{organisation}/taken  task.added  /organisaties/{organisation}
bA /organisaties/{organisation}/{verdict}  organisation.suspended  /organisaties/{organisation}/{verdict}
bA /organisaties/{organisation}/erkenningen/nieuw  recognition.added  /organisaties/{organisation}/erkenningen/nieuw
bA /organisaties/{organisation}/erkenningen/{recognition}  recognition.checked  =
bA /organisaties/{organisation}/plekken/nieuw  place.drafted  /organisaties/{organisation}/plekken/nieuw
bA /organisaties/interesse/{interest}/{outcome}  interest.contacted
bA /organisaties/nieuw  organisation.registered  /organisaties/nieuw
bA /plekken/{place}/{place_step}  place.changed  /plekken/{place}/{place_step}
bA /plekken/{place}/openen  place.open
bA /plekken/{place}/pauzeren  place.paused
bA /plekken/{place}/sluiten  place.closed  /plekken/{place}/sluiten
bA /studenten/importeren  upload.kept
bA /studenten/importeren/{list}/doorvoeren  student.imported  /studenten/importeren/{list}
bA /studenten/importeren/{list}/weggooien  upload.dropped
bA /plekken/importeren  upload.kept
bA /plekken/importeren/{place_list}/doorvoeren  place.drafted  /plekken/importeren/{place_list}
bA /plekken/importeren/{place_list}/weggooien  upload.dropped
bA /werven/{need}/bedrijven/{organisation}  organisation_contact.noted  =
bA /werven/{need}/bedrijven/{organisation}/taak  task.added  /werven/{need}/bedrijven/{organisation}
bA /werven/{need}/interesse/{interest}  interest.contacted  =
bA /studenten/dubbel/{student}/{twin}/apart  student.kept_apart
bA /studenten/samenvoegingen/{merge}/terugdraaien  student.merge_undone
bA /rondes  round.opened
bA /rondes/{round}/andere-instellingen  run.asked  =
bA /rondes/{round}/berekenen  run.asked
bA /rondes/{round}/berekeningen/{run}/kiezen  round.run_chosen
bA /rondes/{round}/berekeningen/{run}/stoppen  run.cancelled
bA /rondes/{round}/sluiten  round.closed  =
bA /rondes/{round}/wijzigingen/terugdraaien  hand_change.undone  =
bA /wijzigingen/{hand_change}/terugdraaien  hand_change.undone  =
bA /voorstellen/{proposal}/besluit  proposal.approved  /voorstellen/{proposal}
bA /voorstellen/{proposal}/andere-plek/{place}  placement.planned  =
bA /voorstellen/{proposal}/terugdraaien  proposal.undone
bA /voorstellen/{held}/oppakken  proposal.open
bA /voorstellen/{proposal}/opmerkingen  comment.written  =
bA /opmerkingen/{comment}/antwoord  comment.written  =
bA /opmerkingen/{comment}/{settle}  comment.resolved
bA /plaatsingen/samen  placement.reminded
bA /plaatsingen/{placement}/{change}  placement.completed
bA /plaatsingen/{placement}/namens/{side}  placement.accepted  =
bA /plaatsingen/{placement}/terugtrekken  placement.withdrawn  =
cA /instellingen  programme.settings_changed  =
cA /verzoeken/{request}/besluit  data_request.refused  /verzoeken/{request}
cA /verzoeken/{request}/opheffen  data_request.end_announced  /verzoeken/{request}
cA /verzoeken/{request}/doorgaan  data_request.end_taken_back
ad /accounts/uitnodigen  staff.registered  =
cA /accounts/app/{broker}/vragen  factor_reset.asked
cA /accounts/app/{broker}/toestaan  factor_reset.granted
ad /accounts/{account}/inschakelen  account.enabled
ad /accounts/{account}/uitschakelen  account.disabled
e1 /bedrijf/erkenningen  recognition.added  =
e1 /bedrijf/gegevens/wijzigen  organisation.changed  =
e1 /bedrijf/contactpersoon  account.corrected  =
e1 /bedrijf/collegas  employer.registered  /bedrijf/gegevens
e1 /bedrijf/collegas/{colleague}/verwijderen  membership.removed
e1 /bedrijf/plaatsingen/{placement}/antwoord  placement.capacity_confirmed  /bedrijf/plaatsingen/{placement}
e1 /bedrijf/plekken/nieuw  place.drafted  =
e1 /bedrijf/plekken/{place}/{place_step}  place.changed  =
e1 /bedrijf/plekken/{place}/openen  place.open
e1 /bedrijf/plekken/{place}/pauzeren  place.paused
e1 /bedrijf/plekken/{place}/sluiten  place.closed  =
e1 /mijn-gegevens/wissen  data_request.asked
s1 /mijn-gegevens/beperken  data_request.asked  =
s1 /mijn-gegevens/bezwaar  data_request.asked  =
s1 /mijn-gegevens/verzoeken/{own_request}/intrekken  data_request.withdrawn
s1 /mijn-gegevens/verzoeken/{own_request}/stoppen  data_request.ended
s1 /student/plaatsing/{placement}/antwoord  placement.accepted  /student/plaatsing/{placement}
s2 /student/profiel/{step}  profile.saved  =
"""
# What no form of the matrix can do in one go, and where its line is looked for.
ELSEWHERE = {
    "/accounts/rechten/{rights_change}/toestaan": "tests/web/test_staff_rights.py",
    "/accounts/{account}/rechten": "tests/web/test_staff_rights.py",
    "/accounts/rechten/{rights_change}/afwijzen": "tests/web/test_staff_rights.py",
    "/accounts/uitloggen": "tests/web/test_staff_rights.py",
    "/student/profiel/controleren": "tests/web/test_student_profile.py",
    "/accounts/{account}/nagekeken": "tests/web/test_staff_rights.py",
    "/account/bevestigen": "tests/web/test_account.py",
    "/account/bevestigen/mail": "no act: it is told when it is used",
    "/account/e-mailadres/{token}": "tests/web/test_account.py",
    "/bedrijf/gegevens": "tests/web/test_employer.py",
    "/post/{message}/opnieuw": "tests/web/test_post.py",
    "/versturen": "tests/web/test_sending_out.py",
    "/inloggen/verder": "no act",
    "/studenten/{student}/wachten": "tests/rounds/test_repairs.py",
    "/studenten/{student}/overdragen": "tests/casework/test_handing_over.py",
    "/studenten/{student}/overdracht/{handed}": "tests/casework/test_handing_over.py",
    "/studenten/dubbel/{student}/{twin}": "tests/intake/test_merging.py",
    "/voorstellen/{drawn}/tweede-blik": "tests/web/test_oversight.py",
    "/rondes/{round}/toezicht": "tests/web/test_oversight.py",
}
LISTED = "studentnummer;e-mailadres;voornaam;achternaam\n7654321;zqlist@school.example;Sam;Zqlist\n"
PLACED = "kvk_nummer;vestigingsnummer;leerplaats;bedrijf;postcode;opleidingscodes;begin;eind;aantal\n"
PLACED += "90000002;000090000002;Tuin;Zon;1315 AB;25960;2027-09-01;2028-01-31;2\n"
DATA: dict[str, Any] = {
    "/account/wachtwoord": {"current_password": PASSWORD, "password": NEW},
    "/weergaven": {"page": "studenten", "name": "Zqweergave"},
    "/weergaven/{view}/hernoemen": {"name": "Zqanders"},
    "/studenten/importeren": lambda: {"file": (io.BytesIO(LISTED.encode()), "lijst.csv")},
    "/plekken/importeren": lambda: {"file": (io.BytesIO(PLACED.encode()), "lijst.csv")},
    "/rondes": {"name": "Zqronde"},
    "/rondes/{round}/andere-instellingen": {"most_minutes": "10"},
    "/voorstellen/{proposal}/terugdraaien": {"why": WORDS},
    "/studenten/samen": lambda: {"doen": "taak", "kies": str(_case().id), "what": WORDS, "due_on": "2027-02-10"},
    "/plaatsingen/samen": lambda: {"doen": "herinneren", "kies": str(_placement(PlacementState.PLANNED))},
    "/verzoeken/{request}/besluit": {"verdict": "refuse"},
    "/verzoeken/{request}/opheffen": {"ended_why": WORDS},
    "/bedrijf/contactpersoon": {"name": "Zq Anders"},
    "/student/plaatsing/{placement}/antwoord": {"answer": "accept"},
    "/account/app/klaar": lambda: {"code": totp.present_code(_user("bA").totp_next)[0]},
}


def _user(who):
    return current_session().scalars(select(User).where(User.email == f"{ADDRESSES[who]}@demo.example")).one()


@dataclass
class Before:
    """Vooraf: what is sent first, and the newest record of a model after it, by the name that it has in an address."""

    sends: list
    newest: dict = field(default_factory=dict)


def _case():
    broker = _user("bA")
    return current_session().scalars(select(Case).where(Case.broker_id == broker.id)).first()


def _placement(state):
    here = select(Placement.id).where(Placement.programme_id == _user("bA").programme_id, Placement.state == state)
    return current_session().scalars(here.order_by(Placement.id)).first()


def _from_links(pages, pattern, names):
    """The numbers in the first address like this on one of the pages, by the names that they have."""

    def numbers(world):
        for page in pages():
            if found := re.search(pattern, world.ask("bA", "GET", page).text):
                return dict(zip(names, found.groups(), strict=True))
        raise proofs.Invalid(f"no page leads to {pattern}")

    return numbers


def _of_waiting_students():
    left = select(Unplaced.student_id).join(Case, Case.student_id == Unplaced.student_id)
    left = left.where(Case.state == CaseState.SEARCHING, Case.programme_id == _user("bA").programme_id)
    return [f"/studenten/{number}/plaatsen" for number in current_session().scalars(left.order_by(Unplaced.id))]


def _of_open_proposals():
    here = select(Proposal.id).where(Proposal.programme_id == _user("bA").programme_id)
    here = here.where(Proposal.state == ProposalState.OPEN).order_by(Proposal.id)
    return [f"/voorstellen/{number}" for number in current_session().scalars(here)]


# Which record it is about, where that of the others will not do.
PICKED = {
    "/plaatsingen/{placement}/{change}": lambda _world: {
        "placement": _placement(PlacementState.ACTIVE),
        "change": "afronden",
    },
    "/voorstellen/{proposal}/andere-plek/{place}": _from_links(
        _of_open_proposals, r"/voorstellen/(\d+)/andere-plek/(\d+)", ["proposal", "place"]
    ),
    "/studenten/{student}/plaatsen/{place}": _from_links(
        _of_waiting_students, r"(?s)Plekken die passen.*?/studenten/(\d+)/plaatsen/(\d+)", ["student", "place"]
    ),
}
RESTRICTED = Before(
    [("s1", "/mijn-gegevens/beperken"), ("cA", "/verzoeken/{request}/besluit", {"verdict": "grant"})],
    {"request": DataRequest, "own_request": DataRequest},
)
BEFORE = {
    "/account/app/klaar": Before([("bA", "/account/app")]),
    "/plekken/{place}/openen": Before([("bA", "/plekken/{place}/pauzeren")]),
    "/bedrijf/plekken/{place}/openen": Before([("e1", "/bedrijf/plekken/{place}/pauzeren")]),
    "/studenten/importeren/{list}/doorvoeren": Before([("bA", "/studenten/importeren")], {"list": Upload}),
    "/studenten/importeren/{list}/weggooien": Before([("bA", "/studenten/importeren")], {"list": Upload}),
    "/rondes": Before([("bA", "/rondes/{round}/sluiten")]),
    "/rondes/{round}/berekeningen/{run}/stoppen": Before([("bA", "/rondes/{round}/berekenen")], {"run": Run}),
    "/voorstellen/{proposal}/terugdraaien": Before([("bA", "/voorstellen/{proposal}/besluit")]),
    "/opmerkingen/{comment}/antwoord": Before([("bA", "/voorstellen/{proposal}/opmerkingen")], {"comment": Comment}),
    "/opmerkingen/{comment}/{settle}": Before([("bA", "/voorstellen/{proposal}/opmerkingen")], {"comment": Comment}),
    "/accounts/app/{broker}/toestaan": Before([("ad", "/accounts/app/{broker}/vragen")]),
    "/verzoeken/{request}/opheffen": RESTRICTED,
    "/verzoeken/{request}/doorgaan": Before(
        [*RESTRICTED.sends, ("cA", "/verzoeken/{request}/opheffen")], RESTRICTED.newest
    ),
    "/mijn-gegevens/verzoeken/{own_request}/stoppen": RESTRICTED,
}
ROOT = Path(__file__).parent.parent.parent
POSTS = {rule for method, rule, resource, _letter in ROWS if method == "POST" and resource != "public"}


def changes():
    for line in filter(None, CHANGES.splitlines()):
        who, rule, action, *page = line.split()
        yield who, rule, action, (rule if page == ["="] else page[0]) if page else None


PAGE = {rule: page for _who, rule, _action, page in changes()}


def send(world, who, rule, records, **more):
    """The answer to a form as it was served, filled in and sent."""
    page, path = PAGE[rule], rule.format(**records)
    form = form_at(world, who, page.format(**records), path) if page else None
    fixed = DATA.get(rule, {})
    data = (filled_in(form) if form else {}) | (fixed() if callable(fixed) else fixed) | more
    return world.ask(who, "POST", path, data=data, keep=True)


class Told:
    """Verteld: what the trail tells of a change, and the secrets that were in it."""

    def __init__(self, world, who, rule):
        records, before = dict(world.records), BEFORE.get(rule, Before([]))
        for other, first, *more in before.sends:
            answer = send(world, other, first, records, **(more[0] if more else {}))
            assert answer.status in (200, 302, 303), f"{first} before {rule}: {answer}"
            for name, model in before.newest.items():
                records[name] = current_session().scalar(select(func.max(model.id)))
        if rule in PICKED:
            records |= PICKED[rule](world)
        last, letters = (current_session().scalar(select(func.max(one))) for one in (Entry.seq, Message.id))
        self.answer = send(world, who, rule, records)
        self.lines = current_session().scalars(select(Entry).where(Entry.seq > last).order_by(Entry.seq)).all()
        self.user = current_session().get(User, world.users[who])
        told = current_session().scalars(select(Message).where(Message.id > letters)).all()
        self.secrets = {letter.data[name] for letter in told for name in ("token", "code") if name in letter.data}
        self.secrets |= {self.user.totp_next, self.user.totp_secret} - {None}
        self.secrets |= set(re.findall(r"\b[A-Z0-9]{4,}(?:-[A-Z0-9]{4,}){2,}\b", self.answer.text))

    @property
    def text(self):
        return "\n".join(str({name: getattr(line, name) for name in audit.CHAINED}) for line in self.lines)


def faults_of(world, who, rule, action):
    """What the trail does not tell of a change, and what it should not; the lines are taken back."""
    with world.kept_for_now():
        told = Told(world, who, rule)
        actions = [line.action for line in told.lines]
        if action not in actions:
            yield f"{who} {rule}: {told.answer}; {actions} tells no {action}"
        yield from (f"{rule}: {fault}" for line in told.lines if (fault := wrong_with(told.user, line)))
        typed = {word for word in TYPED if word in told.text.casefold()}
        spoken = {line["word"] for line in world.words_in(told.text)}
        if leaked := typed | spoken | {one for one in told.secrets if one in told.text}:
            yield f"{rule}: {leaked} stands in the trail"


TYPED = {"zqafs", "zqnam", "zqcon", "zqtra", "zqlist", "zqweergave", "zqanders", "zqronde", "school.example"}
TYPED |= {PASSWORD, NEW}


def wrong_with(user, line):
    """What is wrong with who, what, which record, when and from where, or None."""
    told = (line.result, line.origin, line.at, line.actor_id, line.actor_role)
    due = ("done", "127.0.0.0/24", clock.now(), user.id, user.role.value)
    if told != due:
        return f"{line.action} tells {told}, not {due}"
    if not re.fullmatch(r"[a-z_]+\.[a-z_]+", line.action):
        return f"{line.action} is no action"
    named = line.object_type and line.object_id
    if not named and not any(isinstance(value, int) for value in line.details.values()):
        return f"{line.action} names no record"
    return None


@pytest.fixture(autouse=True)
def no_number_in_the_menu(monkeypatch):
    monkeypatch.setattr(layout, "count_for", lambda *_asked: 0)  # which costs more than all else


@pytest.mark.promise("P34")
def test_every_address_of_a_form_stands_in_the_table():
    told = {rule for _who, rule, *_rest in changes()}
    assert told | set(ELSEWHERE) == POSTS
    assert told & set(ELSEWHERE) == set()
    assert [path for path in ELSEWHERE.values() if path.startswith("tests/") and not (ROOT / path).exists()] == []


@pytest.mark.promise("P34")
@databases
def test_every_change_has_its_line_and_no_line_has_a_secret(world, record_property):
    rows = [(who, rule, action) for who, rule, action, _page in changes()]
    rows = rows if proofs.IS_FULL else rows[::4]
    faults = [fault for row in rows for fault in faults_of(world, *row)]
    assert faults == [], "\n".join(faults)
    record_property("changes", len(rows))


@pytest.mark.promise("P34")
@databases
def test_a_reading_a_download_and_a_refusal_say_who_and_from_where(world):
    paths = {
        "/studenten/{student}": ("student.read", "done"),
        "/studenten/lijst.csv": ("export", "done"),
        "/accounts": ("page.refused", "refused"),
    }
    with world.kept_for_now():
        for path, due in paths.items():
            world.ask("bA", "GET", path.format(**world.records), keep=True)
            line = current_session().scalars(select(Entry).order_by(Entry.seq.desc())).first()
            assert (line.action, line.result) == due
            assert (line.actor_id, line.actor_role, line.origin) == (world.users["bA"], "broker", "127.0.0.0/24")
            assert line.at == clock.now()


NOTE = ("bA", "/studenten/{student}/notities", "case_note.written")


@pytest.mark.promise("P34", red=True)
@databases
def test_a_change_that_forgets_its_line_is_seen(world, monkeypatch):
    honest = audit.record

    def forgets(session, action, *more, **about):
        return None if action == NOTE[2] else honest(session, action, *more, **about)

    monkeypatch.setattr(audit, "record", forgets)
    assert [fault for fault in faults_of(world, *NOTE) if "tells no case_note.written" in fault]


@pytest.mark.promise("P34", red=True)
@databases
def test_a_line_that_repeats_what_was_typed_is_seen(world, monkeypatch):
    honest = audit.record
    monkeypatch.setattr(audit, "record", lambda *asked, **about: honest(*asked, **about, text=WORDS))
    assert [fault for fault in faults_of(world, *NOTE) if "stands in the trail" in fault]
