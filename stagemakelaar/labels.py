"""The word list: what people read for every state, role, reason and choice. The executed glossary of the house."""

from babel.numbers import format_currency
from flask_babel import get_locale, lazy_gettext as _

from stagemakelaar.casework.models import CaseState, ContactKind
from stagemakelaar.outbox import MessageState
from stagemakelaar.people.models import ProgrammeKind, Role
from stagemakelaar.placements.models import BrokerReason, EmployerReason, PlacementState, StudentReason, WithdrawnBy
from stagemakelaar.places.models import InterestState, OrganisationState, PlaceState
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, Sector, TravelMode, Weekday
from stagemakelaar.rounds.models import ProposalState, RoundState, RunState, Verdict

WORDS = {
    Role.STUDENT: _("student"),
    Role.EMPLOYER: _("leerbedrijf"),
    Role.BROKER: _("stagemakelaar"),
    Role.COORDINATOR: _("coördinator"),
    Role.ADMIN: _("beheerder"),
    Role.AUDITOR: _("auditor"),
    ProgrammeKind.MUNICIPALITY: _("gemeente"),
    ProgrammeKind.SCHOOL: _("school"),
    CaseState.SIGNED_UP: _("aangemeld"),
    CaseState.INTAKE: _("intake"),
    CaseState.SEARCHING: _("we zoeken een plek"),
    CaseState.PLACED: _("plek gevonden"),
    CaseState.AFTERCARE: _("stage loopt"),
    CaseState.CLOSED: _("afgerond"),
    CaseState.PAUSED: _("gepauzeerd"),
    ContactKind.CALL: _("telefoongesprek"),
    ContactKind.VISIT: _("bezoek"),
    ContactKind.MEETING: _("gesprek"),
    ContactKind.MAIL: _("e-mail"),
    MessageState.QUEUED: _("wacht op verzending"),
    MessageState.SENT: _("verzonden"),
    MessageState.FAILED: _("niet bezorgd"),
    MessageState.CANCELLED: _("niet meer nodig"),
    OrganisationState.REGISTERED: _("nog niet gecontroleerd"),
    OrganisationState.VERIFIED: _("gecontroleerd"),
    OrganisationState.SUSPENDED: _("tijdelijk gestopt"),
    OrganisationState.BLOCKED: _("doet niet meer mee"),
    InterestState.NEW: _("nieuw"),
    InterestState.CONTACTED: _("contact gehad"),
    InterestState.BECAME_PLACE: _("plek geworden"),
    InterestState.DROPPED: _("gaat niet door"),
    PlaceState.DRAFT: _("nog niet af"),
    PlaceState.OPEN: _("open"),
    PlaceState.PAUSED: _("gepauzeerd"),
    PlaceState.CLOSED: _("gesloten"),
    RoundState.OPEN: _("open"),
    RoundState.REVIEW: _("in beoordeling"),
    RoundState.CLOSED: _("gesloten"),
    RunState.QUEUED: _("staat klaar"),
    RunState.COMPUTING: _("wordt berekend"),
    RunState.COMPUTED: _("berekend"),
    RunState.FAILED: _("mislukt"),
    RunState.CANCELLED: _("gestopt"),
    ProposalState.OPEN: _("wacht op uw besluit"),
    ProposalState.APPROVED: _("goedgekeurd"),
    ProposalState.REJECTED: _("afgewezen"),
    ProposalState.HELD: _("vastgehouden"),
    Verdict.APPROVE: _("goedkeuren"),
    Verdict.REJECT: _("afwijzen"),
    Verdict.HOLD: _("vasthouden"),
    PlacementState.PLANNED: _("wacht op antwoord"),
    PlacementState.CONFIRMED: _("bevestigd"),
    PlacementState.ACTIVE: _("loopt"),
    PlacementState.COMPLETED: _("afgerond"),
    PlacementState.WITHDRAWN: _("gaat niet door"),
    WithdrawnBy.STUDENT: _("de student"),
    WithdrawnBy.EMPLOYER: _("het bedrijf"),
    WithdrawnBy.BROKER: _("de stagemakelaar"),
    StudentReason.TRAVEL: _("de reis"),
    StudentReason.WORK: _("het soort werk"),
    StudentReason.DAYS: _("de dagen of tijden"),
    StudentReason.COSTS: _("de kosten"),
    StudentReason.UNSAFE: _("ik voel me er niet veilig"),
    StudentReason.FOUND_A_PLACE: _("ik heb zelf een plek gevonden"),
    StudentReason.OTHER: _("iets anders"),
    EmployerReason.NO_CAPACITY: _("er is geen plek meer"),
    EmployerReason.TRAINER_AWAY: _("de praktijkopleider is er niet"),
    EmployerReason.RECOGNITION_ENDED: _("de erkenning is gestopt"),
    EmployerReason.WORK_CHANGED: _("het werk is veranderd"),
    EmployerReason.SAFETY: _("het is nu niet veilig genoeg"),
    EmployerReason.OTHER: _("iets anders"),
    BrokerReason.DATA_WRONG: _("de gegevens klopten niet"),
    BrokerReason.TALKED_WITH_STUDENT: _("gesproken met de student"),
    BrokerReason.TALKED_WITH_COMPANY: _("gesproken met het bedrijf"),
    BrokerReason.OTHER: _("iets anders"),
    Leerweg.BOL: _("bol: vooral naar school, met een stage"),
    Leerweg.BBL: _("bbl: vooral werken, met een contract"),
    Sector.ENTREE: _("entree"),
    Sector.CARE: _("zorg, welzijn en sport"),
    Sector.TRADE: _("handel"),
    Sector.ICT: _("ict en creatief"),
    Sector.TRANSPORT: _("transport en logistiek"),
    Sector.CRAFT: _("specialistisch vakmanschap"),
    Sector.BUILDING: _("techniek en bouw"),
    Sector.FOOD: _("voedsel, groen en gastvrijheid"),
    Sector.SERVICES: _("zakelijke dienstverlening en veiligheid"),
    TravelMode.WALK: _("lopen"),
    TravelMode.BIKE: _("fiets"),
    TravelMode.E_BIKE: _("elektrische fiets"),
    TravelMode.PUBLIC_TRANSPORT: _("bus, tram, metro of trein"),
    TravelMode.CAR: _("auto, brommer of scooter"),
    KindOfWork.PEOPLE: _("met mensen"),
    KindOfWork.CHILDREN: _("met kinderen"),
    KindOfWork.ELDERLY_CARE: _("zorg voor ouderen"),
    KindOfWork.SICK_CARE: _("zorg voor zieken"),
    KindOfWork.ANIMALS: _("met dieren"),
    KindOfWork.PLANTS: _("met planten en bloemen"),
    KindOfWork.OUTDOORS: _("buiten"),
    KindOfWork.BUILDING: _("bouwen en opknappen"),
    KindOfWork.MACHINES: _("techniek en machines"),
    KindOfWork.VEHICLES: _("auto's, fietsen en andere voertuigen"),
    KindOfWork.LOGISTICS: _("magazijn en vervoer"),
    KindOfWork.SHOP: _("in een winkel"),
    KindOfWork.KITCHEN: _("koken en bakken"),
    KindOfWork.HOSPITALITY: _("gasten ontvangen"),
    KindOfWork.OFFICE: _("op kantoor"),
    KindOfWork.COMPUTERS: _("met computers"),
    KindOfWork.DESIGN: _("ontwerpen en media"),
    KindOfWork.SAFETY: _("toezicht en veiligheid"),
    KindOfWork.SPORT: _("sport en bewegen"),
    KindOfWork.BEAUTY: _("haar en huid"),
    Feature.STEP_FREE: _("zonder drempels en trappen"),
    Feature.LIFT: _("een lift"),
    Feature.ACCESSIBLE_TOILET: _("een aangepast toilet"),
    Feature.QUIET_PLACE: _("een rustige werkplek"),
    Feature.FLEXIBLE_HOURS: _("werktijden in overleg"),
    Feature.ENGLISH_SPOKEN: _("Engels praten kan"),
    Feature.EXTRA_GUIDANCE: _("extra begeleiding"),
    Feature.FIXED_CONTACT: _("elke dag dezelfde begeleider"),
    Feature.NO_HEAVY_LIFTING: _("niet zwaar tillen"),
    Feature.SEATED_WORK: _("zittend werk kan"),
    Feature.CLEAR_ROUTINE: _("vaste taken en een vast rooster"),
    Feature.NEAR_PUBLIC_TRANSPORT: _("een halte op loopafstand"),
    Feature.CLOTHES_PROVIDED: _("werkkleding van het bedrijf"),
    LateHours.NONE: _("nee, alleen overdag"),
    LateHours.EVENING: _("'s avonds tot 23.00 uur"),
    LateHours.NIGHT: _("'s avonds en 's nachts"),
    Weekday.MONDAY: _("maandag"),
    Weekday.TUESDAY: _("dinsdag"),
    Weekday.WEDNESDAY: _("woensdag"),
    Weekday.THURSDAY: _("donderdag"),
    Weekday.FRIDAY: _("vrijdag"),
    Weekday.SATURDAY: _("zaterdag"),
    Weekday.SUNDAY: _("zondag"),
}


def label(member):
    """The words for a member of an enum."""
    return WORDS[member]


def weekdays(mask):
    """The days of a mask in words: "maandag, dinsdag en donderdag"."""
    names = [str(WORDS[day]) for day in Weekday if mask & day.bit]
    if len(names) < 2:
        return "".join(names)
    return str(_("%(first)s en %(last)s", first=", ".join(names[:-1]), last=names[-1]))


def euros(cents):
    """An amount of cents as money in the language of the page."""
    return format_currency(cents / 100, "EUR", locale=get_locale() or "nl", group_separator=True)
