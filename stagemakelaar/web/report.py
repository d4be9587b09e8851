"""The reviewed round as a PDF: what was proposed, what was decided by whom and why, and who stayed without a place."""

from flask import Blueprint, Response
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from stagemakelaar import audit, clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import NotFound
from stagemakelaar.labels import label
from stagemakelaar.people.models import Student, User
from stagemakelaar.people.permissions import Permission
from stagemakelaar.places.models import Organisation, Place
from stagemakelaar.printing import pdf_of
from stagemakelaar.rounds.models import Proposal, Review, Unplaced
from stagemakelaar.rounds.queries import count_by_state, proposals_of, round_for, unplaced_of
from stagemakelaar.web.access import actor, allow, confirmed_lately
from stagemakelaar.web.explanations import cause_in_words, journey_in_words

pages = Blueprint("report", __name__)

Account, Decider = aliased(User), aliased(User)


@pages.get("/rondes/<int:round_id>/verslag.pdf")
@allow(Permission.SEE_CASES)
@confirmed_lately
def show(round_id):
    session = current_session()
    match_round = round_for(session, actor(), round_id)
    run = match_round.chosen_run
    if run is None:
        raise NotFound
    proposals, unplaced = _proposals(session, run), _unplaced(session, run)
    pdf = pdf_of(
        "round",
        title=_("Verslag van %(round)s", round=match_round.name),
        programme=match_round.programme.name,
        language=str(get_locale() or "nl"),
        lead=_(
            "%(programme)s, %(day)s. Een computer stelde voor, mensen besloten.",
            programme=match_round.programme.name,
            day=format_date(clock.today(), "d MMMM y"),
        ),
        figures=_figures(session, run),
        proposals=proposals,
        unplaced=unplaced,
    )
    with transaction() as session:
        count = len(proposals["rows"]) + len(unplaced["rows"])
        audit.record(session, "export", by=actor(), list="verslag", form="pdf", count=count, round=round_id)
    name = f"verslag-ronde-{round_id}.pdf"
    return Response(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f"attachment; filename={name}"}
    )


def _figures(session, run):
    rows = [
        (_("Studenten die meededen"), str(run.students)),
        (_("Vrije plekken"), str(run.seats)),
        (_("Voorstellen van de computer"), str(run.proposed)),
        (_("Studenten zonder voorstel"), str(run.students - run.proposed)),
    ]
    for state, count in count_by_state(session, run.id).items():
        rows.append((_("Voorstellen: %(state)s", state=label(state)), str(count)))
    return {"title": _("Cijfers"), "nothing": "", "heading": [_("Wat"), _("Aantal")], "rows": rows}


def _proposals(session, run):
    """Every proposal with the last decision about it, read by one statement."""
    last = select(func.max(Review.id)).where(Review.proposal_id == Proposal.id).correlate(Proposal).scalar_subquery()
    found = session.execute(
        proposals_of(run.id)
        .join(Account, Account.id == Student.user_id)
        .join(Place, Place.id == Proposal.place_id)
        .join(Organisation, Organisation.id == Place.organisation_id)
        .outerjoin(Review, Review.id == last)
        .outerjoin(Decider, Decider.id == Review.by_id)
        .with_only_columns(
            Account.name,
            Place.title,
            Organisation.name.label("company"),
            Proposal.facts,
            Proposal.state,
            Decider.name.label("by"),
            Review.at,
            Review.reason,
            Review.why,
            maintain_column_froms=True,
        )
    )
    rows = [
        (
            one.name,
            f"{one.title}, {one.company}",
            journey_in_words(one.facts["facts"]) or _("niet bekend"),
            _decision(one),
            ". ".join(part for part in (one.reason, one.why) if part),
        )
        for one in found
    ]
    heading = [_("Student"), _("Plek"), _("Reis"), _("Besluit"), _("Waarom")]
    return {"title": _("Voorstellen"), "nothing": _("Er waren geen voorstellen."), "heading": heading, "rows": rows}


def _decision(one):
    state = str(label(one.state))
    if one.by is None:
        return state
    return _("%(state)s door %(who)s, %(day)s", state=state, who=one.by, day=format_date(one.at, "d MMM y"))


def _unplaced(session, run):
    found = session.execute(
        unplaced_of(run.id)
        .join(Account, Account.id == Student.user_id)
        .with_only_columns(Account.name, Account.email, Unplaced.cause, Unplaced.facts, maintain_column_froms=True)
    )
    rows = []
    for one in found:
        told = cause_in_words(one.cause, one.facts)
        rows.append((one.name or one.email, str(told.what), str(told.next_step)))
    heading = [_("Student"), _("Waarom niet"), _("Wat helpt")]
    return {
        "title": _("Zonder plek"),
        "nothing": _("Iedereen die meedeed, heeft een voorstel."),
        "heading": heading,
    } | {"rows": rows}
