"""What can be done for many placements at once: remind whoever has not answered."""

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar import clock
from stagemakelaar.placements import reminding
from stagemakelaar.web.forms import ButtonForm
from stagemakelaar.web.together import Deed


def _who_is_asked(placement):
    company = placement.place.organisation.name
    if placement.student_accepted_at is not None:
        to = _("brief aan %(company)s", company=company)
    elif placement.employer_confirmed_at is not None:
        to = _("brief aan de student")
    else:
        to = _("brief aan de student en aan %(company)s", company=company)
    if placement.reminded_at is None:
        return _("%(letters)s; nog niet eerder herinnerd", letters=to)
    day = format_date(clock.day_of(placement.reminded_at), "d MMMM")
    return _("%(letters)s; de vorige herinnering ging op %(day)s", letters=to, day=day)


DEEDS = {
    "herinneren": Deed(
        _l("Herinner wie nog niet antwoordde"),
        lambda _session, sent: ButtonForm(sent),
        lambda n: ngettext(
            "Stuur een herinnering over %(num)s plaatsing", "Stuur een herinnering over %(num)s plaatsingen", n
        ),
        _l("De brieven gaan meteen weg; een brief die weg is, komt niet terug. Wie al antwoordde, krijgt niets."),
        lambda placement, _form, _user: reminding.objection(placement),
        lambda session, placement, _form, by: reminding.remind(session, placement, by=by),
        lambda n: ngettext(
            "De herinnering over %(num)s plaatsing gaat weg.", "De herinneringen over %(num)s plaatsingen gaan weg.", n
        ),
        _who_is_asked,
    ),
}
