"""The forms of the pages of a case and of a company: a call in one line, a task, a note, a hand-over."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Optional

from stagemakelaar import clock
from stagemakelaar.casework.models import ContactKind
from stagemakelaar.casework.tasks import LONGEST
from stagemakelaar.web.fields import Day, OneOf, Pick
from stagemakelaar.web.forms import BaseForm, LongText, Text, required

WEEK = timedelta(days=7)
NOT_AGAIN, IN_A_WEEK, IN_TWO_WEEKS = "niet", "week", "twee-weken"
NEXT = {IN_A_WEEK: WEEK, IN_TWO_WEEKS: 2 * WEEK}


class CallForm(BaseForm):
    """A talk, noted in ten seconds: one line and Enter. All else has an answer already, or may stay empty."""

    note = Text(
        _l("Wat is er besproken?"),
        [required(_l("Schrijf in het kort op wat er besproken is."))],
        longest=2000,
        render_kw={"autocomplete": "off"},
    )
    kind = OneOf(_l("Soort contact"), [required(_l("Kies wat voor contact het was."))], among=ContactKind)
    held_on = Day(_l("Op welke dag"), [required(_l("Vul in wanneer het was."))])
    with_whom = Text(_l("Met wie"), [Optional()], longest=100)
    todo = Text(
        _l("Wat moet er nu gebeuren?"),
        [Optional()],
        longest=LONGEST,
        render_kw={"autocomplete": "off"},
    )

    def __init__(self, sent=None, **kwargs):
        super().__init__(sent, held_on=clock.today(), kind=ContactKind.CALL, **kwargs)

    def facts(self):
        """What `record_contact` and its twin for companies want."""
        return {
            "kind": self.kind.data,
            "held_on": self.held_on.data,
            "with_whom": self.with_whom.data or "",
            "note": self.note.data,
        }

    def task_day(self):
        """The day for what must happen now: in a week."""
        return clock.today() + WEEK


class StudentCallForm(CallForm):
    """The same about a student, with the day of the next talk."""

    again = OneOf(
        _l("Volgend contact"),
        [Optional()],
        among=(
            (NOT_AGAIN, _l("niet gepland")),
            (IN_A_WEEK, _l("over een week")),
            (IN_TWO_WEEKS, _l("over twee weken")),
        ),
    )
    next_on = Day(_l("Of op deze dag"), [Optional()], description=_l("Dan staat het die dag op uw lijst."))

    def __init__(self, sent=None, **kwargs):
        super().__init__(sent, again=NOT_AGAIN, **kwargs)
        self.note.description = _l("De student mag dit lezen. Schrijf niets over gezondheid, geloof of afkomst.")
        self.with_whom.description = _l("Leeg laten kan: dan was het met de student zelf.")
        self.todo.description = _l("Wordt een taak voor u, op de dag van het volgende contact of over een week.")

    @property
    def next_day(self):
        """The day of the next talk, if there is to be one: the day itself goes before the week."""
        if self.next_on.data:
            return self.next_on.data
        return clock.today() + NEXT[self.again.data] if self.again.data in NEXT else None

    def task_day(self):
        """The day for what must happen now: that of the next talk, else in a week."""
        return max(self.next_day or super().task_day(), clock.today())


class CompanyCallForm(CallForm):
    """The same about a company, of which only our programme reads."""

    def __init__(self, sent=None, **kwargs):
        super().__init__(sent, **kwargs)
        self.note.description = _l("Alleen uw eigen programma leest dit. Schrijf niets over een student.")
        self.todo.description = _l("Wordt een taak voor u, over een week.")


class NoteForm(BaseForm):
    """Something to remember, when nobody was spoken to."""

    text = LongText(
        _l("Notitie"),
        [required(_l("Schrijf op wat u wilt onthouden."))],
        longest=2000,
        description=_l(
            "Voor u en uw collega's. De student ziet dit niet vanzelf, maar mag ernaar vragen en leest het dan. "
            "Schrijf niets over gezondheid, geloof of afkomst. Een notitie kan niet meer veranderd worden."
        ),
        render_kw={"rows": "3"},
    )


def task_form(brokers, sent=None):
    """The form of a task for oneself, a colleague or whoever comes first."""

    class TaskForm(BaseForm):
        what = Text(
            _l("Wat moet er gebeuren?"),
            [required(_l("Schrijf op wat er moet gebeuren."))],
            longest=LONGEST,
            render_kw={"autocomplete": "off"},
        )
        due_on = Day(_l("Vóór of op"), [required(_l("Kies een dag."))])
        for_whom = Pick(
            _l("Voor wie"),
            [Optional()],
            among=[(broker.id, broker.name or broker.email) for broker in brokers],
            empty=_l("wie het eerst kan"),
        )

    return TaskForm(sent, due_on=clock.today() + WEEK)


def hand_over_form(brokers, sent=None, *, holder):
    """The form that gives a case to one of these brokers; `holder` says whose it was when the page was made."""

    class HandOverForm(BaseForm):
        to = OneOf(
            _l("Aan wie?"),
            [required(_l("Kies een stagemakelaar."))],
            among=[(broker.id, broker.name or broker.email) for broker in brokers],
        )
        why = LongText(
            _l("Toelichting"),
            [required(_l("Schrijf op waarom u de zaak overdraagt."))],
            description=_l("Wat moet uw collega weten? De student mag dit lezen."),
            render_kw={"rows": "4"},
        )
        holder = HiddenField()

    form = HandOverForm(sent)
    if sent is None:
        form.holder.data = str(holder or "")
    return form


class WhyForm(BaseForm):
    """A change that owes a reason."""

    why = LongText(_l("Waarom?"), [required(_l("Schrijf op waarom."))], render_kw={"rows": "3"})
