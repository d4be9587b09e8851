"""Every address to which a form can be sent, by hand, with how it is sent and the action that the trail must tell.

The forms are filled in as a person would, and sent, by tests/matrix/test_trail_complete.py.
"""

import io
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.db import current_session, transaction
from stagemakelaar.intake.models import Upload
from stagemakelaar.outbox import Message
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.people.signing_in import UserSession, totp
from stagemakelaar.placements.models import Placement, PlacementState
from stagemakelaar.rights.models import DataRequest
from stagemakelaar.rounds.models import Comment, Proposal, ProposalState, Run, Unplaced
from stagemakelaar.rounds.second_look import SecondLook
from tests import proofs
from tests.matrix.filling import WORDS
from tests.matrix.world import ADDRESSES, RESTING
from tests.people.signing_in.test_proofs import NEW, PASSWORD
from tests.rows import change

# Who sends it, the address, the action that the trail tells first, and the page on which the form stands.
CHANGES = """
bA /account/sessies/{own_session}/beeindigen  session.ended
bA /account/sessies/andere  sessions.ended
bA /account/bevestigen  session.confirmed
bA /account/e-mailadres  address.asked  /account/e-mailadres
bA /account/e-mailadres/{token}  address.changed  =
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
bA /studenten/{student}/wachten  placement.waits
bA /studenten/{student}/overdragen  hand_over.given  =
bA /studenten/{student}/overdracht/{handed}  hand_over.returned
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
bA /studenten/dubbel/{student}/{twin}  student.merged  =
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
cA /rondes/{round}/toezicht  round.drawn  =
cA /voorstellen/{drawn}/tweede-blik  proposal.second_look  /voorstellen/{drawn}
bA /voorstellen/{proposal}/besluit  proposal.approved  /voorstellen/{proposal}
bA /voorstellen/{proposal}/andere-plek/{place}  placement.planned  =
bA /voorstellen/{proposal}/terugdraaien  proposal.undone
bA /voorstellen/{held}/oppakken  proposal.open
bA /voorstellen/{proposal}/opmerkingen  comment.written  =
bA /opmerkingen/{comment}/antwoord  comment.written  =
bA /opmerkingen/{comment}/{settle}  comment.resolved
bA /versturen  placement.sent_out  =
bA /post/{message}/opnieuw  message.queued
bA /plaatsingen/samen  placement.reminded
bA /plaatsingen/{placement}/{change}  placement.completed
bA /plaatsingen/{placement}/namens/{side}  placement.accepted  =
bA /plaatsingen/{placement}/terugtrekken  placement.withdrawn  =
cA /instellingen  programme.settings_changed  =
cA /verzoeken/{request}/besluit  data_request.refused  /verzoeken/{request}
cA /verzoeken/{request}/opheffen  data_request.end_announced  /verzoeken/{request}
cA /verzoeken/{request}/doorgaan  data_request.end_taken_back
ad /accounts/uitnodigen  staff.registered  =
ad /accounts/uitloggen  sessions.ended  =
ad /accounts/{account}/rechten  staff.rights_asked  =
ad /accounts/{account}/nagekeken  staff.rights_reviewed
ad /accounts/rechten/{rights_change}/toestaan  staff.rights_changed
ad /accounts/rechten/{rights_change}/afwijzen  staff.rights_dropped
cA /accounts/app/{broker}/vragen  factor_reset.asked
cA /accounts/app/{broker}/toestaan  factor_reset.granted
ad /accounts/{account}/inschakelen  account.enabled
ad /accounts/{account}/uitschakelen  account.disabled
e1 /bedrijf/erkenningen  recognition.added  =
ec /bedrijf/gegevens  organisation.registered  =
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
s2 /student/profiel/controleren  profile.completed  =
s2 /student/profiel/{step}  profile.saved  =
"""
# What changes nothing: a button that asks for a code by mail, and one that leads on to where somebody wanted to be.
NO_ACT = {"/account/bevestigen/mail", "/inloggen/verder"}
LISTED = "studentnummer;e-mailadres;voornaam;achternaam\n7654321;zqlist@school.example;Sam;Zqlist\n"
PLACED = "kvk_nummer;vestigingsnummer;leerplaats;bedrijf;postcode;opleidingscodes;begin;eind;aantal\n"
PLACED += "90000002;000090000002;Tuin;Zon;1315 AB;25960;2027-09-01;2028-01-31;2\n"
DATA: dict[str, Any] = {
    "/account/bevestigen": lambda: {"one_time_code": totp.present_code(_user("bA").totp_secret)[0]},
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
    "/accounts/uitloggen": {"email": "broker@demo.example"},
    "/accounts/{account}/rechten": {"role": "auditor", "programme": ""},
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


def _unconfirmed(world):
    """Somebody signed in longer ago than a quarter of an hour."""
    change(UserSession, world.records["own_session"], confirmed_at=clock.now() - timedelta(minutes=16))
    return {}


def _never_handed_in(world):
    """A student who has filled in all and not handed it in."""
    student = current_session().scalars(select(Student.id).where(Student.user_id == world.users["s2"])).one()
    change(Profile, student, completed_at=None)
    return {}


def _not_drawn(world):
    """A round in which something was decided and nothing drawn yet."""
    with transaction() as session:
        session.execute(delete(SecondLook).where(SecondLook.round_id == world.records["round"]))
    return {}


def _decided_by_another(world):
    """A decision of a broker at which nobody looked yet."""
    drawn = current_session().scalars(select(SecondLook.id).where(SecondLook.proposal_id == world.records["drawn"]))
    unseen = {"looked_at": None, "looked_by_id": None, "agrees": None, "remark": ""}
    change(SecondLook, drawn.one(), decided_by_id=world.users["bA"], **unseen)
    return {}


def _given_up_today(world):
    """A letter that is not too old to be sent again."""
    change(Message, world.records["message"], created_at=clock.now(), state_changed_at=clock.now())
    return {}


def _mailed_token(_world):
    return {"token": current_session().scalars(select(Message).order_by(Message.id.desc())).first().data["token"]}


def _two_who_rest(world):
    """Two students who have neither a place nor a proposal, and asked for no limits."""
    resting = select(Case.student_id).where(Case.programme_id == world.noord, Case.state.in_(RESTING))
    resting = resting.where(Case.student.has(Student.merged_into_id.is_(None))).order_by(Case.student_id)
    first, second = current_session().scalars(resting).all()[:2]
    for number in (first, second):
        change(Student, number, restricted_at=None, objected_at=None)
    return {"student": first, "twin": second}


# Which record it is about, where that of the others will not do, and what is made as if it had been so.
PICKED = {
    "/account/bevestigen": _unconfirmed,
    "/account/e-mailadres/{token}": _mailed_token,
    "/accounts/{account}/rechten": lambda world: {"account": world.users["bB"]},
    "/accounts/{account}/nagekeken": lambda world: {"account": world.users["bB"]},
    "/rondes/{round}/toezicht": _not_drawn,
    "/voorstellen/{drawn}/tweede-blik": _decided_by_another,
    "/post/{message}/opnieuw": _given_up_today,
    "/student/profiel/controleren": _never_handed_in,
    "/studenten/dubbel/{student}/{twin}": _two_who_rest,
    "/studenten/{student}/overdracht/{handed}": lambda _world: {"handed": "teruggeven"},
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
COLLEAGUE_BACK = ("ad", "/accounts/{account}/inschakelen")
BEFORE = {
    "/account/e-mailadres/{token}": Before([("bA", "/account/e-mailadres")]),
    "/bedrijf/gegevens": Before([("e1", "/bedrijf/collegas/{colleague}/verwijderen")]),
    "/studenten/{student}/wachten": Before([("bA", "/plaatsingen/{placement}/terugtrekken")]),
    "/studenten/{student}/overdragen": Before([COLLEAGUE_BACK]),
    "/studenten/{student}/overdracht/{handed}": Before([COLLEAGUE_BACK, ("bA", "/studenten/{student}/overdragen")]),
    "/versturen": Before(
        [("cA", "/instellingen", {"send_together": "samen"}), ("bA", "/voorstellen/{proposal}/besluit")]
    ),
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


def changes():
    """Who, address, action and page of each row."""
    for line in filter(None, CHANGES.splitlines()):
        who, rule, action, *page = line.split()
        yield who, rule, action, (rule if page == ["="] else page[0]) if page else None


PAGE = {rule: page for _who, rule, _action, page in changes()}
