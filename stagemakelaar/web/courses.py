"""Finding a course in the register by a few words or its code, without script: the page comes back with what fits."""

import re

from flask_babel import gettext as _

from stagemakelaar.db import current_session
from stagemakelaar.errors import DomainError
from stagemakelaar.reference import formats
from stagemakelaar.reference.queries import qualification, search_qualifications
from stagemakelaar.web.fields import OneOf

MOST = 20


def is_code(text):
    """Whether a text has the form of a code; anything else need not be looked for."""
    return len(text) == 5 and text.isascii() and text.isdecimal()


def code_in(text):
    """The code of five digits in a text such as "Kok, niveau 2 (25180)", or None."""
    return next((digits for digits in re.findall(r"[0-9]+", text) if is_code(digits)), None)


def matches(typed, *, on=None, most=MOST):
    """The courses that fit what someone typed: the one with the code in it, or those with all its words in their name.

    on      a day on which those found by name must be in use; None leaves none out
    """
    session = current_session()
    try:
        typed = formats.clean_text(typed, field="course", longest=200, required=False)
    except DomainError:  # the field itself says what is wrong
        return []
    code = code_in(typed)
    if code is None:
        return search_qualifications(session, typed, limit=most, on=on)
    exact = qualification(session, code)
    return [exact] if exact else []


def words(course):
    """A course as people tell it from another: name, level and code."""
    return _("%(name)s, niveau %(niveau)s (%(code)s)", name=course.name, niveau=course.niveau, code=course.code)


def resolving(form_class, formdata=None, **values):
    """A form with a text field `course`, and beside it a choice `code` between the courses that fit what was typed."""
    typed = formdata.get("course", "") if formdata else ""
    found = matches(typed) if typed else []

    code = OneOf(_("Welke bedoelt u?"), among=[(course.code, words(course)) for course in found])
    form = type("Form", (form_class,), {"code": code})(formdata, **values)
    form.found = found
    return form


def resolved(form):
    """The code that is meant, or None when the form now asks which one; nothing was stored then."""
    codes = [course.code for course in form.found]
    if form.code.data in codes:
        return form.code.data
    if len(codes) == 1:
        return codes[0]
    if codes:
        form.code.errors = [_("Er zijn meer opleidingen met deze woorden. Kies welke u bedoelt.")]
    else:
        form.course.errors = [_("We vinden geen opleiding met deze woorden. Probeer een ander woord of de code.")]
    return None
