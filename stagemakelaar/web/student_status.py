"""Where a student stands, in sentences: what happens now, who acts, by when; and the road so far as a time line."""

from dataclasses import dataclass, replace
from datetime import date

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _

from stagemakelaar import clock
from stagemakelaar.casework.models import Case, CaseState
from stagemakelaar.people.models import Student
from stagemakelaar.placements.models import PlacementState, StudentReason, WithdrawnBy
from stagemakelaar.placements.telling import working_days_from
from stagemakelaar.rounds.word import NEXT_WORD
from stagemakelaar.web.explanations import Audience, cause_in_words

FIRST_CONTACT, INTAKE, ACQUAINTANCE = 5, 10, 10  # working days


@dataclass(frozen=True)
class Situation:
    """Stand van zaken: all that the sentences rest on, so that they ask the database nothing."""

    student: Student
    case: Case
    placements: list  # oldest first
    contacts: list  # newest first
    search: object | None  # what the last run found, and when; without a cause where it found a place
    gaps: int  # steps of the profile that are not done
    today: date
    restriction: object | None = None  # what the student asked and was granted, when nothing may be done (AVG 18)

    @property
    def live(self):
        """The placement that counts now, or None."""
        return next((one for one in reversed(self.placements) if one.is_live), None)

    @property
    def last(self):
        """The latest placement, whatever became of it, or None."""
        return self.placements[-1] if self.placements else None

    @property
    def broker(self):
        """The first name of the broker, or who it is in general."""
        name = self.case.broker.name.split(" ")[0] if self.case.broker else ""
        return name or _("je stagemakelaar")


@dataclass(frozen=True)
class Status:
    """Stand: a title, a sentence with who acts and by when, and at most one thing to do."""

    title: str
    text: str
    more: tuple = ()  # further sentences
    button: str = ""
    url: str = ""


def status_of(now):
    """What happens now."""
    if now.live is not None:
        status = _OF_PLACEMENT[now.live.state](now, now.live)
        return replace(status, more=(*status.more, *_nothing_else(now)))
    if now.student.restricted_at is not None:
        return _restricted(now)
    if (
        now.last is not None
        and now.last.state is PlacementState.COMPLETED
        and now.case.state is not CaseState.SEARCHING
    ):
        return Status(
            _("Je stage is klaar."),
            _("Hoe het ging, bespreek je op school. Heb je nog een plek nodig? Bel ons dan."),
        )
    return _OF_CASE[now.case.state](now)


# --- while there is a placement ------------------------------------------------------------------------------------


def _planned(now, placement):
    url = url_for("student.letter", placement_id=placement.id)
    by = in_full(placement.answer_by_on)
    late = now.today > placement.answer_by_on
    if placement.student_accepted_at is None:
        text = (
            _("Je had uiterlijk %(day)s kunnen antwoorden. Dat kan nog steeds: doe het vandaag.", day=by)
            if late
            else _("Nu ben jij aan zet: laat uiterlijk %(day)s weten of je deze plek wilt.", day=by)
        )
        return Status(_("We hebben een plek voor je gevonden."), text, button=_("Bekijk de plek"), url=url)
    text = (
        _(
            "Het bedrijf had uiterlijk %(day)s moeten antwoorden. %(broker)s belt het bedrijf.",
            day=by,
            broker=_cap(now.broker),
        )
        if late
        else _("Nu is het bedrijf aan zet: het laat uiterlijk %(day)s weten of er plek is.", day=by)
    )
    return Status(_("Jij hebt ja gezegd."), text, button=_("Bekijk de plek"), url=url)


def _confirmed(_now, placement):
    by = working_days_from(placement.state_changed_at.astimezone(clock.AMSTERDAM).date(), ACQUAINTANCE)
    return Status(
        _("Je stage gaat door."),
        _(
            "Je begint op %(first)s bij %(company)s. "
            "Eerst leer je het bedrijf kennen: uiterlijk %(day)s hoor je wanneer.",
            first=in_full(placement.starts_on),
            company=placement.place.organisation.name,
            day=in_full(min(by, placement.starts_on)),
        ),
        (_("Je school maakt de stageovereenkomst. Die tekenen jij, je school en het bedrijf vóór de eerste dag."),),
        _("Bekijk je plek"),
        url_for("student.letter", placement_id=placement.id),
    )


def _active(now, placement):
    return Status(
        _("Je stage loopt."),
        _(
            "Je werkt tot en met %(day)s bij %(company)s. %(broker)s houdt contact.",
            day=in_full(placement.ends_on),
            company=placement.place.organisation.name,
            broker=_cap(now.broker),
        ),
        (_("Gaat het niet goed, of voel je je er niet veilig? Wacht niet en bel meteen."),),
        _("Bekijk je plek"),
        url_for("student.letter", placement_id=placement.id),
    )


_OF_PLACEMENT = {
    PlacementState.PLANNED: _planned,
    PlacementState.CONFIRMED: _confirmed,
    PlacementState.ACTIVE: _active,
}


def _nothing_else(now):
    if now.student.restricted_at is not None:
        yield _("Verder doen we niets met je gegevens, omdat je dat vroeg.")


# --- while there is none -------------------------------------------------------------------------------------------


def _signed_up(now):
    if now.student.profile.completed_at is None:
        return _unfinished(now)
    by = working_days_from(_day(now.student.profile.completed_at), FIRST_CONTACT)
    return Status(
        _("Je profiel is binnen."), _waiting(now, by, _("%(broker)s neemt contact met je op, uiterlijk %(day)s."))
    )


def _intake(now):
    if now.student.profile.completed_at is None:
        return _unfinished(now)
    by = _promised(now) or working_days_from(_last_word(now, now.case.state_changed_at), INTAKE)
    return Status(
        _("We leren je kennen."),
        _waiting(now, by, _("%(broker)s bespreekt met je wat je zoekt, uiterlijk %(day)s.")),
    )


def _searching(now):
    since, more = now.case.state_changed_at, ()
    lost = now.last if now.last is not None and now.last.state is PlacementState.WITHDRAWN else None
    if now.search is not None and (lost is None or now.search.found_at > lost.withdrawn_at):
        since = max(since, now.search.found_at)
        if now.search.cause:
            told = cause_in_words(now.search.cause, now.search.facts, Audience.STUDENT)
            more = tuple(filter(None, (told.what, told.next_step)))
    by = _promised(now) or working_days_from(_last_word(now, since), NEXT_WORD)
    word = _waiting(now, by, _("Je krijgt uiterlijk %(day)s bericht van %(who)s."))
    if lost is None:
        return Status(_("We zoeken een plek voor je."), word, more)
    title, comfort = _after_loss(lost)
    text = f"{comfort} {word}"
    if lost.withdraw_reason == StudentReason.UNSAFE.value:
        return Status(title, text, (*_unsafe(), *more), *_help())
    return Status(title, text, more)


def _after_loss(lost):
    """The title after a place that was lost, and the first thing to hear then."""
    company = lost.place.organisation.name
    if lost.withdrawn_by is WithdrawnBy.STUDENT:
        return _("We zoeken verder."), _("Je wilde de vorige plek niet. Dat mag. Je wachttijd telt gewoon door.")
    comfort = _("Dat ligt niet aan jou. Je gaat vooraan in de rij.")
    if lost.withdrawn_by is WithdrawnBy.EMPLOYER:
        return _("%(company)s heeft toch geen plek.", company=company), comfort
    return _("De plek bij %(company)s gaat niet door.", company=company), comfort


def _paused(_now):
    return Status(
        _("Je zoektocht staat even stil."), _("Wil je weer verder? Bel of mail ons, dan gaan we meteen door.")
    )


def _restricted(now):
    """Nobody searches because the student asked so; the student, or the programme a week after a letter, ends that."""
    title, first = _("Je zoektocht staat stil."), ""
    if now.last is not None and now.last.state is PlacementState.COMPLETED:
        title, first = _("Je stage is klaar."), _("Hoe het ging, bespreek je op school.")
    elif now.last is not None and now.last.withdrawn_by is not WithdrawnBy.STUDENT:
        title, first = _after_loss(now.last)[0], _("Dat ligt niet aan jou.")
    why = _("We zoeken nu niet verder, omdat je vroeg om even niets met je gegevens te doen.")
    if now.restriction is not None and now.restriction.ends_on is not None:
        day = in_full(now.restriction.ends_on)
        then = _("Op %(day)s gebruiken we ze weer. Wil je dat niet? Laat het ons voor die dag weten.", day=day)
    else:
        then = _(
            "Je hoeft nu niets te doen. Jij zegt wanneer het weer mag. "
            "Stopt het programma ermee? Dan krijg je een week van tevoren een mail."
        )
    button, url = _("Bekijk wat je vroeg"), url_for("own_rights.restrict")
    if now.last is not None and now.last.withdraw_reason == StudentReason.UNSAFE.value:
        return Status(title, f"{why} {then}", _unsafe(), *_help())
    return Status(title, " ".join(filter(None, (first, why, then))), (), button, url)


def _unsafe():
    return (_("Je voelde je niet veilig. Praat erover met iemand die je vertrouwt, of bel ons. Je hoeft niet terug."),)


def _help():
    return _("Hier vind je hulp"), url_for("public.help_page", _anchor="veilig")


def _closed(_now):
    return Status(
        _("We zoeken niet meer voor je."), _("Wil je weer een plek zoeken? Bel of mail ons, dan beginnen we opnieuw.")
    )


def _unfinished(now):
    return Status(
        _("Maak je profiel af."),
        _("Nu ben jij aan zet: we kunnen pas zoeken als je profiel klaar is."),
        (_("Er zijn nog %(count)s stappen te doen.", count=now.gaps),) if now.gaps > 1 else (),
        _("Ga verder met je profiel"),
        url_for("student_profile.overview"),
    )


_OF_CASE = {
    CaseState.SIGNED_UP: _signed_up,
    CaseState.INTAKE: _intake,
    CaseState.SEARCHING: _searching,
    CaseState.PLACED: _searching,
    CaseState.AFTERCARE: _searching,
    CaseState.PAUSED: _paused,
    CaseState.CLOSED: _closed,
}


def _waiting(now, by, sentence):
    """Who acts by when; and when that day has passed, that it was ours and what to do."""
    if now.today > by:
        return _(
            "Je had uiterlijk %(day)s iets moeten horen. Dat is niet gelukt. Bel ons: dan weet je meteen meer.",
            day=in_full(by),
        )
    return sentence % {"broker": _cap(now.broker), "who": now.broker, "day": in_full(by)}


def _last_word(now, moment):
    """The day of a moment, or of the last talk when that came later."""
    return max([_day(moment), *(contact.held_on for contact in now.contacts)])


def _promised(now):
    """The day of the next contact, when one was noted and has not passed."""
    days = [contact.next_on for contact in now.contacts if contact.next_on and contact.next_on >= now.today]
    return min(days, default=None)


# --- the time line -------------------------------------------------------------------------------------------------


def road_of(now):
    """The steps so far, the present one and those to come, as the time line shows them."""
    profile, live = now.student.profile, now.live
    steps = [_done(_("Je hebt je aangemeld"), now.case.created_at)]
    if profile.completed_at is None:
        steps.append(_current(_("Je vult je profiel in"), _("jij")))
    else:
        steps.append(_done(_("Je profiel is ingestuurd"), profile.completed_at))
    talk = now.contacts[-1] if now.contacts else None
    if talk is not None:
        steps.append(_done(_("Contact met %(name)s", name=talk.by.name or _("je stagemakelaar")), talk.held_on))
    steps += [_gone(one) for one in now.placements if one.state is PlacementState.WITHDRAWN]
    finished = now.last if now.last is not None and now.last.state is PlacementState.COMPLETED else None
    if live is None and finished is None:
        stopped = now.case.state in {CaseState.PAUSED, CaseState.CLOSED} or now.student.restricted_at is not None
        if profile.completed_at is not None and not stopped:
            steps.append(_current(_("We zoeken een plek"), now.broker))
        return steps + [_later(text) for text in (_("Een voorstel"), _("Kennismaken"), _("Je stage begint"))]
    return steps + _of_placement(live or finished)


def _of_placement(placement):
    name = _(
        "Voorstel: %(title)s bij %(company)s", title=placement.place.title, company=placement.place.organisation.name
    )
    begins, ends = _("Je stage begint"), _("Je stage is klaar")
    by = _("uiterlijk %(day)s", day=in_full(placement.answer_by_on))
    if placement.state is PlacementState.PLANNED:
        if placement.student_accepted_at is None:
            first = _current(name, _("jij, %(by)s", by=by))
        else:
            first = _done(_("%(proposal)s. Jij zei ja", proposal=name), placement.student_accepted_at)
        if placement.employer_confirmed_at is not None:
            second = _done(_("Het bedrijf heeft plek"), placement.employer_confirmed_at)
        elif placement.student_accepted_at is None:
            second = _later(_("Het bedrijf bevestigt"))
        else:
            second = _current(_("Het bedrijf bevestigt"), _("het bedrijf, %(by)s", by=by))
        return [
            first,
            second,
            _later(_("Kennismaken")),
            _later(begins, placement.starts_on),
            _later(ends, placement.ends_on),
        ]
    settled = [
        _done(name, placement.student_accepted_at),
        _done(_("Het bedrijf heeft plek"), placement.employer_confirmed_at),
    ]
    if placement.state is PlacementState.CONFIRMED:
        now = _current(_("Kennismaken en overeenkomst tekenen"), _("jij, je school en het bedrijf"))
        return [*settled, now, _later(begins, placement.starts_on), _later(ends, placement.ends_on)]
    begun = _done(_("Je stage is begonnen"), placement.starts_on)
    if placement.state is PlacementState.ACTIVE:
        last = _("tot en met %(day)s", day=in_full(placement.ends_on))
        return [*settled, begun, _current(_("Je loopt stage"), last), _later(ends, placement.ends_on)]
    return [*settled, begun, _done(ends, placement.state_changed_at)]


def _gone(placement):
    company = placement.place.organisation.name
    if placement.withdrawn_by is WithdrawnBy.STUDENT:
        return _done(_("Plek bij %(company)s: jij wilde deze niet", company=company), placement.withdrawn_at)
    return _done(_("Plek bij %(company)s: ging niet door", company=company), placement.withdrawn_at)


def _done(text, when):
    return {"text": text, "state": "done", "when": _short(when), "who": ""}


def _current(text, who):
    return {"text": text, "state": "current", "when": _("nu"), "who": who}


def _later(text, when=None):
    return {"text": text, "state": "later", "when": _short(when), "who": ""}


def _day(moment):
    return moment.astimezone(clock.AMSTERDAM).date()


def _short(when):
    if when is None:
        return ""
    return format_date(_day(when) if hasattr(when, "hour") else when, "d MMMM y")


def in_full(day):
    """A day as in a sentence: "vrijdag 12 maart"; with the year when it is not this one."""
    return format_date(day, "EEEE d MMMM" if day.year == clock.today().year else "EEEE d MMMM y")


def _cap(text):
    return text[:1].upper() + text[1:]
