"""What brokers ask and answer each other about a proposal, until it is done."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import DomainError
from stagemakelaar.people.permissions import Permission, may
from stagemakelaar.rounds import comments
from stagemakelaar.rounds.queries import proposal_for
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, must_be_pressed, required
from stagemakelaar.web.reading import note_reading

pages = Blueprint("comments", __name__)

WHO_READS = _l(
    "Alleen medewerkers van uw programma lezen dit hier. De student mag vragen wat er geschreven is."
    " Schrijf niets over gezondheid, geloof of afkomst."
)


class CommentForm(BaseForm):
    """Something to say about a proposal."""

    text = LongText(
        _l("Uw opmerking"),
        [required(_l("Schrijf op wat u wilt zeggen."))],
        description=WHO_READS,
        render_kw={"rows": "3"},
    )


class AnswerForm(BaseForm):
    """An answer to what was said."""

    text = LongText(
        _l("Uw antwoord"),
        [required(_l("Schrijf op wat u wilt zeggen."))],
        description=WHO_READS,
        render_kw={"rows": "3"},
    )


@pages.get("/voorstellen/<int:proposal_id>/opmerkingen")
@allow(Permission.SEE_CASES)
def index(proposal_id):
    return _page(proposal_id, CommentForm())


def _page(proposal_id, form):
    proposal = note_reading(lambda: proposal_for(current_session(), actor(), proposal_id), proposal=proposal_id)
    threads = comments.threads_about(current_session(), proposal)
    return render_template(
        "comments/index.html",
        proposal=proposal,
        waiting=[thread for thread in threads if thread[0].resolved_at is None],
        done=[thread for thread in threads if thread[0].resolved_at is not None],
        writes=may(actor(), Permission.DECIDE),
        form=form,
        button_form=ButtonForm(),
    ), form.status


@pages.post("/voorstellen/<int:proposal_id>/opmerkingen")
@allow(Permission.DECIDE)
def write(proposal_id):
    proposal_for(current_session(), actor(), proposal_id)
    form = CommentForm(request.form)
    if not form.validate():
        return _page(proposal_id, form)
    with transaction() as session:
        proposal = proposal_for(session, actor(), proposal_id)
        comments.comment_on(session, proposal, text=form.text.data, by=actor())
    flash(_("De opmerking is geplaatst. Ze staat op Vandaag tot ze is afgehandeld."), "success")
    return redirect(url_for("comments.index", proposal_id=proposal_id))


@pages.route("/opmerkingen/<int:comment_id>/antwoord", methods=["GET", "POST"])
@allow(Permission.DECIDE)
def answer(comment_id):
    comment = comments.comment_for(current_session(), actor(), comment_id)
    proposal_id = comment.proposal_id
    form = AnswerForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                comment = comments.comment_for(session, actor(), comment_id)
                comments.answer(session, comment, text=form.text.data, by=actor())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Het antwoord is geplaatst."), "success")
            return redirect(url_for("comments.index", proposal_id=proposal_id))
    comment = comments.comment_for(current_session(), actor(), comment_id)
    return render_template("comments/answer.html", comment=comment, form=form), form.status


CHANGES = {
    "afhandelen": (comments.resolve, _l("De opmerking is afgehandeld.")),
    "heropenen": (comments.open_again, _l("De opmerking staat weer open.")),
}


@pages.post("/opmerkingen/<int:comment_id>/<any(afhandelen, heropenen):settle>")
@allow(Permission.DECIDE)
def press(comment_id, settle):
    comment = comments.comment_for(current_session(), actor(), comment_id)
    proposal_id = comment.proposal_id
    must_be_pressed(url_for("comments.index", proposal_id=proposal_id))
    act, told = CHANGES[settle]
    with transaction() as session:
        act(session, comments.comment_for(session, actor(), comment_id), by=actor())
    flash(told, "success")
    return redirect(url_for("comments.index", proposal_id=proposal_id))
