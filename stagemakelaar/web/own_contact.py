"""The name and the telephone number of somebody of a company, written by themselves."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from stagemakelaar.db import transaction
from stagemakelaar.people import actions as people
from stagemakelaar.people.permissions import Permission
from stagemakelaar.reference import formats
from stagemakelaar.web.access import actor, allow
from stagemakelaar.web.forms import BaseForm, Text, required

pages = Blueprint("own_contact", __name__)


class ContactForm(BaseForm):
    """Who to ask for, and at which number."""

    name = Text(_l("Naam"), [required(_l("Vul uw naam in."))], clean=formats.clean_name)
    phone = Text(
        _l("Telefoonnummer"),
        clean=formats.clean_phone,
        description=_l("Dit hoeft niet."),
        render_kw={"type": "tel", "autocomplete": "tel"},
    )


@pages.get("/bedrijf/contactpersoon")
@allow(Permission.OWN_ORGANISATION)
def show():
    """What is kept of this person, to be put right."""
    user = actor()
    return render_template("employer/contact.html", form=ContactForm(data={"name": user.name, "phone": user.phone}))


@pages.post("/bedrijf/contactpersoon")
@allow(Permission.OWN_ORGANISATION)
def save():
    form = ContactForm(request.form)
    if not form.validate():
        return render_template("employer/contact.html", form=form), 422
    with transaction() as session:
        people.correct_contact(session, actor(), name=form.name.data, phone=form.phone.data or None)
    flash(_("Uw gegevens zijn bewaard."), "success")
    return redirect(url_for(".show"), 303)
