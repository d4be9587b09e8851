"""What can be done for many students at once: give a task, hand over, take over, pause, resume."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from stagemakelaar.casework import actions, tasks
from stagemakelaar.casework.models import CaseState
from stagemakelaar.casework.queries import brokers_of
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.flow import can_move
from stagemakelaar.people.models import User
from stagemakelaar.placements import resting
from stagemakelaar.web.access import actor
from stagemakelaar.web.fields import Day, Pick
from stagemakelaar.web.forms import BaseForm, ButtonForm, LongText, Text, required
from stagemakelaar.web.together import Deed

# --- forms ---------------------------------------------------------------------------------------------------------


class WhyForm(BaseForm):
    """A change that owes a reason, the same for all."""

    why = LongText(_l("Waarom?"), [required(_l("Schrijf op waarom."))], render_kw={"rows": "3"})


def _task_form(session, sent):
    """What must be done for each of them, before when, and by whom."""

    class TaskForm(BaseForm):
        what = Text(
            _l("Wat moet er gebeuren?"),
            [required(_l("Schrijf op wat er moet gebeuren."))],
            longest=tasks.LONGEST,
            description=_l("Bijvoorbeeld: bel de school over de uren. Iedere student krijgt deze taak."),
        )
        due_on = Day(_l("Uiterlijk op"), [required(_l("Vul een datum in."))])
        for_whom = Pick(_l("Voor wie"), [], among=_brokers(session), empty=_l("wie de zaak heeft"))

    return TaskForm(sent)


def _colleague_form(session, sent):
    """Who gets the cases, with a word of explanation."""

    class ColleagueForm(WhyForm):
        to = Pick(
            _l("Aan wie?"),
            [required(_l("Kies een collega."))],
            among=[(number, name) for number, name in _brokers(session) if number != actor().id],
            empty=_l("Kies een collega"),
        )

    return ColleagueForm(sent)


def _brokers(session):
    return [(user.id, user.name or user.email) for user in brokers_of(session, actor().programme_id)]


# --- who cannot take part, and doing it ----------------------------------------------------------------------------


def _task_objects(case, _form, _user):
    return DomainError(N_("De zaak is afgerond.")) if case.state is CaseState.CLOSED else None


def _give_task(session, case, form, *, by):
    whose = session.get(User, form.for_whom.data) if form.for_whom.data else case.broker
    tasks.add_task(session, what=form.what.data, due_on=form.due_on.data, case=case, for_whom=whose, by=by)


def _over_objects(case, broker_id):
    if case.state is CaseState.CLOSED:
        return DomainError(N_("De zaak is afgerond."))
    return DomainError(N_("De zaak is al van deze stagemakelaar.")) if case.broker_id == broker_id else None


def _hand_over(session, case, form, *, by):
    actions.hand_over(session, case, to=session.get_one(User, form.to.data), why=form.why.data, by=by)


def _take_over(session, case, form, *, by):
    actions.hand_over(session, case, to=by, why=form.why.data, by=by)


def _pause_objects(case, _form, _user):
    return None if can_move(case, CaseState.PAUSED) else DomainError(N_("De zaak staat al stil of is afgerond."))


def _resume_objects(case, _form, _user):
    return None if case.state is CaseState.PAUSED else DomainError(N_("De zaak is niet gepauzeerd."))


DEEDS = {
    "taak": Deed(
        _l("Geef een taak"),
        _task_form,
        lambda n: ngettext("Geef %(num)s student een taak", "Geef %(num)s studenten een taak", n),
        _l("Bij elke student komt een eigen taak. U laat een taak weer vervallen bij de student."),
        _task_objects,
        _give_task,
        lambda n: ngettext("De taak staat bij %(num)s student.", "De taak staat bij %(num)s studenten.", n),
    ),
    "overdragen": Deed(
        _l("Draag over aan een collega"),
        _colleague_form,
        lambda n: ngettext("Draag %(num)s zaak over", "Draag %(num)s zaken over", n),
        _l("De zaken zijn meteen van uw collega, die ze op Vandaag vindt. Terug kan tot die ze heeft gelezen."),
        lambda case, form, _user: _over_objects(case, form.to.data or 0),
        _hand_over,
        lambda n: ngettext("%(num)s zaak is overgedragen.", "%(num)s zaken zijn overgedragen.", n),
    ),
    "overnemen": Deed(
        _l("Neem over"),
        lambda _session, sent: WhyForm(sent),
        lambda n: ngettext("Neem %(num)s zaak over", "Neem %(num)s zaken over", n),
        _l("De zaken zijn meteen van u. Daarna kunt u ze weer overdragen."),
        lambda case, _form, user: _over_objects(case, user.id),
        _take_over,
        lambda n: ngettext("%(num)s zaak is nu van u.", "%(num)s zaken zijn nu van u.", n),
    ),
    "pauzeren": Deed(
        _l("Pauzeer"),
        lambda _session, sent: WhyForm(sent),
        lambda n: ngettext("Pauzeer %(num)s zaak", "Pauzeer %(num)s zaken", n),
        _l(
            "Wie gepauzeerd is, doet niet mee in een berekening. Hervatten kan altijd: alles staat dan zoals het stond."
        ),
        _pause_objects,
        lambda session, case, form, by: resting.pause(session, case, by=by, why=form.why.data),
        lambda n: ngettext("%(num)s zaak staat stil.", "%(num)s zaken staan stil.", n),
    ),
    "hervatten": Deed(
        _l("Hervat"),
        lambda _session, sent: ButtonForm(sent),
        lambda n: ngettext("Hervat %(num)s zaak", "Hervat %(num)s zaken", n),
        _l("De zaken gaan verder waar ze waren. Pauzeren kan daarna weer."),
        _resume_objects,
        lambda session, case, _form, by: resting.resume(session, case, by=by),
        lambda n: ngettext("%(num)s zaak loopt weer.", "%(num)s zaken lopen weer.", n),
    ),
}
