"""Every page and who may enter it, written by hand, and an id of the demo for each name in an address.

A row is a page and the letters of who may enter it: s student, e employer, b broker, c programme coordinator,
a administrator, u auditor; * is anyone, also without an account. What is not in the table may not exist.
What each page is about, and whose record it opens, stands in tests/matrix/table.py.
"""

from sqlalchemy import select

from stagemakelaar.casework.models import Task, TaskState
from stagemakelaar.intake.models import Upload, UploadKind
from stagemakelaar.outbox import Message, MessageState
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.staff_rights import RightsChange
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Recognition
from stagemakelaar.rights.models import DataRequest, RequestState
from stagemakelaar.rounds.models import Comment, HandChange, Proposal, ProposalState, Round, RoundState, Run
from stagemakelaar.rounds.second_look import SecondLook
from stagemakelaar.rounds.wanted import seats_wanted
from stagemakelaar.seed import accounts
from tests.pages import Browser

PAGES = """
GET  /                                                              *
GET  /.well-known/security.txt                                      *
GET  /privacy                                                       *
GET  /toegankelijkheid                                              *
GET  /hulp                                                          *
POST /taal                                                          *
GET  /gezondheid/leeft                                              *
GET  /gezondheid/klaar                                              *
GET  /metrics                                                       *
GET  /demo/post                                                     *
GET  /aanmelden                                                     *
GET  /aanmelden/noord                                               *
POST /aanmelden/noord                                               *
GET  /zo-kiezen-we/noord                                            *
GET  /bedrijven                                                     *
GET  /bedrijven/aanmelden                                           *
POST /bedrijven/aanmelden                                           *
GET  /bedrijven/interesse                                           *
POST /bedrijven/interesse                                           *
GET  /bedrijven/interesse/bedankt                                   *
GET  /inloggen                                                      *
POST /inloggen                                                      *
GET  /inloggen/code                                                 *
POST /inloggen/code                                                 *
GET  /inloggen/link/{token}                                         *
POST /inloggen/link/{token}                                         *
GET  /inloggen/medewerker                                           *
POST /inloggen/medewerker                                           *
GET  /inloggen/medewerker/code                                      *
POST /inloggen/medewerker/code                                      *
GET  /inloggen/medewerker/herstelcode                               *
POST /inloggen/medewerker/herstelcode                               *
GET  /inloggen/medewerker/vergeten                                  *
POST /inloggen/medewerker/vergeten                                  *
GET  /inloggen/medewerker/vergeten/verstuurd                        *
GET  /inloggen/wachtwoord/{token}                                   *
POST /inloggen/wachtwoord/{token}                                   *
GET  /inloggen/uitnodiging/{token}                                  *
POST /inloggen/uitnodiging/{token}                                  *
GET  /inloggen/verder                                                sebcau
POST /inloggen/verder                                               sebcau
GET  /account                                                       sebcau
POST /account/sessies/{own_session}/beeindigen                      sebcau
POST /account/sessies/andere                                        sebcau
GET  /account/bevestigen                                            sebcau
POST /account/bevestigen                                            sebcau
POST /account/bevestigen/mail                                       sebcau
GET  /account/e-mailadres                                           sebcau
POST /account/e-mailadres                                           sebcau
GET  /account/e-mailadres/{token}                                   sebcau
POST /account/e-mailadres/{token}                                   sebcau
GET  /account/wachtwoord                                            bcau
POST /account/wachtwoord                                            bcau
GET  /account/app                                                   bcau
POST /account/app                                                   bcau
POST /account/app/klaar                                             bcau
GET  /account/herstelcodes                                          bcau
POST /account/herstelcodes                                          bcau
POST /uitloggen                                                     *

GET  /mijn-gegevens/downloaden                                      sebcau
POST /mijn-gegevens/downloaden                                      sebcau
GET  /mijn-gegevens/wissen                                          se
POST /mijn-gegevens/wissen                                          se
POST /mijn-gegevens/verzoeken/{own_request}/intrekken               se
POST /mijn-gegevens/verzoeken/{own_request}/stoppen                 s
GET  /mijn-gegevens/beperken                                        s
POST /mijn-gegevens/beperken                                        s
GET  /mijn-gegevens/bezwaar                                         s
POST /mijn-gegevens/bezwaar                                         s

GET  /student                                                       s
GET  /student/gegevens                                              s
GET  /student/wie-zag-mijn-gegevens                                 s
GET  /student/plaatsing/{letter}                                    s
POST /student/plaatsing/{letter}/antwoord                           s
GET  /student/profiel                                               s
GET  /student/profiel/{step}                                        s
POST /student/profiel/{step}                                        s
GET  /student/profiel/controleren                                   s
POST /student/profiel/controleren                                   s

GET  /bedrijf                                                       e
GET  /bedrijf/contactpersoon                                        e
POST /bedrijf/contactpersoon                                        e
POST /bedrijf/collegas                                              e
POST /bedrijf/collegas/{colleague}/verwijderen                      e
GET  /bedrijf/erkenningen                                           e
POST /bedrijf/erkenningen                                           e
GET  /bedrijf/gegevens                                              e
POST /bedrijf/gegevens                                              e
GET  /bedrijf/gegevens/wijzigen                                     e
POST /bedrijf/gegevens/wijzigen                                     e
GET  /bedrijf/plaatsingen/{letter}                                  e
GET  /bedrijf/plaatsingen/{letter}/afzeggen                         e
POST /bedrijf/plaatsingen/{letter}/antwoord                         e
GET  /bedrijf/plekken/nieuw                                         e
POST /bedrijf/plekken/nieuw                                         e
GET  /bedrijf/plekken/{own_place}                                   e
GET  /bedrijf/plekken/{own_place}/{place_step}                      e
POST /bedrijf/plekken/{own_place}/{place_step}                      e
GET  /bedrijf/plekken/{own_place}/controleren                       e
POST /bedrijf/plekken/{own_place}/openen                            e
POST /bedrijf/plekken/{own_place}/pauzeren                          e
GET  /bedrijf/plekken/{own_place}/sluiten                           e
POST /bedrijf/plekken/{own_place}/sluiten                           e

GET  /makelaar                                                      bc
POST /weergaven                                                     bc
POST /weergaven/{view}/hernoemen                                    bc
POST /weergaven/{view}/verwijderen                                  bc
GET  /studenten                                                     bc
GET  /studenten/samen                                               b
POST /studenten/samen                                               b
GET  /studenten/{student}                                           bc
GET  /studenten/{student}/plaatsen                                  bc
GET  /studenten/{student}/plaatsen/{place}                          bc
POST /studenten/{student}/plaatsen/{place}                          bc
POST /studenten/{student}/wachten                                   bc
GET  /studenten/{student}/voorkeuren                                bc
GET  /studenten/{student}/voorkeuren/{place}                        bc
POST /studenten/{student}/voorkeuren/{place}                        bc
POST /studenten/{student}/voorkeuren/{hint}/intrekken               bc
POST /studenten/{student}/{press}                                   b
GET  /studenten/{student}/{stop}                                    b
POST /studenten/{student}/{stop}                                    b
POST /studenten/{student}/contact                                   b
POST /studenten/{student}/notities                                  b
GET  /studenten/{student}/overdragen                                b
POST /studenten/{student}/overdragen                                b
POST /studenten/{student}/overdracht/{handed}                       b
POST /studenten/{student}/taken                                     b
GET  /taken                                                         bc
GET  /taken/{task}/vervalt                                          b
POST /taken/{task}/vervalt                                          b
POST /taken/{task}/{ticked}                                         b
GET  /organisaties                                                  bc
GET  /organisaties/{organisation}                                   bc
POST /organisaties/{organisation}/contact                           b
POST /organisaties/{organisation}/taken                             b
GET  /organisaties/{organisation}/{verdict}                         bc
POST /organisaties/{organisation}/{verdict}                         bc
GET  /organisaties/{organisation}/erkenningen/{recognition}         bc
POST /organisaties/{organisation}/erkenningen/{recognition}         bc
GET  /organisaties/{organisation}/erkenningen/nieuw                 bc
POST /organisaties/{organisation}/erkenningen/nieuw                 bc
GET  /organisaties/{organisation}/plekken/nieuw                     bc
POST /organisaties/{organisation}/plekken/nieuw                     bc
POST /organisaties/interesse/{interest}/{outcome}                   b
GET  /organisaties/nieuw                                            bc
POST /organisaties/nieuw                                            bc
GET  /plekken                                                       bc
GET  /plekken/{place}                                               bc
GET  /plekken/{place}/{place_step}                                  bc
POST /plekken/{place}/{place_step}                                  bc
GET  /plekken/{place}/controleren                                   bc
POST /plekken/{place}/openen                                        bc
POST /plekken/{place}/pauzeren                                      bc
GET  /plekken/{place}/sluiten                                       bc
POST /plekken/{place}/sluiten                                       bc
GET  /studenten/importeren                                          bc
POST /studenten/importeren                                          bc
GET  /studenten/importeren/voorbeeld.csv                            bc
GET  /studenten/importeren/{list}                                   bc
POST /studenten/importeren/{list}/doorvoeren                        bc
POST /studenten/importeren/{list}/weggooien                         bc
GET  /plekken/importeren                                            bc
POST /plekken/importeren                                            bc
GET  /plekken/importeren/voorbeeld.csv                              bc
GET  /plekken/importeren/{place_list}                               bc
POST /plekken/importeren/{place_list}/doorvoeren                    bc
POST /plekken/importeren/{place_list}/weggooien                     bc
GET  /werven                                                        bc
GET  /werven/{need}                                                 bc
GET  /werven/{need}/bedrijven/{organisation}                        bc
POST /werven/{need}/bedrijven/{organisation}                        bc
POST /werven/{need}/bedrijven/{organisation}/taak                   bc
GET  /werven/{need}/interesse/{interest}                            b
POST /werven/{need}/interesse/{interest}                            b
GET  /studenten/lijst.{form}                                        bc
GET  /organisaties/lijst.{form}                                     bc
GET  /plekken/lijst.{form}                                          bc
GET  /plaatsingen/lijst.{form}                                      bc
GET  /post/lijst.{form}                                             bc
GET  /rondes/{round}/voorstellen.{form}                             bc
GET  /rondes/{round}/zonder-plek.{form}                             bc
GET  /rondes/{round}/verslag.pdf                                    bc
GET  /studenten/dubbel                                              bc
GET  /studenten/dubbel/{student}/{twin}                             bc
POST /studenten/dubbel/{student}/{twin}                             bc
POST /studenten/dubbel/{student}/{twin}/apart                       bc
POST /studenten/samenvoegingen/{merge}/terugdraaien                 bc
GET  /rondes                                                        bc
POST /rondes                                                        bc
GET  /rondes/{round}                                                bc
GET  /rondes/{round}/wat-ontbreekt                                  bc
GET  /rondes/{round}/toezicht                                       c
POST /rondes/{round}/toezicht                                       c
GET  /rondes/{round}/zonder-plek                                    bc
GET  /rondes/{round}/vergelijken                                    bc
GET  /rondes/{round}/andere-instellingen                            bc
POST /rondes/{round}/andere-instellingen                            bc
POST /rondes/{round}/berekenen                                      bc
POST /rondes/{round}/berekeningen/{run}/kiezen                      bc
POST /rondes/{round}/berekeningen/{run}/stoppen                     bc
GET  /rondes/{round}/sluiten                                        bc
POST /rondes/{round}/sluiten                                        bc
GET  /rondes/{round}/wijzigingen                                    bc
GET  /rondes/{round}/wijzigingen/terugdraaien                       bc
POST /rondes/{round}/wijzigingen/terugdraaien                       bc
GET  /wijzigingen/{hand_change}/terugdraaien                        bc
POST /wijzigingen/{hand_change}/terugdraaien                        bc
GET  /voorstellen/{proposal}                                        bc
POST /voorstellen/{proposal}/besluit                                bc
GET  /voorstellen/{proposal}/andere-plek/{place}                    bc
POST /voorstellen/{proposal}/andere-plek/{place}                    bc
GET  /voorstellen/{proposal}/terugdraaien                           bc
POST /voorstellen/{proposal}/terugdraaien                           bc
POST /voorstellen/{held}/oppakken                                   bc
GET  /voorstellen/{proposal}/opmerkingen                            bc
POST /voorstellen/{proposal}/opmerkingen                            bc
GET  /opmerkingen/{comment}/antwoord                                bc
POST /opmerkingen/{comment}/antwoord                                bc
POST /opmerkingen/{comment}/{settle}                                bc
POST /voorstellen/{drawn}/tweede-blik                               bc
GET  /plaatsingen                                                   bc
GET  /plaatsingen/samen                                             b
POST /plaatsingen/samen                                             b
GET  /plaatsingen/{placement}                                       bc
POST /plaatsingen/{placement}/{change}                              bc
GET  /plaatsingen/{placement}/namens/{side}                         b
POST /plaatsingen/{placement}/namens/{side}                         b
GET  /plaatsingen/{placement}/terugtrekken                          bc
POST /plaatsingen/{placement}/terugtrekken                          bc
GET  /post                                                          bc
GET  /versturen                                                     bc
POST /versturen                                                     bc
POST /post/{message}/opnieuw                                        bc
GET  /instellingen                                                  c
POST /instellingen                                                  c
GET  /verzoeken                                                     bcu
GET  /verzoeken/{request}                                           bcu
POST /verzoeken/{request}/besluit                                   c
POST /verzoeken/{request}/opheffen                                  c
POST /verzoeken/{request}/doorgaan                                  c
GET  /accounts                                                      a
GET  /accounts/uitnodigen                                           a
POST /accounts/uitnodigen                                           a
GET  /accounts/rechten                                              au
POST /accounts/rechten/{rights_change}/toestaan                     a
POST /accounts/rechten/{rights_change}/afwijzen                     a
GET  /accounts/{account}/rechten                                    a
POST /accounts/{account}/rechten                                    a
POST /accounts/{account}/nagekeken                                  a
GET  /accounts/uitloggen                                            a
POST /accounts/uitloggen                                            a
GET  /accounts/app                                                  ca
POST /accounts/app/{account}/vragen                                 ca
POST /accounts/app/{account}/toestaan                               ca
POST /accounts/{account}/inschakelen                                a
POST /accounts/{account}/uitschakelen                               a
GET  /logboek                                                       u
"""
ROWS = [tuple(line.split()) for line in PAGES.split("\n") if line.strip()]
WHO = {
    "s": accounts.STUDENT,
    "e": accounts.EMPLOYER,
    "b": "broker@demo.example",
    "c": "coordinator@demo.example",
    "a": "admin@demo.example",
    "u": "auditor@demo.example",
}
WORDS = {
    "merge": 1,
    "form": "csv",
    "step": "waar",
    "place_step": "wanneer",
    "press": "oppakken",
    "stop": "pauzeren",
    "verdict": "stopzetten",
    "outcome": "contact",
    "change": "beginnen",
    "side": "student",
    "settle": "afhandelen",
    "handed": "aannemen",
    "ticked": "gedaan",
    "hint": 1,
    "view": 1,
    "own_session": 999999,
    "token": "een-token-dat-niet-bestaat",
}


def pages_of(who):
    """The addresses that this letter of the table may open, with names in braces; "-" is someone without an account."""
    return [
        path for method, path, allowed in ROWS if method == "GET" and (allowed == "*" if who == "-" else who in allowed)
    ]


def signed_in(app, session, who):
    """A browser of someone of the demo who has this letter in the table."""
    user = session.scalars(select(User).where(User.email == WHO[who])).one()
    return Browser(app).as_(user)


def records_of(session):
    """An id of a record of the demo, in noord, for each name in the table."""

    def first(statement):
        return session.scalars(statement).first()

    student = first(select(Student).join(User).where(User.email == accounts.STUDENT))
    placement = first(select(Placement).where(Placement.student_id == student.id))
    place, organisation = placement.place, placement.place.organisation
    noord = student.programme_id
    review = first(select(Round).where(Round.programme_id == noord, Round.state == RoundState.REVIEW))
    proposals = select(Proposal).where(Proposal.run_id == review.chosen_run_id)
    return WORDS | {
        "letter": placement.id,
        "placement": placement.id,
        "own_place": place.id,
        "place": place.id,
        "student": student.id,
        "organisation": organisation.id,
        "colleague": first(
            select(Membership.id).where(Membership.organisation_id == organisation.id, ~Membership.manages)
        ),
        "task": first(select(Task.id).where(Task.programme_id == noord, Task.state == TaskState.OPEN)),
        "recognition": first(select(Recognition.id).where(Recognition.organisation_id == organisation.id)),
        "interest": first(select(Interest.id).where(Interest.programme_id == noord)),
        "round": review.id,
        "run": first(select(Run.id).where(Run.round_id == review.id)),
        "proposal": first(proposals.where(Proposal.state == ProposalState.OPEN)).id,
        "drawn": first(select(SecondLook.proposal_id).where(SecondLook.round_id == review.id)),
        "held": first(proposals.where(Proposal.state == ProposalState.HELD)).id,
        "twin": first(select(Student.id).where(Student.programme_id == noord, Student.id != student.id)),
        "list": first(select(Upload.id).where(Upload.programme_id == noord, Upload.kind == UploadKind.STUDENTS)),
        "place_list": first(select(Upload.id).where(Upload.programme_id == noord, Upload.kind == UploadKind.PLACES)),
        "hand_change": first(select(HandChange.id).where(HandChange.round_id == review.id)),
        "comment": first(select(Comment.id).where(Comment.programme_id == noord, Comment.answers_id.is_(None))),
        "need": seats_wanted(session, review.chosen_run).wanted[0].key,
        "message": first(select(Message.id).where(Message.programme_id == noord, Message.state == MessageState.FAILED)),
        "request": first(
            select(DataRequest.id).where(DataRequest.programme_id == noord, DataRequest.state == RequestState.OPEN)
        ),
        "own_request": first(select(DataRequest.id).where(DataRequest.programme_id == noord)),
        "rights_change": first(select(RightsChange.id)),
        "account": first(select(User.id).where(User.email == "leaver@demo.example")),
    }
