"""What may stand in a profile: one function per step that gives back every refusal, each at its field.

A rule looks at the whole draft (field → value), since age, period and qualification limit one another. What is empty
breaks no rule here; whether something is missing is asked elsewhere.
"""

from datetime import timedelta

from stagemakelaar.errors import N_, DomainError
from stagemakelaar.reference.queries import qualification, work_processes_with
from stagemakelaar.reference.vocabulary import LateHours

YOUNGEST = 14
UNDER_GUIDANCE = 16  # younger than this is not matched by the computer: the broker looks along
ADULT = 18
OLDEST = 100
MONTHS_AHEAD = 24
LONGEST_YEARS = 4
SEARCHING_YEARS = 3
MINOR_WEEK = 40  # hours, school included (Arbeidstijdenwet 5:7; time at school counts)
MINOR_DAYS = 6  # of work and school: 36 hours in a row are free each week (Arbeidstijdenwet 5:5)
SHORTEST_DAY = 4  # hours: a shorter day at a company is no working day to learn from
LONGEST_DAY = 12  # hours, as a company can say it
MOST_KINDS = 5


def age(born, day):
    """Age in whole years on a day, or None when the birth date is not known."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_minor(draft, today):
    """Whether the rules for 16- and 17-year-olds count: under 18 on the first day (or today, while that is open)."""
    years = age(draft["birth_date"], draft["starts_on"] or today)
    return years is not None and years < ADULT


def hours_left_a_day(school_hours, days_per_week):
    """The most hours on a working day that leave a minor within the week, school included."""
    return max(MINOR_WEEK - school_hours, 0) // days_per_week


def details(_session, draft, today):
    """Name, birth date, telephone."""
    born = draft["birth_date"]
    if born is None:
        return
    if born > today:
        yield DomainError(N_("Deze dag is nog niet geweest. Kijk het jaartal na."), field="birth_date")
    elif age(born, today) > OLDEST:
        yield DomainError(N_("Dan zou je ouder zijn dan 100 jaar. Kijk het jaartal na."), field="birth_date")
    elif age(born, draft["starts_on"] or today) < YOUNGEST:
        yield _too_young("birth_date")


def study(session, draft, today):
    """Qualification, path, school."""
    day = draft["starts_on"] or today
    if draft["code"]:
        found = qualification(session, draft["code"])
        if found is None:
            yield DomainError(
                N_("Opleidingscode %(code)s kennen we niet. Zoek je opleiding op naam."),
                field="code",
                code=draft["code"],
            )
        else:
            if found.valid_until is not None and found.valid_until < day:
                yield DomainError(
                    N_("Opleidingscode %(code)s is gestopt. Vraag op school welke code je nu hebt."),
                    field="code",
                    code=found.code,
                )
            if draft["leerweg"] is not None and draft["leerweg"] not in found.leerwegen:
                yield DomainError(N_("Deze opleiding is er alleen in de andere leerweg. Kies die."), field="leerweg")
    if draft["school_year"] is not None and not 1 <= draft["school_year"] <= 4:
        yield DomainError(N_("Vul een jaar in van 1 tot en met 4."), field="school_year")


def period(_session, draft, today):
    """First and last day, days, hours."""
    yield from _dates(draft, today)
    yield from _searching(draft, today)
    days, possible = draft["days_per_week"], draft["weekdays"]
    if days is not None and not 1 <= days <= 7:
        yield DomainError(N_("Vul een aantal dagen in van 1 tot en met 7."), field="days_per_week")
        return
    if days is not None and possible and len(possible) < days:
        yield DomainError(
            N_("Je wilt %(days)s dagen per week, maar je kruiste er %(possible)s aan. Kruis er meer aan."),
            field="weekdays",
            days=days,
            possible=len(possible),
        )
    yield from _hours(draft)
    if is_minor(draft, today):
        yield from _minor(draft)


def journey(_session, draft, _today):
    """Where from, by which means, how long. A postcode that we do not know excludes nobody."""
    minutes = draft["max_minutes"]
    if minutes is not None and not 10 <= minutes <= 120:
        yield DomainError(N_("Vul een aantal minuten in van 10 tot en met 120."), field="max_minutes")


def learning(session, draft, _today):
    """What someone wants to learn, and which work is liked best."""
    for name in ("work_processes", "required_processes"):
        wanted = draft[name]
        own = {found.id for found in work_processes_with(session, wanted) if found.code == draft["code"]}
        if set(wanted) - own:
            yield DomainError(N_("Kies alleen werk dat bij jouw opleiding hoort."), field=name)
    kinds = draft["kinds"]
    if len(kinds) > MOST_KINDS:
        yield DomainError(N_("Kies hoogstens vijf soorten werk."), field="kinds")
    if len(set(kinds)) < len(kinds):
        yield DomainError(
            N_("Je koos hetzelfde soort werk twee keer. Kies iets anders of laat het leeg."), field="kinds"
        )


def needs(_session, _draft, _today):
    """Which workplace is needed: every combination is possible, and why is never asked."""
    return []


RULES = {
    "gegevens": details,
    "opleiding": study,
    "wanneer": period,
    "waar": journey,
    "leren": learning,
    "nodig": needs,
}


def _dates(draft, today):
    first, last = draft["starts_on"], draft["ends_on"]
    if first is not None:
        if first < today:
            yield DomainError(N_("Deze dag is al geweest. Kies een dag vanaf vandaag."), field="starts_on")
        elif first > _months_on(today, MONTHS_AHEAD):
            yield DomainError(N_("Dit is meer dan 24 maanden vooruit. Kijk het jaartal na."), field="starts_on")
        elif (years := age(draft["birth_date"], first)) is not None and years < YOUNGEST:
            yield _too_young("starts_on")
    if last is not None:
        if last < today:
            yield DomainError(N_("Deze dag is al geweest. Kies een dag na de eerste dag."), field="ends_on")
        elif first is not None and last <= first:
            yield DomainError(N_("De laatste dag ligt vóór de eerste dag. Kijk de datums na."), field="ends_on")
        elif first is not None and last > first + timedelta(days=366 * LONGEST_YEARS):
            yield DomainError(N_("Dit is meer dan vier jaar na de eerste dag. Kijk het jaartal na."), field="ends_on")


def _searching(draft, today):
    since = draft["searching_since"]
    if since is not None and since > today:
        yield DomainError(
            N_("Deze dag is nog niet geweest. Vul in wanneer je begon met zoeken."), field="searching_since"
        )
    elif since is not None and since < _months_on(today, -12 * SEARCHING_YEARS):
        yield DomainError(N_("Dit is meer dan drie jaar geleden. Kijk het jaartal na."), field="searching_since")


def _hours(draft):
    first, last, days, hours = draft["starts_on"], draft["ends_on"], draft["days_per_week"], draft["hours_required"]
    if hours is None:
        return
    if not 1 <= hours <= 9999:
        yield DomainError(N_("Vul een aantal uren in van 1 tot en met 9999."), field="hours_required")
    elif first is not None and last is not None and days and first < last:
        most = ((last - first).days + 1) * days * LONGEST_DAY // 7
        if hours > most:
            yield DomainError(
                N_("In jouw periode passen hoogstens %(most)s uur. Kijk de uren, de dagen en de datums na."),
                field="hours_required",
                most=most,
            )


def _minor(draft):
    if draft["late_hours"] is LateHours.NIGHT:
        yield DomainError(
            N_("Je bent dan nog geen 18. Werken na 23.00 uur mag dan niet. Kies iets anders."), field="late_hours"
        )
    days, school = draft["days_per_week"], draft["school_hours"]
    if days and days + bool(school) > MINOR_DAYS:
        yield DomainError(
            N_("Je bent dan nog geen 18: je moet elke week een dag vrij zijn. Vul minder dagen in."),
            field="days_per_week",
        )
    if days and school is not None and hours_left_a_day(school, days) < SHORTEST_DAY:
        yield DomainError(
            N_(
                "Je bent dan nog geen 18: school en stage zijn samen hoogstens 40 uur per week. Met %(school)s uur "
                "school is er te weinig tijd voor %(days)s dagen stage. Vul minder dagen in, of kijk je schooluren na."
            ),
            field="days_per_week",
            school=school,
            days=days,
        )


def _too_young(field):
    return DomainError(
        N_("Je moet op de eerste dag 14 jaar of ouder zijn. Ben je jonger? Praat dan met je school."), field=field
    )


def _months_on(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month + 1, day=last)
        except ValueError:
            continue
    return day
