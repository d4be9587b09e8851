"""What an employer reads of the matcher: why a placement came here, and which places are still sought.

Facts of the seat only; never a number about people, and never a cause that would point at one person.
"""

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from stagemakelaar.matching.unplaced import Cause
from stagemakelaar.reference.models import Qualification


class Wanted(NamedTuple):
    """Gezocht: a course for which places are sought, and what would help."""

    course: Qualification
    why: str


FEWEST = 10  # students; what holds for fewer could be known of one

# Causes that are about places. What is about a person (age, a VOG, a condition) is not told to a company.
SOUGHT = {
    Cause.NO_COMPANY_FOR_CODE: lazy_gettext("Er zijn nog te weinig bedrijven met een plek."),
    Cause.NOT_WITHIN_REACH: lazy_gettext("Er zijn studenten voor wie elke plek nog te ver weg is."),
    Cause.PERIOD: lazy_gettext("Er zijn studenten die in een andere periode stage willen lopen dan nu kan."),
    Cause.DAYS: lazy_gettext("Er zijn studenten die op andere dagen kunnen dan nu gevraagd wordt."),
    Cause.SEATS_TAKEN: lazy_gettext("Er zijn meer studenten dan plekken."),
}
IN_GENERAL = lazy_gettext("Er zijn nog studenten zonder plek.")


def wanted_in_words(courses, causes):
    """One `Wanted` per course for which someone stayed without a place; `causes` are (code, cause, how many students),
    most frequent first.
    """
    main = {}
    for code, cause, students in causes:
        main.setdefault(code, SOUGHT.get(Cause(cause), IN_GENERAL) if students >= FEWEST else IN_GENERAL)
    return [Wanted(course, str(main[course.code])) for course in courses if course.code in main]


def why_here(placement):
    """Why this placement came to this place, as sentences; `placement` is what the employer may see of it."""
    return list(_why_here(placement))


def _why_here(placement):
    if placement.qualification is None:
        return
    yield _("Uw erkenning voor deze opleiding is nagekeken en geldt de hele stage.")
    yield _("De periode en de dagen passen bij uw leerplaats.")
    if placement.can_learn:
        possible, wanted = placement.can_learn
        yield ngettext(
            "Bij u kan %(possible)s van het %(num)d onderdeel dat de student wil leren.",
            "Bij u kunnen %(possible)s van de %(num)d onderdelen die de student wil leren.",
            wanted,
            possible=possible,
        )
    if placement.is_computed:
        yield _(
            "Een computer stelde dit voor en een stagemakelaar besloot. Naam, afkomst en uiterlijk telden niet mee: de "
            "computer kent ze niet."
        )
    else:
        yield _("Een stagemakelaar koos deze plek.")
