"""Fields that give back what an action wants: a date, a whole number, members of an enum, an amount of money."""

import contextlib
import enum
import re
from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.fields.choices import Choice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, Option, Select

from stagemakelaar.labels import label as words_for

NO_CHOICE = _("Geen keus")
_DUTCH_DATE = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_BROWSERS_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class Typed(StringField):
    """Text that stands for something else. What cannot be read comes back as it was typed."""

    typed = None

    def process_formdata(self, valuelist):
        """Read the text, or keep it and say what is right."""
        self.typed = valuelist[0].strip() if valuelist else None
        self.data = None  # what was known before must not take the place of what was typed
        self.data = self.read(self.typed) if self.typed else None

    def _value(self):
        return self.typed if self.typed is not None else self.show(self.data)


class Version(HiddenField):
    """The version of the record as the page showed it, so that nobody decides about what changed meanwhile."""

    def process_formdata(self, valuelist):
        """Read the number that we gave out; anything else, or nothing, is no page of ours."""
        text, self.data = (valuelist[0] if valuelist else ""), None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise ValueError(str(_("Deze pagina is niet goed aangekomen. Open haar opnieuw.")))
        self.data = int(text)


class Day(Typed):
    """A date: as the browser sends it (2027-04-01) or as people write it (1-4-2027), and in no other way that the
    norm for dates knows: 20270401 is a slip more often than a date.
    """

    def __init__(self, *args, render_kw=None, **kwargs):
        super().__init__(*args, render_kw={"type": "date", **(render_kw or {})}, **kwargs)

    def read(self, text):
        """The date that is meant."""
        dutch, browsers = _DUTCH_DATE.fullmatch(text), _BROWSERS_DATE.fullmatch(text)
        parts = dutch.groups()[::-1] if dutch else browsers.groups() if browsers else ()
        with contextlib.suppress(ValueError, TypeError):  # no such day, no parts
            day = date(*map(int, parts))
            if 1900 <= day.year <= 2100:
                return day
        raise ValueError(str(_("Vul een datum in zoals 1-4-2027.")))

    def show(self, day):
        """The date as a browser's date field wants it."""
        return day.isoformat() if day else ""

    def _value(self):
        return self.show(self.data) if self.data else (self.typed or "")

    def __call__(self, **kwargs):
        """A date field, or a text field when what was typed is no date: a browser would make it disappear."""
        if self.typed and self.data is None:
            kwargs["type"] = "text"
        return super().__call__(**kwargs)


class WholeNumber(Typed):
    """A whole number between two bounds."""

    def __init__(self, *args, least=0, most=1_000_000, render_kw=None, **kwargs):
        super().__init__(*args, render_kw={"inputmode": "numeric", **(render_kw or {})}, **kwargs)
        self.least = least
        self.most = most

    def read(self, text):
        """The number, if it lies within the bounds."""
        if not re.fullmatch(r"-?[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(
                str(_("Vul een heel getal in van %(least)s tot en met %(most)s.", least=self.least, most=self.most))
            )
        return int(text)

    def show(self, number):
        """The number in digits."""
        return "" if number is None else str(number)


class Euros(Typed):
    """An amount of money, kept in cents."""

    def __init__(self, *args, most=1_000_000, render_kw=None, **kwargs):
        super().__init__(*args, render_kw={"inputmode": "decimal", **(render_kw or {})}, **kwargs)
        self.most = most

    def read(self, text):
        """The cents that are meant."""
        bare = text.replace("€", "").replace(" ", "").removesuffix(",-")
        parts = re.fullmatch(r"([0-9]{1,7})(?:[.,]([0-9]{2}))?", bare)
        if not parts or int(parts[1]) * 100 > self.most:
            raise ValueError(str(_("Vul een bedrag in zoals 300 of 287,50.")))
        return int(parts[1]) * 100 + int(parts[2] or 0)

    def show(self, cents):
        """The amount with a decimal comma, without cents when there are none."""
        if cents is None:
            return ""
        return str(cents // 100) if cents % 100 == 0 else f"{cents // 100},{cents % 100:02d}"


class OneOf(RadioField):
    """One member of an enum, or of any list of (value, words) pairs; None when nothing was chosen."""

    def __init__(self, *args, among, **kwargs):
        self._members = _members(among)
        choices = [SelectChoice(value=key, label=words) for key, (_member, words) in self._members.items()]
        super().__init__(*args, choices=choices, coerce=self._member, validate_choice=False, **kwargs)

    def process_formdata(self, valuelist):
        """Accept only what was offered."""
        if not valuelist or not valuelist[0]:
            self.data = None
            return
        if valuelist[0] not in self._members:
            raise ValueError(str(_("Kies een van de mogelijkheden.")))
        self.data = self._members[valuelist[0]][0]

    def _member(self, value):
        return self._members[value][0] if isinstance(value, str) and value in self._members else value


class Pick(OneOf):
    """The same as `OneOf` in a list that opens; for more choices than can be shown as radios."""

    widget = Select()
    option_widget = Option()

    def __init__(self, *args, empty=NO_CHOICE, **kwargs):
        self._empty = empty
        super().__init__(*args, **kwargs)

    def iter_choices(self):
        """What was offered, after the words for no choice."""
        nothing = Choice(value="", label=self._empty, selected=self.data is None, render_kw={})
        return [nothing, *super().iter_choices()]


class SomeOf(SelectMultipleField):
    """Any number of members of an enum, or of a list of (value, words) pairs, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, *args, among=(), most=None, **kwargs):
        self.most = most
        self._members = _members(among)
        choices = [SelectChoice(value=key, label=words) for key, (_member, words) in self._members.items()]
        super().__init__(*args, choices=choices, coerce=self._member, validate_choice=False, **kwargs)

    def process_formdata(self, valuelist):
        """Accept only what was offered; each once."""
        self.data = [self._members[value][0] for value in dict.fromkeys(valuelist) if value in self._members]
        if any(value not in self._members for value in valuelist):
            raise ValueError(str(_("Kies uit de lijst.")))

    def pre_validate(self, _form):
        """Refuse more than may be chosen."""
        if self.most is not None and self.data and len(self.data) > self.most:
            raise ValidationError(str(_("Kies er hoogstens %(most)s.", most=self.most)))

    def _member(self, value):
        return self._members[value][0] if isinstance(value, str) and value in self._members else value


def _members(among):
    """From an enum, some of its members, or pairs to a table: text in the form → (what the action gets, words)."""
    among = list(among)
    if all(isinstance(one, enum.Enum) for one in among):
        return {member.value: (member, words_for(member)) for member in among}
    return {str(one.value if isinstance(one, enum.Enum) else one): (one, words) for one, words in among}
