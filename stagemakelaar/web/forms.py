"""The base form: guarded against forgery, cleaned before it is checked, and nothing typed is lost."""

from datetime import timedelta

from flask import Response, abort, current_app, flash, g, request, session
from flask_babel import get_locale, gettext, lazy_gettext
from wtforms import Form, PasswordField, StringField, TextAreaField
from wtforms.csrf.session import SessionCSRF
from wtforms.validators import ValidationError

from stagemakelaar import clock
from stagemakelaar.errors import DomainError, IllegalMove, Overtaken
from stagemakelaar.reference import formats
from stagemakelaar.web.errors import show as show_error


class _Csrf(SessionCSRF):
    """The session's token, read by our own clock and refused in our own words."""

    def now(self):
        """The moment by which tokens lapse."""
        return clock.now().replace(tzinfo=None)

    def validate_csrf_token(self, form, field):
        """Refuse a form that we did not hand out, or so long ago that it may be another's."""
        try:
            super().validate_csrf_token(form, field)
        except ValueError as wrong:
            raise ValidationError(
                gettext(
                    "Deze pagina stond te lang open. Wat je typte staat er nog: kijk het na en verstuur het opnieuw."
                )
            ) from wrong


class BaseForm(Form):
    """A form with a token. Pass `request.form` when it was sent, and name the arguments when it calls an action."""

    class Meta:
        """How all our forms are guarded and in which words they refuse."""

        csrf = True
        csrf_class = _Csrf
        csrf_time_limit = timedelta(hours=12)

        @property
        def csrf_secret(self):
            return current_app.config["SETTINGS"].secret_key.encode()

        @property
        def csrf_context(self):
            return session

        @property
        def locales(self):
            return [str(get_locale() or "nl")]

    overtaken = False

    @property
    def status(self):
        """The status of a page that shows this form: 200, 422 for a mistake in it, 409 when someone else was first."""
        return 409 if self.overtaken else 422 if self.errors else 200

    def refuse(self, refusal):
        """Show a refusal of the rules at its field, or in the summary when it has none here."""
        self.overtaken = isinstance(refusal, Overtaken | IllegalMove)
        sentence = say(refusal)
        field = self._fields.get(refusal.field) if refusal.field else None
        if field is None:
            self.form_errors.append(sentence)
        else:
            field.errors = [*field.errors, sentence]


class ButtonForm(BaseForm):
    """A form that is one button: only the token is checked."""


def must_be_pressed(back):
    """Go on when a button was pressed on a page of ours that is not too old; else say so, and show the way back.

    Whoever turns out to be overtaken later in this request is shown the same way.
    """
    g.way_on = back
    if not ButtonForm(request.form).validate():
        abort(Response(*show_error(400, message=gettext("Deze pagina stond te lang open. Probeer het opnieuw."))))


def pressed(sent):
    """Whether a button was pressed on a page of ours that is not too old; else a message says what to do."""
    if ButtonForm(sent).validate():
        return True
    flash(gettext("Deze pagina stond te lang open. Probeer het opnieuw."), "error")
    return False


def say(refusal):
    """A refusal as a sentence in the language of the page."""
    sentence = gettext(refusal.message)
    return sentence % refusal.values if refusal.values else sentence


class Cleaned:
    """A field whose text is brought into shape, or refused, by a function of `reference.formats`."""

    name: str
    several_lines = False

    def __init__(self, *args, clean=None, longest=formats.LONGEST_TEXT, **kwargs):
        super().__init__(*args, **kwargs)
        self.clean = clean or self._plain
        self.longest = longest
        self.typed = None

    def _plain(self, text):
        return formats.clean_text(
            text, field=self.name, longest=self.longest, several_lines=self.several_lines, required=False
        )

    def process_formdata(self, valuelist):
        """Keep what was typed, so that a refused text comes back as it was; what was not sent is an empty field."""
        self.typed = self.data = valuelist[0] if valuelist else ""
        if not self.typed.strip():
            self.data = ""
            return
        try:
            self.data = self.clean(self.typed)
        except DomainError as refusal:
            raise ValueError(say(refusal)) from refusal

    def _value(self):
        if self.typed is not None:
            return self.typed
        return str(self.data) if self.data is not None else ""


class Text(Cleaned, StringField):
    """One line of text."""


class LongText(Cleaned, TextAreaField):
    """Several lines of text."""

    several_lines = True


def required(message):
    """A validator: something must be filled in, and this sentence says what."""

    def check(_form, field):
        if field.errors:
            return
        # Where no file was chosen, a browser sends one without a name.
        if field.data is None or field.data in ("", []) or getattr(field.data, "filename", None) == "":
            raise ValidationError(str(message))

    return _marking(check, required=True)


def new_password():
    """The field for a new password, which is taken exactly as typed."""
    return PasswordField(
        lazy_gettext("Nieuw wachtwoord"),
        validators=[required(lazy_gettext("Kies een wachtwoord."))],
        description=lazy_gettext("Minstens 12 tekens. Drie of vier losse woorden onthoudt u makkelijk."),
        render_kw={"autocomplete": "new-password"},
    )


def _marking(check, **flags):
    """A validator that also tells the page something about its field."""
    check.field_flags = flags
    return check
