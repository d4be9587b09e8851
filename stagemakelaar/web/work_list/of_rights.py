"""What people asked about their own data: the law gives a month, and only who decides about it is reminded."""

from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, select

from stagemakelaar import clock
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.rights.models import DataRequest, RequestState
from stagemakelaar.rights.requests import requests_visible_to
from stagemakelaar.web.work_list.things import Source, Urgency, Words, rows, short

SOON = timedelta(days=7)  # before the last day of the term


def _wait(user):
    open_ones = requests_visible_to(user).where(
        DataRequest.state == RequestState.OPEN, may(user, Permission.DECIDE_RIGHTS)
    )
    today = clock.today()
    urgency = case(
        (DataRequest.answer_by_on < today, Urgency.LATE.value),
        (DataRequest.answer_by_on <= today + SOON, Urgency.TODAY.value),
        else_=Urgency.WAITS.value,
    )
    return rows(open_ones, DataRequest.id, since=DataRequest.created_at, urgency=urgency)


def _tell(session, _user, numbers):
    for asked in session.scalars(select(DataRequest).where(DataRequest.id.in_(numbers))):
        yield (
            asked.id,
            Words(
                asked.user.name or asked.user.email,
                _("verzoek over eigen gegevens, antwoord uiterlijk op %(day)s", day=short(asked.answer_by_on)),
                clock.day_of(asked.created_at),
                _("Beslis"),
                url_for("data_requests.show", request_id=asked.id),
            ),
        )


SOURCES = (Source("verzoek", _l("verzoek over eigen gegevens"), _wait, _tell),)
