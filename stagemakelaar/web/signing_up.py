"""Signing up: a student at a programme, or a company. Only an address is asked; the link in the mail does the rest."""

from flask import Blueprint, redirect, render_template, request
from flask_babel import lazy_gettext
from flask_login import current_user

from stagemakelaar.db import current_session
from stagemakelaar.people.queries import programme_called, programmes
from stagemakelaar.people.signing_in import LinkPurpose
from stagemakelaar.web.access import public
from stagemakelaar.web.fields import OneOf
from stagemakelaar.web.forms import required
from stagemakelaar.web.layout import home_of
from stagemakelaar.web.signing_in import AskForm, promise_letter

pages = Blueprint("signing_up", __name__)


@pages.get("/aanmelden")
@public
def index():
    """Which programmes there are."""
    return render_template("signing_in/programmes.html", programmes=programmes(current_session()))


@pages.get("/aanmelden/<slug>")
@public
def student(slug):
    """Sign up as a student: an address is enough to begin."""
    programme = programme_called(current_session(), slug)
    if current_user.is_authenticated:
        return redirect(home_of(current_user))
    return render_template("signing_in/student.html", form=AskForm(), programme=programme)


@pages.post("/aanmelden/<slug>")
@public
def ask_student(slug):
    """Promise the letter with which the account is made."""
    programme = programme_called(current_session(), slug)
    form = AskForm(request.form)
    if not form.validate():
        return render_template("signing_in/student.html", form=form, programme=programme), 422
    return promise_letter(form.email.data, LinkPurpose.STUDENT, programme)


@pages.get("/bedrijven")
@public
def companies():
    """What we ask of companies, and how it goes."""
    return render_template("signing_in/companies.html")


def company_form(sent=None):
    """The form for companies, which also asks where; with one programme there is nothing to choose."""
    offered = programmes(current_session())

    class CompanyForm(AskForm):
        programme = OneOf(
            lazy_gettext("Bij welke stagemakelaar wilt u plekken aanbieden?"),
            among=[(programme.slug, programme.name) for programme in offered],
            validators=[required(lazy_gettext("Kies bij wie u plekken wilt aanbieden."))],
        )

    form = CompanyForm(sent)
    form.email.validators = [required(lazy_gettext("Vul uw e-mailadres in, dan sturen we u een link."))]
    if len(offered) == 1:
        form.programme.data = form.programme.data or offered[0].slug
    return form


@pages.get("/bedrijven/aanmelden")
@public
def company():
    """Sign up as a company."""
    if current_user.is_authenticated:
        return redirect(home_of(current_user))
    return render_template("signing_in/company.html", form=company_form())


@pages.post("/bedrijven/aanmelden")
@public
def ask_company():
    """Promise the letter with which the account is made."""
    form = company_form(request.form)
    if not form.validate():
        return render_template("signing_in/company.html", form=form), 422
    programme = programme_called(current_session(), form.programme.data)
    return promise_letter(form.email.data, LinkPurpose.EMPLOYER, programme)
