"""What can be done with accounts and students."""

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.people.models import STAFF, Profile, Programme, Role, Student, User
from stagemakelaar.people.signing_in import links
from stagemakelaar.people.signing_in.sessions import end_sessions_of

WITHDRAWN = "vervallen uitnodiging"


def create_programme(session, *, slug, name, kind, email, phone=None, by):
    """Start a programme: a brokerage with rules of its own."""
    programme = Programme(slug=slug, name=name, kind=kind, email=email, phone=phone, created_at=clock.now(), weights={})
    session.add(programme)
    audit.record(session, "programme.created", programme, by=by)
    return programme


def register_student(session, *, programme, email, by):
    """Make an account, a student and an empty profile for a cleaned address that has no account yet."""
    student = new_student(programme.id, email)
    session.add(student)
    session.flush()
    audit.record(session, "student.registered", student, by=by or student.user)
    return student


def new_student(programme_id, email):
    """An account, a student and an empty profile that no session knows yet: for many at once."""
    now = clock.now()
    user = User(role=Role.STUDENT, email=email, programme_id=programme_id, created_at=now)
    names = {"first_name": "", "prefix": "", "last_name": "", "sort_name": ""}
    return Student(user=user, programme_id=programme_id, created_at=now, profile=Profile(), **names)


def register_employer(session, *, email, by):
    """Make an account for a contact person of a company, with a cleaned address that has no account yet."""
    user = _register(session, Role.EMPLOYER, email)
    audit.record(session, "employer.registered", user, by=by or user)
    return user


def register_staff(session, *, role, email, name, programme=None, password_hash=None, totp_secret=None, by):
    """Make an account for someone who works here."""
    if role not in STAFF:
        raise ValueError(f"{role} is no staff role")
    user = _register(session, role, email, programme_id=programme.id if programme else None)
    user.name = name
    user.password_hash = password_hash
    user.totp_secret = totp_secret
    audit.record(session, "staff.registered", user, by=by, role=role.value)
    return user


def choose_language(session, user, language):
    """Remember in which language someone wants pages and letters."""
    if user.language != language:
        user.language = language
        audit.record(session, "account.language", user, by=user, language=language)


def correct_contact(session, user, *, name, phone):
    """A contact person writes the own name and telephone number as they are (AVG 16)."""
    changed = [field for field, value in (("name", name), ("phone", phone)) if getattr(user, field) != value]
    user.name, user.phone = name, phone
    if changed:
        audit.record(session, "account.corrected", user, by=user, fields=changed)


def disable(session, user, *, by):
    """Close an account at once: its next request is that of a stranger."""
    if user is by:
        raise DomainError(N_("Uw eigen account kunt u niet uitschakelen."))
    user.disabled_at = clock.now()
    end_sessions_of(session, user)
    audit.record(session, "account.disabled", user, by=by)


def enable(session, user, *, by):
    """Open an account again."""
    user.disabled_at = None
    audit.record(session, "account.enabled", user, by=by)


def was_never_used(user):
    """Whether nobody ever took up the invitation of this account."""
    return user.password_hash is None and user.signed_in_at is None


def free_address(session, user, *, by):
    """Let an invitation that nobody took up go: the address can be invited anew, and is nobody's until then.

    The row stays, since the trail names its number; no list shows it.
    """
    links.lapse(session, user)
    user.email, user.name = f"vervallen-{user.id}@vervallen.invalid", WITHDRAWN
    user.disabled_at = user.disabled_at or clock.now()
    user.erased_at = clock.now()
    audit.record(session, "staff.invitation_ended", user, by=by)


def _register(session, role, email, programme_id=None):
    user = User(role=role, email=email, programme_id=programme_id, created_at=clock.now())
    session.add(user)
    session.flush()
    return user
