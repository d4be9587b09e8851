"""What can be done with a recognition (erkenning). It is the employer's word until a broker has seen the proof."""

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.places.models import Recognition
from stagemakelaar.reference.queries import qualification

LONGEST_YEARS = 4


def add_recognition(session, organisation, *, code, valid_from, valid_until=None, proof="", by):
    """Put a recognition on file. One that ended may be given in anew; it must then be checked again."""
    if qualification(session, code) is None:
        raise DomainError(N_("Deze opleidingscode staat niet in het register. Kijk de cijfers na."), field="code")
    check_period(valid_from, valid_until)
    found = next((item for item in organisation.recognitions if item.code == code), None)
    if found is not None and not has_ended(found, clock.today()):
        raise DomainError(N_("Deze erkenning staat er al. Klopt er iets niet? Bel uw stagemakelaar."), field="code")
    if found is None:
        found = Recognition(organisation_id=organisation.id, code=code, created_at=clock.now())
        found.organisation = organisation
        session.add(found)
    found.valid_from, found.valid_until, found.proof = valid_from, valid_until, proof
    found.checked_at = found.checked_by_id = found.withdrawn_on = None
    audit.record(session, "recognition.added", found, by=by, programme_id=organisation.registered_with_id)
    return found


def check_recognition(session, recognition, *, valid_until=None, proof=None, by):
    """Note that a broker has seen the proof: from now on the recognition counts. May be done again, to extend it."""
    proof = recognition.proof if proof is None else proof
    if not proof.strip():
        raise DomainError(N_("Schrijf op waar u het bewijs heeft gezien."), field="proof")
    check_period(recognition.valid_from, valid_until)
    checked_by_id = by.id  # read before anything is half changed
    recognition.valid_until = valid_until
    recognition.proof = proof
    recognition.checked_at, recognition.checked_by_id = clock.now(), checked_by_id
    audit.record(session, "recognition.checked", recognition, by=by)


def withdraw_recognition(session, recognition, *, on, by):
    """Note from which day a recognition no longer counts."""
    if on < recognition.valid_from:
        raise DomainError(N_("Deze dag ligt vóór het begin van de erkenning."), field="withdrawn_on")
    recognition.withdrawn_on = on
    audit.record(session, "recognition.withdrawn", recognition, by=by, on=on.isoformat())


def check_period(first, last):
    """Refuse a period that ends before it begins, or is longer than a recognition can be."""
    if last is None:
        return
    if last <= first:
        raise DomainError(N_("De einddatum ligt vóór de begindatum."), field="valid_until")
    if last > first.replace(year=first.year + LONGEST_YEARS, day=min(first.day, 28) if first.month == 2 else first.day):
        raise DomainError(N_("Een erkenning geldt hoogstens vier jaar. Kijk de datums na."), field="valid_until")


def has_ended(recognition, day):
    """Whether it counts no longer on a day, checked or not."""
    ends = [end for end in (recognition.valid_until, recognition.withdrawn_on) if end is not None]
    return any(end < day for end in ends)


def recognised_codes(organisation, day):
    """The codes for which a recognition is on file on a day, checked or still to be checked."""
    return {item.code for item in organisation.recognitions if not has_ended(item, day)}
