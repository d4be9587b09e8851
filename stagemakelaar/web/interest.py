"""Interest in one minute: a company without an account says that it may have a place; the broker does the rest."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from stagemakelaar import clock
from stagemakelaar.db import current_session, transaction
from stagemakelaar.errors import TooOften
from stagemakelaar.people.queries import programme_called, programmes
from stagemakelaar.people.signing_in import limits
from stagemakelaar.placements.telling import working_days_from
from stagemakelaar.places import actions
from stagemakelaar.reference import formats
from stagemakelaar.web.access import public
from stagemakelaar.web.fields import OneOf
from stagemakelaar.web.forms import BaseForm, LongText, Text, required

pages = Blueprint("interest", __name__)

DAYS_TO_CALL = 3  # working days in which a broker calls back


class InterestForm(BaseForm):
    """Who to call, and nothing that needs looking up."""

    company = Text(
        _l("Naam van het bedrijf"),
        [required(_l("Vul de naam van het bedrijf in."))],
        clean=lambda text: formats.clean_name(text, longest=160),
        render_kw={"autocomplete": "organization"},
    )
    contact_name = Text(
        _l("Uw naam"),
        [required(_l("Vul uw naam in."))],
        clean=formats.clean_name,
        render_kw={"autocomplete": "name"},
    )
    email = Text(
        _l("Uw e-mailadres"),
        [required(_l("Vul uw e-mailadres in."))],
        clean=formats.clean_email,
        render_kw={"type": "email", "autocomplete": "email"},
    )
    phone = Text(
        _l("Uw telefoonnummer"),
        [Optional()],
        clean=formats.clean_phone,
        description=_l("Dan kunnen we u bellen."),
        render_kw={"type": "tel", "autocomplete": "tel"},
    )
    postcode = Text(
        _l("Postcode van de werkplek"),
        [Optional()],
        clean=formats.clean_postcode,
        description=_l("Dan zien we welke studenten er kunnen komen."),
        render_kw={"autocomplete": "postal-code"},
    )
    remark = LongText(
        _l("Wat voor werk is het?"),
        [Optional()],
        description=_l("Een paar woorden zijn genoeg. Bijvoorbeeld: in de keuken, vanaf april, twee studenten."),
        render_kw={"rows": "3"},
    )


def _form(offered, formdata=None):
    class Form(InterestForm):
        programme = OneOf(
            _("Waar is uw bedrijf?"),
            [required(_("Kies een stagemakelaar bij u in de buurt."))],
            among=[(programme.slug, programme.name) for programme in offered],
        )

    asked = request.args.get("programma")
    form = Form(formdata, programme=asked)
    if len(offered) == 1:
        del form.programme
    return form


@pages.route("/bedrijven/interesse", methods=["GET", "POST"])
@public
def show():
    offered = programmes(current_session())
    form = _form(offered, request.form if request.method == "POST" else None)
    headers = {}
    if request.method == "POST" and form.validate():
        slug = form.programme.data if "programme" in form else offered[0].slug
        try:
            _express(slug, form)
        except TooOften as refusal:
            form.refuse(refusal)
            headers["Retry-After"] = str(refusal.values["seconds"])
        else:
            return redirect(url_for("interest.thanks", programma=slug))
    status = 429 if headers else 422 if form.errors else 200
    return render_template("employer/interest.html", form=form, offered=offered), status, headers


def _express(slug, form):
    with transaction() as session:
        limits.take(session, interest_address=request.remote_addr or "unknown")
        actions.express_interest(
            session,
            programme=programme_called(session, slug),
            company=form.company.data,
            contact_name=form.contact_name.data,
            email=form.email.data,
            phone=form.phone.data or None,
            remark=form.remark.data or "",
            postcode=form.postcode.data or None,
        )


@pages.get("/bedrijven/interesse/bedankt")
@public
def thanks():
    programme = programme_called(current_session(), request.args.get("programma", ""))
    call_by = working_days_from(clock.today(), DAYS_TO_CALL)
    return render_template("employer/interest_thanks.html", programme=programme, call_by=call_by)
