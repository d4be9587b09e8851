"""One proposal: what is proposed and why, what else was possible, and a person's decision. Nothing is preselected."""

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date, format_time
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from wtforms import HiddenField
from wtforms.validators import Optional

from stagemakelaar import clock
from stagemakelaar.casework.queries import case_of
from stagemakelaar.db import current_session, look_again, transaction
from stagemakelaar.errors import DomainError, NotFound, Overtaken
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.people.reasons import Act
from stagemakelaar.rounds import by_hand, review, second_look
from stagemakelaar.rounds.comments import threads_about
from stagemakelaar.rounds.models import Proposal, ProposalState, RoundState, Verdict
from stagemakelaar.rounds.queries import (
    alternatives_for,
    count_by_state,
    last_review,
    neighbours,
    next_open,
    proposal_for,
)
from stagemakelaar.rounds.run_settings import RunSettings
from stagemakelaar.web import opened
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.alternative_words import alternatives_in_words
from stagemakelaar.web.case_words import parts_of_file
from stagemakelaar.web.errors import LOST_RACE, is_lost_race
from stagemakelaar.web.errors import show as show_error
from stagemakelaar.web.explanations import PRIORITY, agreed_in_words, parts_in_words, total_in_words
from stagemakelaar.web.fields import Day, OneOf, Version
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, must_be_pressed, required, say
from stagemakelaar.web.place_words import terms_of
from stagemakelaar.web.reading import note_reading
from stagemakelaar.web.reason_fields import reason_field, reason_in_words
from stagemakelaar.web.run_words import settings_in_words

pages = Blueprint("proposals", __name__)

MOST_ALTERNATIVES = 20


class DecisionForm(BaseForm):
    """What a broker decides. The version says which page it was read from."""

    verdict = OneOf(_l("Wat besluit u?"), [required(_l("Kies wat u besluit."))], among=Verdict)
    why = LongText(
        _l("Reden of toelichting"),
        [],
        description=_l("Bij afwijzen en vasthouden: kies een reden, of schrijf er zelf een. De student mag dit lezen."),
        render_kw={"rows": "4"},
    )
    held_until = Day(_l("Vasthouden tot"), [Optional()], description=_l("Alleen als u het voorstel vasthoudt."))
    version = Version()
    opened = HiddenField()


AGREES, DISAGREES = "eens", "oneens"


class LookForm(BaseForm):
    """What a second person thinks of a decision."""

    agrees = OneOf(
        _l("Bent u het eens met dit besluit?"),
        [required(_l("Kies of u het eens bent."))],
        among=((AGREES, _l("ja, ik had hetzelfde besloten")), (DISAGREES, _l("nee, ik had anders besloten"))),
    )
    remark = LongText(
        _l("Wat viel u op?"),
        [],
        description=_l("Nodig als u het niet eens bent. Alleen stagemakelaars en de coördinator lezen dit."),
        render_kw={"rows": "3"},
    )


def _form(programme, *arguments, **known):
    """The form with the reasons of this programme."""

    class Form(DecisionForm):
        """What a broker decides, and the programme's own reasons for it."""

        reject_reason = reason_field(programme, Act.REJECT, _l("Bij afwijzen: waarom?"))
        hold_reason = reason_field(programme, Act.HOLD, _l("Bij vasthouden: waar wacht u op?"))

    return Form(*arguments, **known)


@pages.get("/voorstellen/<int:proposal_id>")
@allow(Permission.SEE_CASES)
def show(proposal_id):
    return _page(proposal_id)


def _page(proposal_id, form=None, look_form=None):
    """The proposal with the file around it, which is a reading also where a form comes back refused."""
    proposal = note_reading(lambda: proposal_for(current_session(), actor(), proposal_id), proposal=proposal_id)
    session = current_session()
    is_open = proposal.state is ProposalState.OPEN
    can_be_decided = _is_looked_at(proposal) and may(actor(), Permission.DECIDE)
    count_others, others = alternatives_for(session, proposal, MOST_ALTERNATIVES)
    before, after = neighbours(session, proposal)
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        student=proposal.student,
        place=proposal.place,
        match_round=proposal.run.round,
        case=case_of(session, proposal.student),
        parts=parts_of_file(session, proposal.student)[:2],
        terms=terms_of(session, proposal.student, proposal.place),
        score=parts_in_words(proposal.facts),
        settings=settings_in_words(RunSettings.of(proposal.run)),
        agreed=agreed_in_words(proposal.facts),
        may_hint=may(actor(), Permission.DECIDE),
        total=total_in_words(proposal.facts),
        priority=PRIORITY[proposal.priority_class],
        others=alternatives_in_words(others),
        count_others=count_others,
        before=before,
        after=after,
        decides=can_be_decided and is_open,
        undoes=may(actor(), Permission.DECIDE) and by_hand.can_undo(session, proposal),
        replaced_by=by_hand.replaced_by(session, proposal),
        releases=can_be_decided and proposal.state is ProposalState.HELD,
        decided=DECIDED,
        reason_in_words=reason_in_words,
        just_decided=_just_decided(session, proposal) if is_open else None,
        reads_other_run=not _is_looked_at(proposal),
        open_comments=[one for one, _answers in threads_about(session, proposal) if one.resolved_at is None],
        objection=_objection(session, proposal) if can_be_decided and is_open else None,
        form=form or _form(proposal.student.programme, version=proposal.version, opened=opened.seal(proposal_id)),
        button_form=ButtonForm(),
        second_look=second_look.look_at(session, proposal),
        looks=may(actor(), Permission.DECIDE),
        me=actor().id,
        look_form=look_form or LookForm(),
        has_errors=form is not None or look_form is not None,
    ), 422 if form is not None or look_form is not None else 200


def _is_looked_at(proposal):
    match_round = proposal.run.round
    return match_round.state is RoundState.REVIEW and match_round.chosen_run_id == proposal.run_id


def _objection(session, proposal):
    found = review.objection_of_today(session, proposal)
    return _(found) if found else None


@pages.post("/voorstellen/<int:proposal_id>/besluit")
@allow(Permission.DECIDE)
def decide(proposal_id):
    proposal = proposal_for(current_session(), actor(), proposal_id)
    form = _form(proposal.student.programme, request.form)
    if not form.validate():
        return _page(proposal_id, form)
    try:
        with transaction() as session:
            _decide(session, proposal_for(session, actor(), proposal_id), form)
    except Overtaken as refusal:
        return _overtaken(proposal_id, say(refusal))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(proposal_id, form)
    except (*LOST_RACE, OperationalError) as error:
        if not is_lost_race(error):
            raise
        return _overtaken(proposal_id)
    return _lead_on(proposal_id)


def _lead_on(proposal_id):
    """To the next open proposal, with the keyboard at what was just decided; after the last one, this one stays."""
    session = current_session()
    proposal = proposal_for(session, actor(), proposal_id)
    following = next_open(session, proposal)
    if following is not None:
        return redirect(url_for("proposals.show", proposal_id=following, na=proposal_id))
    told = TOLD[last_review(session, proposal_id).verdict]
    if proposal.placement is not None and not proposal.placement.is_told:
        told = _("Goedgekeurd. De brieven wachten nog.")
    flash(f"{told} {_('Er staat geen voorstel meer open.')}", "success")
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


class JustDecided(NamedTuple):
    """Net besloten: what the page of the next proposal says about the one before it."""

    proposal: Proposal
    words: str
    left: int


def _just_decided(session, proposal):
    before = request.args.get("na", "")
    if not before.isdecimal() or len(before) > 9:
        return None
    try:
        decided = proposal_for(session, actor(), int(before))
    except NotFound:
        return None
    review = last_review(session, decided.id)
    if review is None or decided.run_id != proposal.run_id:
        return None
    left = count_by_state(session, proposal.run_id)[ProposalState.OPEN]
    return JustDecided(decided, str(DECIDED[review.verdict]), left)


DECIDED = {Verdict.APPROVE: _l("goedgekeurd"), Verdict.REJECT: _l("afgewezen"), Verdict.HOLD: _l("vastgehouden")}
TOLD = {
    Verdict.APPROVE: _l("Goedgekeurd. De student en het bedrijf krijgen een brief."),
    Verdict.REJECT: _l("Afgewezen. De student doet mee aan de volgende berekening."),
    Verdict.HOLD: _l("Vastgehouden. Op die dag staat het voorstel weer op uw lijst."),
}


def _decide(session, proposal, form):
    decision = {
        "by": actor(),
        "why": form.why.data or "",
        "seconds": opened.seconds_since(form.opened.data, proposal.id),
        "version": form.version.data,
    }
    if form.verdict.data is Verdict.APPROVE:
        review.approve(session, proposal, **decision)
    elif form.verdict.data is Verdict.REJECT:
        review.reject(session, proposal, reason=form.reject_reason.data, **decision)
    else:
        review.hold(session, proposal, reason=form.hold_reason.data, until=form.held_until.data, **decision)


@pages.post("/voorstellen/<int:proposal_id>/oppakken")
@allow(Permission.DECIDE)
def release(proposal_id):
    proposal_for(current_session(), actor(), proposal_id)
    must_be_pressed(url_for("proposals.show", proposal_id=proposal_id))
    with transaction() as session:
        review.release(session, proposal_for(session, actor(), proposal_id), by=actor())
    flash(_("U kunt nu over dit voorstel besluiten."), "success")
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


@pages.post("/voorstellen/<int:proposal_id>/tweede-blik")
@allow(Permission.DECIDE)
def look(proposal_id):
    session = current_session()
    drawn = second_look.look_at(session, proposal_for(session, actor(), proposal_id))
    if drawn is None:
        raise NotFound
    form = LookForm(request.form)
    if not form.validate():
        return _page(proposal_id, look_form=form)
    try:
        with transaction() as session:
            agrees, remark = form.agrees.data == AGREES, form.remark.data or ""
            second_look.judge(session, drawn, agrees=agrees, remark=remark, by=actor())
    except Overtaken as refusal:
        return show_error(409, message=say(refusal), back_url=url_for("proposals.show", proposal_id=proposal_id))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(proposal_id, look_form=form)
    flash(_("Uw oordeel is opgeslagen. Aan het besluit zelf verandert niets."), "success")
    return redirect(url_for("proposals.show", proposal_id=proposal_id))


# --- who was first -------------------------------------------------------------------------------------------------

ALREADY = {
    Verdict.APPROVE: _l("%(name)s heeft dit voorstel al goedgekeurd, %(when)s."),
    Verdict.REJECT: _l("%(name)s heeft dit voorstel al afgewezen, %(when)s."),
    Verdict.HOLD: _l("%(name)s houdt dit voorstel vast, sinds %(when)s."),
}
ALREADY_YOU = {
    Verdict.APPROVE: _l("U heeft dit voorstel al goedgekeurd, %(when)s."),
    Verdict.REJECT: _l("U heeft dit voorstel al afgewezen, %(when)s."),
    Verdict.HOLD: _l("U houdt dit voorstel zelf vast, sinds %(when)s."),
}


def _overtaken(proposal_id, sentence=None):
    """The page of who came second: who was first, and when."""
    session = look_again()
    proposal = proposal_for(session, actor(), proposal_id)
    first = last_review(session, proposal_id)
    if first is not None and proposal.state is not ProposalState.OPEN:
        words = (ALREADY_YOU if first.by_id == actor().id else ALREADY)[first.verdict]
        sentence = words % {"name": first.by.name, "when": when(first.at)}
    url = url_for("proposals.show", proposal_id=proposal_id)
    return show_error(409, **({"message": sentence} if sentence else {}), back_url=url)


def when(moment):
    """A moment as people say it: "vandaag om 14:35", "3 februari om 9:05"."""
    time = format_time(moment, "H:mm")
    day = moment.astimezone(clock.AMSTERDAM).date()
    if day == clock.today():
        return _("vandaag om %(time)s", time=time)
    return _("%(day)s om %(time)s", day=format_date(day, "d MMMM"), time=time)
