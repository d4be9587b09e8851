"""What waits at companies: who is new, what must be checked, what ends, and who may offer something."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from stagemakelaar import clock
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.placements.queries import recognitions_that_end
from stagemakelaar.places.models import Interest, Organisation, Place, Recognition
from stagemakelaar.places.queries import (
    end_of_recognition,
    interests_to_call,
    organisations_to_check,
    places_running_out,
    recognitions_to_check,
)
from stagemakelaar.web.work_list.things import Source, Urgency, Words, passed, rows, short


def _page_of(organisation_id, anchor=None):
    return url_for("organisations.show", organisation_id=organisation_id, _anchor=anchor)


def _new_wait(user):
    return rows(organisations_to_check(user), Organisation.id, since=Organisation.created_at, urgency=Urgency.WAITS)


def _new_tell(session, _user, numbers):
    for organisation in session.scalars(select(Organisation).where(Organisation.id.in_(numbers))):
        yield (
            organisation.id,
            Words(
                organisation.name,
                _("nieuw bedrijf, nog niet gecontroleerd"),
                clock.day_of(organisation.created_at),
                _("Controleer"),
                _page_of(organisation.id),
            ),
        )


def _recognitions(session, numbers):
    return session.scalars(
        select(Recognition).where(Recognition.id.in_(numbers)).options(joinedload(Recognition.organisation))
    ).unique()


def _check_url(user, recognition):
    if not may(user, Permission.WORK_OFFERS):
        return _page_of(recognition.organisation_id)
    return url_for(
        "organisations.recognition", organisation_id=recognition.organisation_id, recognition_id=recognition.id
    )


def _unchecked_wait(user):
    return rows(recognitions_to_check(user), Recognition.id, since=Recognition.created_at, urgency=Urgency.WAITS)


def _unchecked_tell(session, user, numbers):
    for recognition in _recognitions(session, numbers):
        yield (
            recognition.id,
            Words(
                recognition.organisation.name,
                _("erkenning na te kijken: %(name)s", name=recognition.qualification.name),
                clock.day_of(recognition.created_at),
                _("Kijk na"),
                _check_url(user, recognition),
            ),
        )


def _ending_wait(user):
    ending = recognitions_that_end(user)
    runs_on, end = ending.selected_columns["runs_on"], end_of_recognition()
    urgency = case((runs_on, Urgency.LATE.value), (end < clock.today(), Urgency.TODAY.value), else_=Urgency.WAITS.value)
    return rows(ending, Recognition.id, since=end, urgency=urgency)


def _ending_tell(session, user, numbers):
    ending = recognitions_that_end(user).where(Recognition.id.in_(numbers))
    for recognition, runs_on in session.execute(ending.options(joinedload(Recognition.organisation))).unique():
        ends = min(day for day in (recognition.valid_until, recognition.withdrawn_on) if day is not None)
        facts = {"name": recognition.qualification.name, "day": short(ends)}
        if runs_on:
            what = _("de erkenning voor %(name)s eindigt op %(day)s, terwijl er een stage doorloopt", **facts)
        else:
            what = _("de erkenning voor %(name)s eindigt op %(day)s, terwijl er een plek open staat", **facts)
        yield (
            recognition.id,
            Words(recognition.organisation.name, what, passed(ends), _("Kijk na"), _check_url(user, recognition)),
        )


def _expiring_wait(user):
    ended = case((Place.ends_on < clock.today(), Urgency.TODAY.value), else_=Urgency.WAITS.value)
    return rows(places_running_out(user), Place.id, since=Place.ends_on, urgency=ended)


def _expiring_tell(session, _user, numbers):
    for place in session.scalars(select(Place).where(Place.id.in_(numbers))):
        facts = {"title": place.title, "day": short(place.ends_on)}
        over = place.ends_on < clock.today()
        yield (
            place.id,
            Words(
                place.organisation.name,
                _("de plek %(title)s liep af op %(day)s", **facts)
                if over
                else _("de plek %(title)s loopt af op %(day)s", **facts),
                passed(place.ends_on),
                _("Verleng of sluit"),
                url_for("places.show", place_id=place.id),
            ),
        )


def _interest_wait(user):
    asked = case((Interest.call_on.is_(None), Urgency.WAITS.value), else_=Urgency.TODAY.value)
    since = func.coalesce(Interest.call_on, func.date(Interest.created_at))
    return rows(interests_to_call(user), Interest.id, since=since, urgency=asked)


def _interest_tell(session, _user, numbers):
    for interest in session.scalars(select(Interest).where(Interest.id.in_(numbers))):
        asked = interest.call_on
        yield (
            interest.id,
            Words(
                interest.company,
                _("wil nu misschien een plek bieden") if asked else _("wil misschien een plek bieden"),
                asked or clock.day_of(interest.created_at),
                _("Bel"),
                url_for("organisations.index", _anchor=f"interesse-{interest.id}"),
            ),
        )


SOURCES = (
    Source("bedrijf", _l("bedrijf om te controleren"), _new_wait, _new_tell),
    Source("erkenning", _l("erkenning om na te kijken"), _unchecked_wait, _unchecked_tell),
    Source("eindigt", _l("erkenning die eindigt"), _ending_wait, _ending_tell),
    Source("plek", _l("plek die afloopt"), _expiring_wait, _expiring_tell),
    Source("interesse", _l("interesse van een bedrijf"), _interest_wait, _interest_tell),
)
