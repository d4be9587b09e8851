"""What can be done with a place: drafted step by step, opened when it is complete, paused, closed."""

from datetime import timedelta

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import move
from stagemakelaar.places.actions import settle_interest
from stagemakelaar.places.models import OrganisationState, Place, PlaceCode, PlaceState
from stagemakelaar.places.recognitions import recognised_codes
from stagemakelaar.places.seats import change_seats
from stagemakelaar.reference.queries import qualification, work_processes_with
from stagemakelaar.reference.vocabulary import WORKDAYS, Leerweg

STEPS = ("werk", "leren", "wanneer", "waar", "voorwaarden", "begeleiding")
FURTHEST = timedelta(days=731)  # two years ahead


def draft_place(session, organisation, *, programme_id, starts_on=None, ends_on=None, by):
    """Begin a place, with what is so for most of them filled in, and a period if one is wanted. Nobody sees it until
    it is opened.
    """
    now = clock.now()
    place = Place(
        programme_id=programme_id,
        organisation_id=organisation.id,
        organisation=organisation,
        title="",
        leerweg=Leerweg.BOL,
        starts_on=starts_on,
        ends_on=ends_on,
        weekdays=WORKDAYS,
        hours_per_day=8,
        seats=1,
        free=1,
        work_processes=[],
        kinds=[],
        features=[],
        steps_done=[],
        state=PlaceState.DRAFT,
        state_changed_at=now,
        created_at=now,
    )
    session.add(place)
    audit.record(session, "place.drafted", place, by=by)
    return place


def discard_draft(session, place, *, by):
    """Throw a draft away; what was ever open is closed instead."""
    if place.state is not PlaceState.DRAFT:
        raise DomainError(N_("Deze leerplaats is al open geweest. Sluit haar als ze niet meer nodig is."))
    audit.record(session, "place.discarded", by=by, programme_id=place.programme_id, place=place.id)
    session.delete(place)


# --- the steps -----------------------------------------------------------------------------------------------------


def describe_work(session, place, *, title, tasks, codes, leerweg, by):
    """Step "werk": what the work is, and for which courses."""
    for code in codes:
        if qualification(session, code) is None:
            raise DomainError(N_("Deze opleiding staat niet in het register."), field="codes")
    place.title = title
    place.tasks = tasks
    place.leerweg = leerweg
    kept = [row for row in place.codes if row.code in codes]
    known = {row.code for row in kept}
    place.codes = kept + [PlaceCode(code=code) for code in sorted(set(codes)) if code not in known]
    left = set(codes)
    place.work_processes = [
        process.id for process in work_processes_with(session, place.work_processes) if process.code in left
    ]
    _step_done(session, place, "werk", by=by)


def describe_learning(session, place, *, kinds, work_processes, by):
    """Step "leren": what a student can learn here. Nothing ticked means that it is not known."""
    place.kinds = [kind.value for kind in kinds]
    offered = {row.code for row in place.codes}
    place.work_processes = [
        process.id for process in work_processes_with(session, work_processes) if process.code in offered
    ]
    _step_done(session, place, "leren", by=by)


def set_times(session, place, *, starts_on, ends_on, weekdays, hours_per_day, seats, late_hours, by):
    """Step "wanneer": from when to when, on which days, and how many seats. Seats never go below what is in use."""
    check_times(starts_on, ends_on, weekdays)
    if seats != place.seats:
        change_seats(session, place, seats)  # first, since it reads the row anew
        audit.record(session, "place.seats_changed", place, by=by, seats=seats)
    place.starts_on = starts_on
    place.ends_on = ends_on
    place.weekdays = weekdays
    place.hours_per_day = hours_per_day
    place.late_hours = late_hours
    _step_done(session, place, "wanneer", by=by)


def check_times(starts_on, ends_on, weekdays):
    """Refuse a period that cannot be, and a week without days."""
    if ends_on <= starts_on:
        raise DomainError(N_("De einddatum ligt vóór de begindatum."), field="ends_on")
    if ends_on <= clock.today():
        raise DomainError(N_("De einddatum is al voorbij."), field="ends_on")
    if starts_on > clock.today() + FURTHEST:
        raise DomainError(N_("Kies een begindatum binnen twee jaar. Kijk het jaartal na."), field="starts_on")
    if ends_on > starts_on + 2 * FURTHEST:
        raise DomainError(N_("Deze periode is langer dan vier jaar. Kijk het jaartal na."), field="ends_on")
    if weekdays == 0:
        raise DomainError(N_("Kies op welke dagen er werk is."), field="weekdays")


def set_location(session, place, *, postcode, by):
    """Step "waar": the postcode of the work, or None when it is at the organisation's own address."""
    place.postcode = postcode
    _step_done(session, place, "waar", by=by)


def set_conditions(
    session,
    place,
    *,
    needs_vog,
    minimum_age,
    allowance_cents,
    pays_travel,
    features,
    needs_register=False,
    special_risks=None,
    by,
):
    """Step "voorwaarden": what is asked, what is paid, and what the workplace has."""
    place.needs_vog = needs_vog
    place.needs_register = needs_register
    place.special_risks = special_risks
    place.minimum_age = minimum_age
    place.allowance_cents = allowance_cents
    place.pays_travel = pays_travel
    place.features = [feature.value for feature in features]
    _step_done(session, place, "voorwaarden", by=by)


def set_guidance(session, place, *, trainer_name, trainer_email, by):
    """Step "begeleiding": the praktijkopleider; may stay open until a placement is confirmed."""
    place.trainer_name = trainer_name
    place.trainer_email = trainer_email
    _step_done(session, place, "begeleiding", by=by)


def _step_done(session, place, step, *, by):
    if step not in place.steps_done:
        place.steps_done = [*place.steps_done, step]
    if place.state is not PlaceState.DRAFT:
        _refuse_incomplete(place)
    audit.record(session, "place.changed", place, by=by, step=step)


# --- open and shut -------------------------------------------------------------------------------------------------


def lacking(place):
    """What still keeps a place from being opened: (step, field, sentence), in the order of the steps."""
    codes = {row.code for row in place.codes}
    faults = (
        ("werk", "title", not place.title, N_("Geef de leerplaats een naam.")),
        ("werk", "codes", not codes, N_("Kies voor welke opleidingen deze leerplaats is.")),
        (
            "werk",
            "codes",
            codes and not codes & recognised_codes(place.organisation, clock.today()),
            N_("Voor deze opleiding staat uw erkenning nog niet bij ons. Voeg die eerst toe."),
        ),
        ("werk", "leerweg", place.leerweg is None, N_("Kies tussen bol en bbl.")),
        (
            "wanneer",
            "starts_on",
            place.starts_on is None or place.ends_on is None,
            N_("Vul in van wanneer tot wanneer een student terechtkan."),
        ),
        (
            "wanneer",
            "ends_on",
            place.ends_on is not None and place.ends_on <= clock.today(),
            N_("De einddatum is al voorbij. Kies een nieuwe periode."),
        ),
        ("wanneer", "weekdays", place.weekdays == 0, N_("Kies op welke dagen er werk is.")),
    )
    return [(step, field, sentence) for step, field, is_lacking, sentence in faults if is_lacking]


def open_place(session, place, *, by):
    """Offer a place, or offer it again after a pause; raises DomainError at the first field that is lacking."""
    if place.organisation.state in {OrganisationState.SUSPENDED, OrganisationState.BLOCKED}:
        raise DomainError(N_("Dit bedrijf doet nu niet mee. Bel uw stagemakelaar."))
    _refuse_incomplete(place)
    move(session, place, PlaceState.OPEN, by=by)
    settle_interest(session, place, by=by)


def pause_place(session, place, *, by):
    """Keep a place out of the next rounds; what was agreed goes on."""
    move(session, place, PlaceState.PAUSED, by=by)


def close_place(session, place, *, by):
    """Stop offering a place for good; what was agreed goes on."""
    move(session, place, PlaceState.CLOSED, by=by)


def _refuse_incomplete(place):
    for _step, field, sentence in lacking(place):
        raise DomainError(sentence, field=field)
