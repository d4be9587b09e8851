"""How people decide in a round, for the coordinator alone: figures, a warning, decisions drawn for a second person."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError, Overtaken
from stagemakelaar.people.permissions import Permission
from stagemakelaar.rounds import oversight, second_look
from stagemakelaar.rounds.queries import round_for
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.fields import WholeNumber
from stagemakelaar.web.forms import BaseForm, required
from stagemakelaar.web.proposals import DECIDED

pages = Blueprint("oversight", __name__)

USUAL = 5


class DrawForm(BaseForm):
    """How many decisions a second person reads."""

    count = WholeNumber(_l("Hoeveel besluiten?"), [required(_l("Vul een getal in."))], least=1, most=second_look.MOST)


@pages.route("/rondes/<int:round_id>/toezicht", methods=["GET", "POST"])
@allow(Permission.OVERSEE)
def show(round_id):
    round_for(current_session(), actor(), round_id)
    form = DrawForm(request.form if request.method == "POST" else None, count=USUAL)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                drawn = second_look.draw(session, round_for(session, actor(), round_id), form.count.data, by=actor())
                told = ngettext("%(num)s besluit is getrokken.", "%(num)s besluiten zijn getrokken.", len(drawn))
        except Overtaken:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(told, "success")
            return redirect(url_for("oversight.show", round_id=round_id))
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    decisions = oversight.decisions_of(session, round_id)
    people = oversight.per_person(decisions)
    programme = match_round.programme
    return render_template(
        "oversight/show.html",
        match_round=match_round,
        programme=programme,
        whole=oversight.figures_of(decisions),
        people=people,
        high=[(name, figures) for name, figures in people if figures.is_high(programme.warn_share)],
        enough=oversight.ENOUGH,
        reasons=oversight.reasons_of_round(session, round_id),
        looks=second_look.looks_of(session, match_round),
        is_drawn=second_look.is_drawn(session, match_round),
        decided=DECIDED,
        time_of=_time_of,
        further_of=_further_of,
        form=form,
    ), 422 if form.errors else 200


def _time_of(figures):
    if figures.median is None:
        return _("niet bekend")
    middle, low, high = (_duration(seconds) for seconds in (figures.median, figures.low, figures.high))
    return _("middelste %(middle)s; de helft tussen %(low)s en %(high)s", middle=middle, low=low, high=high)


def _duration(seconds):
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return _("%(seconds)s s", seconds=rest)
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)


def _further_of(figures):
    if not figures.known:
        return _("niet bekend")
    return _("bij %(count)s van %(known)s", count=figures.looked_further, known=figures.known)
