"""Who saw my data: one line for each day and each person, out of the trail and nothing else.

A download of a list names nobody in the trail, so the student reads that they may have been in it.
"""

from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar import clock, labels
from stagemakelaar.audit.asking import exports_of, readings_of
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session
from stagemakelaar.people.models import Role
from stagemakelaar.people.permissions import Permission
from stagemakelaar.people.queries import names_of, records_of, student_of
from stagemakelaar.placements.models import PlacementState
from stagemakelaar.placements.queries import placements_of
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.paging import ROWS, page_of, window

pages = Blueprint("who_saw", __name__)

# What was opened, by the number that the trail keeps beside the file.
OPENED = {
    "placement": _l("je plaatsing"),
    "proposal": _l("een voorstel voor jou"),
    "place": _l("of een plek bij je past"),
    "list": _l("een lijst met studenten, misschien ook jij"),
}
# Downloads with students in them.
LISTS = frozenset({"studenten", "plaatsingen", "voorstellen", "zonder-plek", "verslag", "post"})
FILE = _l("je dossier")
SETTLED = frozenset({PlacementState.CONFIRMED, PlacementState.ACTIVE, PlacementState.COMPLETED})


@dataclass
class Reading:
    """Inzage: one person on one day, and what they opened."""

    day: date
    who: str
    role: str
    opened: list = field(default_factory=list)


@pages.get("/student/wie-zag-mijn-gegevens")
@allow(Permission.OWN_FILE)
def index():
    """Everyone who opened my file, the latest first."""
    session = current_session()
    student = student_of(session, actor())
    found = readings_in_words(session, student)
    start = window(len(found))
    return render_template(
        "student/who_saw.html",
        rows=page_of(found[start : start + ROWS], start, len(found)),
        case=case_of(session, student),
    )


def readings_in_words(session, student):
    """Every reading of a student's file as a list of `Reading`, the latest first, in a fixed number of statements.

    The file of a double that was merged into this student is theirs too.
    """
    records = records_of(session, student)
    downloads = exports_of(session, student.programme_id, since=min(one.created_at for one in records))
    lines = [
        *readings_of(session, [one.id for one in records]),
        *(line for line in downloads if line.details["list"] in LISTS),
    ]
    lines.sort(key=lambda line: -line.seq)
    names = names_of(session, {line.actor_id for line in lines if line.actor_id})
    companies = {
        placement.id: placement.place.organisation.name if placement.state in SETTLED else ""
        for placement in placements_of(session, student)
    }
    found = {}
    for line in lines:
        day = clock.day_of(line.at)
        reading = found.get((day, line.actor_id))
        if reading is None:
            who, role = _who(line, names, companies)
            reading = found[day, line.actor_id] = Reading(day, who, role)
        opened = str(next((words for name, words in OPENED.items() if name in line.details), FILE))
        if opened not in reading.opened:
            reading.opened.append(opened)
    return list(found.values())


def _who(line, names, companies):
    """Name and role; a company has no name before its placement is settled, and its people have none at all."""
    if line.actor_role == Role.EMPLOYER.value:
        return companies.get(line.details.get("placement")) or _("een bedrijf"), str(labels.label(Role.EMPLOYER))
    if line.actor_role == "system":
        return _("het programma"), _("automatisch")
    return names.get(line.actor_id) or _("iemand van het programma"), str(labels.label(Role(line.actor_role)))
