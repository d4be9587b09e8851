"""What is personal, column by column, and what is left of it when somebody is erased: the only list there is.

A test holds it against the models: every column with text, JSON or bytes is named here, as personal or as not. Who
adds a column decides about it here, and nowhere else.

    Kept(model, whose, column=what stands there afterwards, …)    the row stays, for the counts
    Gone(model, whose)                                            the row goes

What is left may be reckoned from the row: `value` is then a function of somebody, that gives an expression.

`whose` makes, of somebody (`Subject`), the condition on the rows that are about them. The order is that of carrying
out: what points at a row goes before it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, delete, false, func, literal, or_, select, update

from stagemakelaar.casework.models import Case, CaseNote, ContactMoment, HandOver, OrganisationContact, Task
from stagemakelaar.intake.models import Apart, Merge, Upload, UploadKind
from stagemakelaar.outbox import NOBODY, Message
from stagemakelaar.people.models import Profile, Student, User
from stagemakelaar.people.saved_views import SavedView
from stagemakelaar.people.signing_in.models import RecoveryCode, SignInLink, UserSession
from stagemakelaar.placements.models import Placement
from stagemakelaar.places.models import Interest, Membership, Place
from stagemakelaar.reference.vocabulary import LateHours
from stagemakelaar.rights.models import DataRequest
from stagemakelaar.rounds.models import Comment, HandChange, Hint, Proposal, Review, Unplaced
from stagemakelaar.rounds.second_look import SecondLook

ERASED = "(gewist)"


@dataclass(frozen=True)
class Subject:
    """Wie het is: the numbers and the few words by which rows about one person are found."""

    users: list
    students: list = field(default_factory=list)
    cases: list = field(default_factory=list)
    placements: list = field(default_factory=list)
    proposals: list = field(default_factory=list)
    organisations: list = field(default_factory=list)
    programme: int | None = None
    emails: list = field(default_factory=list)
    name: str = ""  # of a contact person: brokers write it down where they spoke with them


class Kept:
    """Blijft staan: the row stays, and these columns say nothing any more."""

    def __init__(self, model: Any, whose: Callable[[Subject], Any], **columns: Any):
        self.model, self.whose, self.columns = model, whose, columns

    def statement(self, subject):
        """What empties the columns."""
        columns = self.model.__mapper__.columns
        told = {name: value(subject) if callable(value) else value for name, value in self.columns.items()}
        values = {columns[name]: value for name, value in told.items()}
        return update(self.model.__table__).where(self.whose(subject)).values(values)


class Gone:
    """Verdwijnt: the whole row goes."""

    def __init__(self, model: Any, whose: Callable[[Subject], Any]):
        self.model, self.whose = model, whose
        self.columns = {column.key: None for column in model.__mapper__.column_attrs}

    def statement(self, subject):
        """What deletes the rows."""
        return delete(self.model.__table__).where(self.whose(subject))


def _names(column, subject):
    """Whether a text is somebody's name, or has their name or address in it; too short a name would hit others."""
    return or_(false(), *(column.icontains(word, autoescape=True) for word in _words(subject)))


def _words(subject):
    return [*subject.emails, *([subject.name] if len(subject.name.split()) > 1 else [])]


def _without_names(column):
    """What is left of a text that tells of others too: only the words go. In other capitals they cannot be taken out
    one by one, and then nothing is left.
    """

    def left(subject):
        text = column
        for word in _words(subject):
            text = func.replace(text, word, "")
        return case((_names(text, subject), ""), else_=func.trim(text))

    return left


def _at_their_company(model, subject):
    return model.organisation_id.in_(subject.organisations)


def _at_their_stages(model, subject):
    """Whether a case is of a student who was placed at their company: a name alone is that of more people."""
    placed = select(Case.id).join(Placement, Placement.student_id == Case.student_id)
    at = placed.join(Place, Place.id == Placement.place_id)
    there = at.where(Place.organisation_id.in_(subject.organisations))
    return model.case_id.in_(there) & model.case_id.not_in(_of_namesakes(at, subject))


def _of_namesakes(at, subject):
    """The cases with a stage at another company too, where somebody of this name works: the talk may be with them.

    A company chooses the names of its accounts itself, and must not have others' names taken out of what was noted.
    """
    elsewhere = at.where(Place.organisation_id.not_in(subject.organisations))
    works_there = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id == Place.organisation_id, User.id.not_in(subject.users))
        .where(_names(User.name, subject))
        .correlate(Place)
    )
    return elsewhere.where(works_there.exists() | _names(Place.trainer_name, subject))


# --- everyone ------------------------------------------------------------------------------------------------------

ACCOUNT = (
    Gone(SignInLink, lambda who: SignInLink.user_id.in_(who.users) | SignInLink.email.in_(who.emails)),
    Gone(RecoveryCode, lambda who: RecoveryCode.user_id.in_(who.users)),
    Gone(UserSession, lambda who: UserSession.user_id.in_(who.users)),
    Gone(SavedView, lambda who: SavedView.user_id.in_(who.users)),
    Kept(
        Message,
        lambda who: Message.user_id.in_(who.users) | Message.to.in_(who.emails),
        to=NOBODY,
        data={},
        message_id="",
        trouble=None,
    ),
    Kept(DataRequest, lambda who: DataRequest.user_id.in_(who.users), why="", answer="", ended_why=""),
    Kept(
        User,
        lambda who: User.id.in_(who.users),
        email=literal("gewist-").concat(func.cast(User.id, User.__table__.c.email.type)).concat("@gewist.invalid"),
        name="",  # the erasing writes the pseudonym here
        phone=None,
        language="nl",
        password_hash=None,
        totp_secret=None,
        totp_next=None,
        signed_in_at=None,
        totp_counter=0,
    ),
)

# --- a student -----------------------------------------------------------------------------------------------------

STUDENT = (
    Gone(Comment, lambda who: Comment.proposal_id.in_(who.proposals)),
    Kept(SecondLook, lambda who: SecondLook.proposal_id.in_(who.proposals), remark=""),
    Kept(Review, lambda who: Review.proposal_id.in_(who.proposals), why=""),
    Kept(HandChange, lambda who: HandChange.student_id.in_(who.students), why="", undone_why=""),
    Gone(Hint, lambda who: Hint.student_id.in_(who.students)),
    Kept(Proposal, lambda who: Proposal.student_id.in_(who.students), facts={"facts": {}, "parts": []}),
    Kept(Unplaced, lambda who: Unplaced.student_id.in_(who.students), facts={}),
    Kept(Placement, lambda who: Placement.student_id.in_(who.students), reasons={}, why="", withdraw_note=""),
    Gone(ContactMoment, lambda who: ContactMoment.case_id.in_(who.cases)),
    Gone(CaseNote, lambda who: CaseNote.case_id.in_(who.cases)),
    Gone(Task, lambda who: Task.case_id.in_(who.cases) & Task.organisation_id.is_(None)),
    Kept(Task, lambda who: Task.case_id.in_(who.cases), what=ERASED, outcome="", case_id=None),
    Kept(HandOver, lambda who: HandOver.case_id.in_(who.cases), why=""),
    Kept(Case, lambda who: Case.id.in_(who.cases), state_note="", has_priority=False),
    # A list that was tried and not carried out may hold the student; whoever tried it can send it again.
    Kept(
        Upload,
        lambda who: (Upload.programme_id == who.programme) & (Upload.kind == UploadKind.STUDENTS),
        content=None,
    ),
    Gone(Merge, lambda who: Merge.kept_id.in_(who.students) | Merge.gone_id.in_(who.students)),
    Gone(Apart, lambda who: Apart.first_id.in_(who.students) | Apart.second_id.in_(who.students)),
    Kept(
        Profile,
        lambda who: Profile.student_id.in_(who.students),
        code=None,
        leerweg=None,
        school_name="",
        school_brin=None,
        school_year=None,
        starts_on=None,
        ends_on=None,
        days_per_week=None,
        weekdays=0,
        school_hours=None,
        late_hours=LateHours.NONE,
        hours_required=None,
        postcode=None,
        travel_modes=[],
        max_minutes=None,
        learning_wish="",
        work_processes=[],
        required_processes=[],
        kinds=[],
        must=[],
        wishes=[],
        has_vog=False,
        in_childcare_register=False,
        searching_since=None,
        applied_to=None,
        applied_note="",
        steps_done=[],
        completed_at=None,
    ),
    Kept(
        Student,
        lambda who: Student.id.in_(who.students),
        school_number=None,
        first_name="",
        prefix="",
        last_name="",  # the erasing writes the pseudonym here
        sort_name="",
        birth_date=None,
    ),
    *ACCOUNT,
)

# --- somebody of a company -----------------------------------------------------------------------------------------

EMPLOYER = (
    Kept(
        OrganisationContact,
        lambda who: (
            _at_their_company(OrganisationContact, who)
            & (_names(OrganisationContact.with_whom, who) | _names(OrganisationContact.note, who))
        ),
        with_whom="",
        note="",
    ),
    Kept(
        ContactMoment,  # the talk was about a student: of it no more than the name goes
        lambda who: _at_their_stages(ContactMoment, who) & _names(ContactMoment.with_whom, who),
        with_whom=_without_names(ContactMoment.with_whom),
    ),
    Kept(
        Task,
        lambda who: _at_their_company(Task, who) & (_names(Task.what, who) | _names(Task.outcome, who)),
        what=ERASED,
        outcome="",
    ),
    Kept(
        Place,
        lambda who: (
            _at_their_company(Place, who) & (_names(Place.trainer_name, who) | Place.trainer_email.in_(who.emails))
        ),
        trainer_name="",
        trainer_email="",
    ),
    Kept(
        Interest,
        lambda who: Interest.email.in_(who.emails),
        contact_name=ERASED,
        email=NOBODY,
        phone=None,
        remark="",
        postcode=None,
    ),
    Gone(Membership, lambda who: Membership.user_id.in_(who.users)),
    *ACCOUNT,
)

# --- what is about nobody ------------------------------------------------------------------------------------------

# Table → columns with text that say nothing about a person, for the reason given.
NOT_PERSONAL = {
    # official lists
    "qualification": {"code", "name", "search_name"},
    "equivalent": {"code", "equivalent_code"},
    "work_process": {"code", "number", "title"},
    # a programme and its rules; its address is that of an office
    "programme": {"slug", "name", "email", "phone", "weights", "reasons"},
    # a company and what it offers
    "organisation": {
        *("name", "sort_name", "kvk_number", "branch_number", "street", "house_number", "postcode", "city", "website"),
        "state_note",  # how the company was checked, or why it was stopped
    },
    "recognition": {"code", "proof"},
    "place": {"title", "postcode", "tasks", "work_processes", "kinds", "features", "steps_done"},
    "place_code": {"code"},
    "interest": {"company"},
    "organisation_contact": {"code"},
    # terms of a stage and reasons chosen from fixed lists
    "placement": {"code", "withdraw_reason"},
    "review": {"reason", "undone_reason"},
    "unplaced": {"cause"},
    # A computation: numbers that stand for students, and what counts of them; no name, address, postcode or birth
    # date. It goes when the round is closed, see rounds/forgetting.py.
    "run": {"settings", "frozen_input", "input_hash", "outcome", "outcome_hash", "engine", "trouble"},
    "round": {"name"},
    "upload": {"file_name", "counts"},
    # what a letter is about, by numbers
    "message": {"key", "kind", "language"},
    # hashes that nobody can turn back, gone after a day
    "attempt": {"subject"},
    # numbers alone: who was erased, and the trail
    "erasure": {"ref"},
    "audit_entry": {"actor_role", "action", "object_type", "result", "origin", "details", "previous", "hash"},
}
