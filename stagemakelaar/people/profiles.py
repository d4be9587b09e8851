"""A student's profile, one step at a time: what may be filled in, when it is enough to search with.

A step may be saved half; what is typed must be right. Once it was handed in, what the search needs stays filled.
"""

import enum
from dataclasses import dataclass

from sqlalchemy.orm.attributes import flag_modified

from stagemakelaar import audit, clock
from stagemakelaar.errors import N_, DomainError, Overtaken
from stagemakelaar.people.profile_rules import RULES, is_minor
from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, TravelMode, Weekday, mask_of, members_of


class Step(enum.Enum):
    """Stap van het profiel: one page of questions. The value is its name in the address and in `steps_done`."""

    DETAILS = "gegevens"
    STUDY = "opleiding"
    PERIOD = "wanneer"
    JOURNEY = "waar"
    LEARNING = "leren"
    NEEDS = "nodig"


class StepState(enum.Enum):
    """Stand van een stap: computed from what is filled in."""

    TO_DO = "to_do"
    STARTED = "started"
    DONE = "done"


FIELDS = {
    Step.DETAILS: ("first_name", "prefix", "last_name", "birth_date", "phone"),
    Step.STUDY: ("code", "leerweg", "school_name", "school_brin", "school_year"),
    Step.PERIOD: (
        "starts_on",
        "ends_on",
        "days_per_week",
        "weekdays",
        "school_hours",
        "late_hours",
        "hours_required",
        "searching_since",
        "applied_to",
        "applied_note",
    ),
    Step.JOURNEY: ("postcode", "travel_modes", "max_minutes"),
    Step.LEARNING: ("learning_wish", "work_processes", "required_processes", "kinds"),
    Step.NEEDS: ("must", "wishes", "has_vog", "in_childcare_register"),
}

# What the search cannot do without, with the sentence that asks for it.
NEEDED = {
    Step.DETAILS: {
        "first_name": N_("Vul je voornaam in."),
        "birth_date": N_("Vul je geboortedatum in."),
    },
    Step.STUDY: {
        "code": N_("Kies je opleiding."),
        "leerweg": N_("Kies bol of bbl."),
    },
    Step.PERIOD: {
        "starts_on": N_("Vul in wanneer je stage moet beginnen."),
        "ends_on": N_("Vul in wanneer je stage klaar moet zijn."),
        "days_per_week": N_("Vul in hoeveel dagen per week je stage loopt."),
        "weekdays": N_("Kruis aan op welke dagen je kunt."),
    },
    Step.JOURNEY: {
        "postcode": N_("Vul je postcode in."),
        "travel_modes": N_("Kies hoe je kunt reizen."),
        "max_minutes": N_("Vul in hoe lang je hoogstens wilt reizen."),
    },
    Step.LEARNING: {
        "learning_wish": N_("Schrijf op wat je wilt leren, of kies hieronder werk dat je wilt doen."),
    },
    Step.NEEDS: {},
}

_OF_STUDENT = frozenset({"first_name", "prefix", "last_name", "birth_date"})
_OF_USER = frozenset({"phone"})
_NAMES = frozenset({"first_name", "prefix", "last_name"})
_LISTS = {"travel_modes": TravelMode, "kinds": KindOfWork, "must": Feature, "wishes": Feature}


@dataclass(frozen=True)
class Missing:
    """Ontbreekt: something that the search needs and that is not filled in yet."""

    step: Step
    field: str | None
    message: str


class NotSaved(DomainError):
    """Niet opgeslagen: the first refusal, with all of them in `refusals`, so that a page shows each at its field."""

    def __init__(self, refusals):
        first = refusals[0]
        super().__init__(first.message, field=first.field, **first.values)
        self.refusals = refusals


def values_of(student, step):
    """What is filled in now in a step: field → value, in the types that `save_step` takes."""
    return {name: _read(student, name) for name in FIELDS[step]}


def save_step(session, student, step, values, *, version=None, is_placed=False, by):
    """Save one step of the profile; what is missing may come later.

    values      field → value: dates, members of the vocabulary (also in lists), numbers, cleaned text, None for empty
    version     of the profile as the form was made; Overtaken when someone saved since
    is_placed   whether the student has a live placement: then only name and phone may change
    Raises NotSaved with every refusal at its field.
    """
    profile = student.profile
    if unknown := set(values) - set(FIELDS[step]):
        raise ValueError(f"{step} has no {sorted(unknown)}")
    if version is not None and version != profile.version:
        raise Overtaken(
            N_(
                "Je profiel is intussen op een andere plek veranderd. Hieronder staat wat jij typte. "
                "Klopt het? Sla het dan nog een keer op."
            )
        )
    _may_change(student, step, values, is_placed=is_placed)
    draft = draft_of(student) | values
    if draft["code"] != profile.code:
        draft["work_processes"] = draft["required_processes"] = []  # they belong to the code that was left
    refusals = list(RULES[step.value](session, draft, clock.today()))
    if profile.completed_at is not None:
        refusals += [DomainError(gap.message, field=gap.field) for gap in gaps(draft, step)]
    if refusals:
        raise NotSaved(refusals)
    profile.work_processes, profile.required_processes = draft["work_processes"], draft["required_processes"]
    write(student, values)
    profile.steps_done = [done.value for done in Step if done is step or done.value in profile.steps_done]
    flag_modified(profile, "steps_done")  # the version also grows when only the name changed
    audit.record(session, "profile.saved", student, by=by, step=step.value)
    session.flush()


def missing(student):
    """What the search still needs, in the order of the steps; an empty list means that the profile can be handed in."""
    draft, found = draft_of(student), []
    for step in Step:
        lacking = gaps(draft, step)
        if not lacking and step.value not in student.profile.steps_done:
            lacking = [Missing(step, None, N_("Deze stap heb je nog niet bekeken."))]
        found += lacking
    return found


def state_of(student, step):
    """How far a step is."""
    profile = student.profile
    if step.value not in profile.steps_done and profile.completed_at is None:
        return StepState.TO_DO
    return StepState.STARTED if gaps(draft_of(student), step) else StepState.DONE


def objections(session, student):
    """What is filled in and no longer right, for instance a first day that has passed: pairs of (step, refusal)."""
    draft, today = draft_of(student), clock.today()
    return [(step, refusal) for step in Step for refusal in RULES[step.value](session, draft, today)]


def complete(session, student, *, version=None, by):
    """Hand the profile in: from now on the broker can search with it. Twice is once."""
    profile = student.profile
    if version is not None and version != profile.version:
        raise Overtaken(N_("Je profiel is intussen veranderd. Kijk het nog een keer na en stuur het dan in."))
    if missing(student):
        raise DomainError(N_("Je profiel is nog niet af. Hieronder staat wat er nog mist."))
    if wrong := objections(session, student):
        raise NotSaved([refusal for _step, refusal in wrong])
    if profile.completed_at is None:
        profile.completed_at = clock.now()
        audit.record(session, "profile.completed", student, by=by)
        session.flush()


def _may_change(student, step, values, *, is_placed):
    if not is_placed:
        return
    if step is not Step.DETAILS:
        raise Overtaken(
            N_(
                "Je hebt nu een plek. Zolang die loopt, kun je dit niet zelf veranderen. "
                "Klopt er iets niet? Bel dan je stagemakelaar."
            )
        )
    if values.get("birth_date", student.birth_date) != student.birth_date:
        raise DomainError(
            N_("Je hebt nu een plek. Klopt je geboortedatum niet? Bel dan je stagemakelaar."), field="birth_date"
        )


def gaps(draft, step):
    """What the search cannot do without and a step of this draft lacks."""
    found = [
        Missing(step, name, message)
        for name, message in NEEDED[step].items()
        if draft[name] is None or draft[name] == "" or draft[name] == []
    ]
    if step is Step.LEARNING and (draft["work_processes"] or draft["kinds"]):
        return []
    if step is Step.PERIOD and draft["school_hours"] is None and is_minor(draft, clock.today()):
        found.append(Missing(step, "school_hours", N_("Vul je schooluren in: tot je 18 bent tellen ze mee als werk.")))
    return found


def draft_of(student):
    """Everything that is filled in: field → value, as the rules of a profile read it."""
    return {name: _read(student, name) for names in FIELDS.values() for name in names}


def _read(student, name):
    if name in _OF_USER:
        return getattr(student.user, name)
    value = getattr(student if name in _OF_STUDENT else student.profile, name)
    if name == "weekdays":
        return members_of(Weekday, value)
    if name in _LISTS:
        return list(map(_LISTS[name], value))
    return value


def write(student, values):
    """Put values of any steps in their places: field → value, as `save_step` takes them. Checks nothing."""
    for name, value in values.items():
        _write(student, name, value)
    if _NAMES & set(values):
        student.sort_name = folded(f"{student.last_name} {student.prefix} {student.first_name}")[:220]
        student.user.name = student.full_name[:100]


def _write(student, name, value):
    if name == "weekdays":
        value = mask_of(value)
    elif name in _LISTS:
        value = [member.value for member in value]
    owner = student.user if name in _OF_USER else student if name in _OF_STUDENT else student.profile
    setattr(owner, name, value)
