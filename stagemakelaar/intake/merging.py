"""One person registered twice: which record stays, which values it takes from the other, and taking that back.

The other is kept, out of every list and unable to sign in: what rounds once computed points at it. All that is about
the person from now on moves. A merge remembers what it moved and changed, so that it can be undone.
"""

from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import Date, select, update
from sqlalchemy import Enum as EnumType

from stagemakelaar import audit, clock
from stagemakelaar.casework import actions as casework
from stagemakelaar.casework.models import Case, CaseNote, CaseState, ContactMoment, Task
from stagemakelaar.casework.queries import case_of
from stagemakelaar.errors import N_, DomainError, NotFound, Overtaken
from stagemakelaar.intake.models import Apart, Merge
from stagemakelaar.people.actions import disable, enable
from stagemakelaar.people.given import refusals
from stagemakelaar.people.models import Student
from stagemakelaar.people.profiles import FIELDS, draft_of, write
from stagemakelaar.people.queries import RESTRICTED
from stagemakelaar.placements.models import Placement
from stagemakelaar.placements.queries import live_placement_of
from stagemakelaar.rounds.hints import hints_about
from stagemakelaar.rounds.models import Hint, Proposal, ProposalState

# What belongs to the person and moves. The rest says what was computed or agreed about one record, and stays there.
MOVES: dict[str, tuple[Any, str]] = {
    "placement": (Placement, "student_id"),
    "contact_moment": (ContactMoment, "case_id"),
    "case_note": (CaseNote, "case_id"),
    "task": (Task, "case_id"),
    "hint": (Hint, "student_id"),  # what is wanted now; what was withdrawn stays
}
FRESH = {"populate_existing": True}
ACCOUNT = ("email", "school_number")  # unique, so these two change places
_WITH_THE_CODE = ("work_processes", "required_processes")
COMPARED = tuple(name for names in FIELDS.values() for name in names if name not in _WITH_THE_CODE)

LIMITED = N_("Een van deze twee vroeg om even niets met de gegevens te doen, of maakte bezwaar.")


def compared(student):
    """What is compared of a student: field → value."""
    draft = draft_of(student)
    return {"email": student.user.email, "school_number": student.school_number} | {
        name: draft[name] for name in COMPARED
    }


def merge(session, kept, gone, *, taken, by):
    """Let one record stay for two of the same person.

    taken   fields of `COMPARED` and `ACCOUNT` that the one that stays takes from the other
    Raises DomainError when the other still has something that only one record can have.
    """
    _lock(session, kept, gone)
    _must_be_two(session, kept, gone)
    if kept.is_limited or gone.is_limited:
        raise DomainError(LIMITED)
    only = {"hint": _hints_that_move(session, kept, gone)}
    values = {name: value for name, value in draft_of(gone).items() if name in taken}
    if "code" in values:
        values |= {name: draft_of(gone)[name] for name in _WITH_THE_CODE}
    for refusal in refusals(session, {name: values[name] for name in values if name not in _WITH_THE_CODE}, kept):
        raise refusal
    before = {name: _stored(kept, name) for name in values}
    write(kept, values)
    changed = {name: [before[name], _stored(kept, name)] for name in values}
    for name in ACCOUNT:
        if name in taken:
            changed[name] = [_stored(kept, name), _stored(gone, name)]
            _exchange(session, kept, gone, name)
    case = case_of(session, gone)
    moved = {name: _move(session, name, gone, kept, only.get(name)) for name in MOVES}
    goes_first = case.has_priority and not case_of(session, kept).has_priority
    if goes_first:
        case_of(session, kept).has_priority = True
    rests = case.state not in {CaseState.CLOSED, CaseState.PAUSED}
    if rests:
        casework.pause(session, case, by=by, why="samengevoegd")
    closes = gone.user.is_active
    if closes:
        disable(session, gone.user, by=by)
    gone.merged_into_id = kept.id
    merged = Merge(
        programme_id=kept.programme_id,
        kept_id=kept.id,
        gone_id=gone.id,
        changed=changed,
        moved=moved | {"account": [gone.user_id] if closes else [], "priority": [case.id] if goes_first else []},
        rested=rests,
        by_id=by.id,
        at=clock.now(),
    )
    session.add(merged)
    session.flush()
    counts = {name: len(ids) for name, ids in moved.items() if ids}
    audit.record(session, "student.merged", kept, by=by, gone=gone.id, fields=sorted(changed), moved=counts)
    audit.record(session, "student.merged_away", gone, by=by, kept=kept.id)
    return merged


def undo_merge(session, merged, *, by):
    """Take two records apart again: what moved goes back, and what was taken over and not changed since."""
    row = select(Merge).where(Merge.id == merged.id).with_for_update(of=Merge)
    merged = session.scalars(row, execution_options=FRESH).one()
    _lock(session, merged.kept, merged.gone)
    if merged.undone_at is not None:
        raise Overtaken(N_("Deze samenvoeging is al teruggedraaid."))
    kept, gone = merged.kept, merged.gone
    if kept.merged_into_id is not None:
        raise DomainError(N_("Deze student is daarna zelf samengevoegd. Draai die samenvoeging eerst terug."))
    if kept.is_limited:  # the other would come back without it
        raise DomainError(LIMITED)
    if live_placement_of(session, kept) is not None and merged.moved["placement"]:
        raise DomainError(N_("Deze student heeft nu een plek. Rond eerst de plaatsing af."))
    gone.merged_into_id = None
    _give_back(session, merged)
    for name in MOVES:
        _move(session, name, kept, gone, only=merged.moved.get(name, []))
    if merged.moved.get("priority") and not _lost_a_place_since(session, kept, merged.at):
        case_of(session, kept).has_priority = False
    case = case_of(session, gone)
    if merged.rested and case.state is CaseState.PAUSED:
        casework.resume(session, case, by=by)
    if merged.moved["account"]:
        enable(session, gone.user, by=by)
    merged.undone_at, merged.undone_by_id = clock.now(), by.id
    audit.record(session, "student.merge_undone", kept, by=by, gone=gone.id)


def _give_back(session, merged):
    """What the one that stayed took from the other, as far as it was not changed since."""
    kept, gone = merged.kept, merged.gone
    for name, (before, after) in merged.changed.items():
        if name in ACCOUNT and _stored(kept, name) == after:
            _exchange(session, kept, gone, name)
        elif name not in ACCOUNT and _stored(kept, name) == after:
            _restore(kept, name, before)
    write(kept, {"first_name": kept.first_name})  # the name by which it is sorted follows


def keep_apart(session, one, other, *, by):
    """Note that two who are alike are two people; twice is once."""
    first, second = sorted((one.id, other.id))
    known = select(Apart.id).where(Apart.first_id == first, Apart.second_id == second)
    if session.scalar(known) is None:
        apart = Apart(programme_id=one.programme_id, first_id=first, second_id=second, by_id=by.id, at=clock.now())
        session.add(apart)
        audit.record(session, "student.kept_apart", one, by=by, other=other.id)


def merges_visible_to(user):
    """A statement of the merges in the user's programme, the newest first."""
    return select(Merge).where(Merge.programme_id == user.programme_id).order_by(Merge.id.desc())


def merges_listed(user):
    """The same, without those of whose data is only kept."""
    return merges_visible_to(user).where(Merge.kept_id.not_in(RESTRICTED))


def merge_for(session, user, merge_id):
    """One merge if this user may see it; raises NotFound otherwise."""
    found = session.scalars(merges_visible_to(user).where(Merge.id == merge_id)).first()
    if found is None:
        raise NotFound
    return found


def _lock(session, one, other):
    """Keep others from changing or placing these two, or their cases, meanwhile, and read them as they are now."""
    both = (one.id, other.id)
    for rows in (
        select(Student).where(Student.id.in_(both)).order_by(Student.id).with_for_update(of=Student),
        select(Case).where(Case.student_id.in_(both)).order_by(Case.id).with_for_update(of=Case),
    ):
        session.scalars(rows, execution_options=FRESH).all()


def _must_be_two(session, kept, gone):
    if kept.id == gone.id or kept.programme_id != gone.programme_id:
        raise DomainError(N_("Kies twee studenten van hetzelfde programma."))
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise Overtaken(N_("Een van de twee is intussen al samengevoegd."))
    if live_placement_of(session, gone) is not None:
        raise DomainError(N_("De student die verdwijnt, heeft een plek. Laat die student blijven."), field="keep")
    waiting = (ProposalState.OPEN, ProposalState.HELD)
    if session.scalar(select(Proposal.id).where(Proposal.student_id == gone.id, Proposal.state.in_(waiting)).limit(1)):
        raise DomainError(
            N_("Voor de student die verdwijnt, wacht nog een voorstel. Beslis daar eerst over."), field="keep"
        )


def _hints_that_move(session, kept, gone):
    """Numbers of what is wanted for the other and not for the one that stays. A broker settles what contradicts."""
    wanted = {hint.place_id: hint.level for hint in hints_about(session, kept)}
    moves = []
    for hint in hints_about(session, gone):
        level = wanted.get(hint.place_id)
        if level is None:
            moves.append(hint.id)
        elif level is not hint.level:
            raise DomainError(
                N_("Bij %(place)s hebben de twee elk een andere voorkeur. Trek er eerst een in."),
                field="keep",
                place=f"{hint.place.title}, {hint.place.organisation.name}",
            )
    return moves


def _lost_a_place_since(session, student, moment):
    ended = (Placement.student_id == student.id, Placement.withdrawn_at >= moment)
    return session.scalar(select(Placement.id).where(*ended).limit(1)) is not None


def _move(session, name, giver, taker, only=None):
    """Let the rows of one table belong to another student; gives back their numbers."""
    model, column = MOVES[name]
    owner = {"student_id": lambda student: student.id, "case_id": lambda student: case_of(session, student).id}[column]
    mine = getattr(model, column) == owner(giver)
    rows = select(model.id).where(mine).order_by(model.id)
    ids = list(session.scalars(rows if only is None else rows.where(model.id.in_(only))))
    session.execute(
        update(model)
        .where(model.id.in_(ids))
        .values({column: owner(taker)})
        .execution_options(synchronize_session=False)
    )
    for case in session.scalars(select(Case).where(Case.student_id.in_((giver.id, taker.id)))):
        session.expire(case, ["contacts"])
    return ids


def _exchange(session, one, other, name):
    """Let two students change a value that must be unique."""
    mine, yours = _owner(one, name), _owner(other, name)
    before, after = getattr(mine, name), getattr(yours, name)
    setattr(yours, name, f"{other.id}@exchange.invalid" if name == "email" else None)
    session.flush()
    setattr(mine, name, after)
    session.flush()
    setattr(yours, name, before)
    session.flush()


def _owner(student, name):
    return next(one for one in (student, student.user, student.profile) if name in one.__table__.c)


def _stored(student, name):
    """A value as JSON keeps it."""
    value = getattr(_owner(student, name), name)
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _restore(student, name, stored):
    owner = _owner(student, name)
    kind = owner.__table__.c[name].type
    if stored is not None and isinstance(kind, Date):
        stored = date.fromisoformat(stored)
    elif stored is not None and isinstance(kind, EnumType) and kind.enum_class is not None:
        stored = kind.enum_class(stored)
    setattr(owner, name, stored)
