"""The matcher's numbers in words: why this place, why no place yet; with figures for brokers, without for students.

What the matcher leaves is a dict of plain values, stored with the proposal and copied onto the placement; a placement
that was made by hand has none of it, so everything here may be absent.
"""

import enum
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from stagemakelaar import labels
from stagemakelaar.matching.explain import Cause, NextStep, Rule
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, TravelMode, members_of


class Audience(enum.Enum):
    """Lezer: for whom something is put into words."""

    BROKER = "broker"
    STUDENT = "student"


class PartInWords(NamedTuple):
    """Onderdeel in woorden: one part of the score; what is not known earns nothing and says so."""

    text: str
    points: int
    maximum: int


class CauseInWords(NamedTuple):
    """Oorzaak in woorden: why there is no place, what would help most, and the figures behind it (broker only)."""

    what: str
    next_step: str
    figures: list


HOW = {
    TravelMode.WALK: lazy_gettext("lopen"),
    TravelMode.BIKE: lazy_gettext("fietsen"),
    TravelMode.E_BIKE: lazy_gettext("op de elektrische fiets"),
    TravelMode.PUBLIC_TRANSPORT: lazy_gettext("met bus, tram, metro of trein"),
    TravelMode.CAR: lazy_gettext("met auto, brommer of scooter"),
}
CHOICE = (
    lazy_gettext("eerste keus"),
    lazy_gettext("tweede keus"),
    lazy_gettext("derde keus"),
    lazy_gettext("vierde keus"),
    lazy_gettext("vijfde keus"),
)


# --- why this place ------------------------------------------------------------------------------------------------


def parts_in_words(facts, audience=Audience.BROKER):
    """The parts of the score as `PartInWords`; for a student only what speaks for the place, so it may be empty."""
    explained = facts.get("facts") or {}
    found = []
    for part in facts.get("parts") or []:
        text = _PARTS[audience][part["name"]](explained, part["points"] is not None)
        if text:
            found.append(PartInWords(text, part["points"] or 0, part["most"]))
    return found


def total_in_words(facts):
    """The points of all parts together, as `PartInWords`; None when there is no score."""
    parts = facts.get("parts") or []
    if not parts:
        return None
    points = sum(part["points"] or 0 for part in parts) + facts.get("agreed", 0)
    return PartInWords(_("samen"), points, sum(part["most"] for part in parts))


def agreed_in_words(facts):
    """What a hint of the broker added to the points or took off, as a sentence; empty when nothing."""
    points = facts.get("agreed", 0)
    if not points:
        return ""
    words = _("Voorkeur van de stagemakelaar: %(points)s punten.", points=f"{points:+d}".replace("-", "−"))
    return _("%(words)s Dit hoort niet bij de weging van het programma.", words=words)


def journey_in_words(explained):
    """The journey: "25 minuten fietsen"; empty when it is not known."""
    minutes, mode = explained.get("minutes"), explained.get("mode")
    if minutes is None or mode is None:
        return ""
    how = next((words for means, words in HOW.items() if means.number == mode), "")
    return _("%(minutes)s minuten %(how)s", minutes=minutes, how=how)


def _learning(explained, is_known):
    if explained.get("processes_required") and not explained.get("processes_told"):
        return _("werkprocessen: niet bekend, ook niet of het werk dat moet er kan. Vraag het na")
    if not is_known:
        return _("werkprocessen: niet bekend")
    wanted = len(explained["processes_wanted"])
    return ngettext(
        "%(possible)s van %(num)d werkproces",
        "%(possible)s van %(num)d werkprocessen",
        wanted,
        possible=_possible(explained),
    )


def _learning_for_student(explained, is_known):
    if not is_known or not _possible(explained):
        return ""
    wanted = len(explained["processes_wanted"])
    if _possible(explained) == wanted:
        return _("je kunt er al het werk leren dat je koos")
    return _(
        "je kunt er %(possible)s van de %(wanted)s dingen leren die je koos",
        possible=_possible(explained),
        wanted=wanted,
    )


def _possible(explained):
    return len(explained["processes_possible"])


def _travel(explained, is_known):
    if not is_known:
        return _("reistijd: niet bekend")
    journey, most = journey_in_words(explained), explained["max_minutes"]
    if explained.get("is_estimate"):
        return _("ongeveer %(journey)s, een schatting (hoogstens %(most)s)", journey=journey, most=most)
    return _("%(journey)s (hoogstens %(most)s)", journey=journey, most=most)


def _travel_for_student(explained, is_known):
    if not is_known:
        return ""
    if explained.get("is_estimate"):
        return _("het is ongeveer %(journey)s van je huis", journey=journey_in_words(explained))
    return _("het is %(journey)s van je huis", journey=journey_in_words(explained))


def _kind(explained, is_known):
    if not is_known:
        return _("soort werk: geen keus gemaakt")
    words = []
    if explained["kinds_wished"]:
        liked = _liked(explained)
        choice = CHOICE[explained["kind_rank"] - 1] if liked else ""
        words.append(
            _("soort werk: %(kind)s (%(choice)s)", kind=liked, choice=choice)
            if liked
            else _("soort werk: niet wat de student koos")
        )
    if explained["wishes"]:
        met, asked = explained["wishes_met"].bit_count(), explained["wishes"].bit_count()
        words.append(_("%(met)s van %(asked)s wensen over de werkplek", met=met, asked=asked))
    return "; ".join(words)


def _kind_for_student(explained, is_known):
    if not is_known:
        return ""
    words = []
    if liked := _liked(explained):
        words.append(_("het is werk dat je koos: %(kind)s", kind=liked))
    if met := [str(labels.label(one)) for one in members_of(Feature, explained["wishes_met"])]:
        words.append(_("er is wat je fijn vindt: %(features)s", features=", ".join(met)))
    return _(" en ").join(words)


def _liked(explained):
    """The words for the kind of work that counted, or nothing."""
    rank = explained.get("kind_rank")
    if not rank:
        return ""
    number = explained["kinds_wished"][rank - 1]
    return next((str(labels.label(kind)) for kind in KindOfWork if kind.number == number), "")


def _costs(explained, is_known):
    if not is_known:
        return _("vergoeding of reiskosten: niet bekend")
    return _("vergoeding of reiskosten: ja") if explained["covers_costs"] else _("vergoeding of reiskosten: nee")


def _costs_for_student(explained, is_known):
    return _("je krijgt een vergoeding of geld voor de reis") if is_known and explained["covers_costs"] else ""


_PARTS = {
    Audience.BROKER: {"learning": _learning, "travel": _travel, "kind": _kind, "costs": _costs},
    Audience.STUDENT: {
        "learning": _learning_for_student,
        "travel": _travel_for_student,
        "kind": _kind_for_student,
        "costs": _costs_for_student,
    },
}


# --- why no place yet ----------------------------------------------------------------------------------------------

WHAT = {
    Audience.BROKER: {
        Cause.NO_COMPANY_FOR_CODE: lazy_gettext("Er is nog geen erkend bedrijf met een plek voor deze opleiding."),
        Cause.NOT_WITHIN_REACH: lazy_gettext("Er zijn plekken voor deze opleiding, maar niet binnen de reistijd."),
        Cause.PERIOD: lazy_gettext("Binnen de reistijd is geen plek open in de hele stageperiode."),
        Cause.DAYS: lazy_gettext("De dagen van de plekken passen niet bij de dagen van de student."),
        Cause.HOURS: lazy_gettext("Op de plekken die overblijven haalt de student zijn uren niet."),
        Cause.PROCESSES: lazy_gettext("Op de plekken die overblijven kan de student niet leren wat moet."),
        Cause.LATE_HOURS: lazy_gettext("De plekken die overblijven vragen om werk in de avond of de nacht."),
        Cause.AGE: lazy_gettext("De regels voor jonge werknemers laten geen plek over."),
        Cause.VOG: lazy_gettext("De plekken die overblijven vragen een VOG, en die kan er niet op tijd zijn."),
        Cause.REGISTER: lazy_gettext(
            "De plekken die overblijven vragen inschrijving in het Personenregister Kinderopvang. Die is niet op tijd."
        ),
        Cause.TIED_ELSEWHERE: lazy_gettext(
            "U gaf op dat deze student alleen naar één bepaalde plek mag, en die kan nu niet."
        ),
        Cause.CONDITION: lazy_gettext("Geen plek heeft wat de student nodig heeft."),
        Cause.ONLY_DECLINED: lazy_gettext(
            "Alleen plekken die de student of de stagemakelaar eerder afwees, blijven over."
        ),
        Cause.SEATS_TAKEN: lazy_gettext("Er zijn passende plekken, maar die gaan naar studenten die voorgaan."),
    },
    Audience.STUDENT: {
        Cause.NO_COMPANY_FOR_CODE: lazy_gettext("Er is nog geen bedrijf met een plek voor jouw opleiding."),
        Cause.NOT_WITHIN_REACH: lazy_gettext("Er is nog geen plek die binnen jouw reistijd ligt."),
        Cause.PERIOD: lazy_gettext("Er is nog geen plek die open is in jouw hele periode."),
        Cause.DAYS: lazy_gettext("Er is nog geen plek op de dagen waarop jij kunt."),
        Cause.HOURS: lazy_gettext("Op de plekken die er zijn, haal je het aantal uren niet dat je nodig hebt."),
        Cause.PROCESSES: lazy_gettext("Op de plekken die er zijn, kun je niet alles leren wat moet."),
        Cause.LATE_HOURS: lazy_gettext("De plekken die er zijn, hebben werk in de avond of de nacht."),
        Cause.AGE: lazy_gettext("Voor jouw leeftijd gelden regels over werktijden. Daarbij past nog geen plek."),
        Cause.VOG: lazy_gettext("De plekken die er zijn, vragen een VOG. Die kan er niet op tijd zijn."),
        Cause.REGISTER: lazy_gettext(
            "De plekken die er zijn, vragen dat je in het Personenregister Kinderopvang staat. Dat lukt niet op tijd."
        ),
        Cause.TIED_ELSEWHERE: lazy_gettext("Je stagemakelaar had een plek voor je op het oog. Die kan nu niet."),
        Cause.CONDITION: lazy_gettext("Er is nog geen plek die heeft wat jij nodig hebt."),
        Cause.ONLY_DECLINED: lazy_gettext("Alleen plekken die eerder niet goed waren voor jou, zijn nog vrij."),
        Cause.SEATS_TAKEN: lazy_gettext("De plekken die bij je passen, gingen naar studenten die al langer wachten."),
    },
}
HELP = {
    Audience.BROKER: {
        NextStep.WIN_COMPANY: lazy_gettext("Zoek een erkend bedrijf voor deze opleiding in de buurt van de student."),
        NextStep.WIN_SEATS: lazy_gettext("Vraag de bedrijven die passen om een plek erbij."),
        NextStep.CHECK_RECOGNITION: lazy_gettext("Kijk de controle en de erkenning na van het bedrijf dat wel past."),
        NextStep.WIDEN_TRAVEL: lazy_gettext("Vraag de student of een langere reis kan."),
        NextStep.SHIFT_PERIOD: lazy_gettext("Vraag de student en het bedrijf of de periode kan schuiven."),
        NextStep.OTHER_DAYS: lazy_gettext("Vraag de student en de school of andere dagen kunnen."),
        NextStep.LATE_HOURS: lazy_gettext("Vraag de student of werken in de avond kan."),
        NextStep.FEWER_HOURS: lazy_gettext("Vraag het bedrijf of kortere dagen kunnen: de student is nog geen 18."),
        NextStep.MORE_HOURS: lazy_gettext("Vraag de student en de school of een langere periode of meer dagen kan."),
        NextStep.ASK_PROCESSES: lazy_gettext("Vraag een bedrijf dat past of de student dit werk er toch kan leren."),
        NextStep.ASK_SUPERVISION: lazy_gettext(
            "Vraag het bedrijf of er altijd deskundig toezicht is: de student is nog geen 18."
        ),
        NextStep.ASK_REGISTER: lazy_gettext(
            "Laat de student nu al een VOG en de inschrijving in het Personenregister aanvragen."
        ),
        NextStep.LIFT_HINT: lazy_gettext("Kijk uw voorkeur voor deze student na, en trek haar zo nodig in."),
        NextStep.BY_HAND: lazy_gettext("Zoek zelf een plek, samen met de ouders en de school."),
        NextStep.ASK_VOG: lazy_gettext("Laat de student nu al een VOG aanvragen, of vraag of later beginnen kan."),
        NextStep.TALK_CONDITION: lazy_gettext("Bespreek met de student en een bedrijf wat er wel kan."),
        NextStep.RECONSIDER: lazy_gettext(
            "Bespreek met de student of een eerdere plek toch kan, of zoek een nieuw bedrijf."
        ),
    },
    Audience.STUDENT: {
        NextStep.WIN_COMPANY: lazy_gettext("Je stagemakelaar zoekt nu een bedrijf. Ken jij er een? Zeg het dan."),
        NextStep.WIN_SEATS: lazy_gettext("Je stagemakelaar vraagt bedrijven om meer plekken."),
        NextStep.CHECK_RECOGNITION: lazy_gettext(
            "Je stagemakelaar kijkt bij een bedrijf na of het studenten mag begeleiden."
        ),
        NextStep.WIDEN_TRAVEL: lazy_gettext("Kun je verder reizen? Verander dat dan in je profiel."),
        NextStep.SHIFT_PERIOD: lazy_gettext("Kun je eerder of later beginnen? Vraag het op school en zeg het dan."),
        NextStep.OTHER_DAYS: lazy_gettext("Kun je op andere dagen? Verander dat dan in je profiel."),
        NextStep.LATE_HOURS: lazy_gettext("Kun je ook in de avond werken? Verander dat dan in je profiel."),
        NextStep.FEWER_HOURS: lazy_gettext("Je stagemakelaar vraagt een bedrijf om kortere dagen."),
        NextStep.MORE_HOURS: lazy_gettext("Kun je langer of meer dagen stage lopen? Vraag het op school en zeg het."),
        NextStep.ASK_PROCESSES: lazy_gettext("Je stagemakelaar vraagt bedrijven wat je er kunt leren."),
        NextStep.ASK_SUPERVISION: lazy_gettext("Je stagemakelaar vraagt of er iemand is die altijd op je let."),
        NextStep.ASK_REGISTER: lazy_gettext("Je stagemakelaar helpt je om je op tijd in te schrijven."),
        NextStep.LIFT_HINT: lazy_gettext("Je stagemakelaar zoekt nu ook naar andere plekken."),
        NextStep.BY_HAND: lazy_gettext("Je stagemakelaar zoekt zelf een plek voor je."),
        NextStep.ASK_VOG: lazy_gettext("Je stagemakelaar helpt je om op tijd een VOG aan te vragen."),
        NextStep.TALK_CONDITION: lazy_gettext("Je stagemakelaar bespreekt met je wat er wel kan."),
        NextStep.RECONSIDER: lazy_gettext("Je stagemakelaar zoekt een nieuw bedrijf, en bespreekt het met je."),
    },
}


def cause_in_words(cause, facts, audience=Audience.BROKER):
    """Why a run found nothing for a student, as `CauseInWords`; `cause` and `facts` as they are stored with the run."""
    cause = Cause(cause)
    step = facts.get("next_step")
    help_with = HELP[audience].get(NextStep(step)) if step else None
    figures = list(_figures(facts)) if audience is Audience.BROKER else []
    return CauseInWords(str(WHAT[audience][cause]), str(help_with or ""), figures)


def _figures(facts):
    if "places" in facts:
        yield ngettext(
            "%(num)d plek in het programma is voor deze opleiding.",
            "%(num)d plekken in het programma zijn voor deze opleiding.",
            facts["places"],
        )
    shortage = facts.get("shortage")
    if shortage:
        yield _(
            "%(students)s studenten passen alleen op dezelfde %(seats)s plekken: er zijn er %(short)s te weinig.",
            students=shortage["students"],
            seats=shortage["seats"],
            short=shortage["short"],
        )
    if taken := [count for count in facts.get("taken_by_class") or [] if count]:
        by_class = zip(PRIORITY, facts["taken_by_class"], strict=False)
        held = ", ".join(f"{count} × {words}" for words, count in by_class if count)
        yield _("Op de plekken die passen zitten %(count)s studenten: %(held)s.", count=sum(taken), held=held)
    for opener in (facts.get("openers") or [])[:3]:
        yield _opener(opener)


# The priority classes, as a broker reads them; 0 goes first.
PRIORITY = (
    lazy_gettext("eerder een plek verloren door anderen"),
    lazy_gettext("zoekt langer dan 12 weken"),
    lazy_gettext("zoekt langer dan 6 weken"),
    lazy_gettext("zoekt korter dan 6 weken"),
)
# What would open places, by rule; the amount stands in it where it says something.
OPENS = {
    Rule.TRAVEL: lazy_gettext("Met %(amount)s minuten meer reistijd"),
    Rule.DAYS: lazy_gettext("Met %(amount)s dag(en) minder per week"),
    Rule.PERIOD: lazy_gettext("Als de periode %(amount)s dagen schuift of korter wordt"),
    Rule.LATE_HOURS: lazy_gettext("Met werk in de avond of de nacht"),
    Rule.HOURS: lazy_gettext("Met %(amount)s uur minder in totaal"),
    Rule.PROCESSES: lazy_gettext("Als het werk dat moet, er toch kan"),
    Rule.DANGEROUS_WORK: lazy_gettext("Met vast deskundig toezicht"),
    Rule.REGISTER: lazy_gettext("Als de inschrijving in het register er %(amount)s dagen eerder is"),
    Rule.NEVER: lazy_gettext("Zonder uw voorkeur “nooit deze plek”"),
    Rule.ELSEWHERE: lazy_gettext("Zonder uw voorkeur “alleen een vaste plek”"),
    Rule.VOG: lazy_gettext("Als een VOG er %(amount)s dagen eerder is"),
    Rule.MINOR_HOURS: lazy_gettext("Met %(amount)s uur minder per week"),
    Rule.MUST_CONDITION: lazy_gettext("Zonder %(amount)s eis(en) aan de werkplek"),
    Rule.VERIFIED: lazy_gettext("Na controle van het bedrijf"),
    Rule.RECOGNISED_TO_END: lazy_gettext("Als de erkenning %(amount)s dagen langer loopt"),
    Rule.NOT_AGAIN: lazy_gettext("Met een plek die eerder werd afgewezen"),
}


def _opener(opener):
    rule = Rule(opener["rule"])
    what = str(OPENS[rule]) % {"amount": opener["amount"]} if rule in OPENS else str(labels.label(rule))
    return ngettext(
        "%(what)s komt er %(num)d plek bij, waarvan %(room)s met ruimte.",
        "%(what)s komen er %(num)d plekken bij, waarvan %(room)s met ruimte.",
        opener["places"],
        what=what,
        room=opener["with_room"],
    )
