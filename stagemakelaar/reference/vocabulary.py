"""The words that a form may choose from. What people read for each stands in `labels.py`.

A member has a value, stored in the database, and where a set of them travels to the matcher as one whole number, a
`number`: its bit. Both are written out and never change; a new member takes a number that was never used before.
"""

import enum


class Numbered(enum.Enum):
    """Genummerd: an enum of which every member is written as `(value, number)`."""

    number: int

    def __new__(cls, value, number=0):  # the default is for type checkers: who looks a member up gives its value alone
        """Keep the text as the value and the number beside it."""
        member = object.__new__(cls)
        member._value_ = value
        member.number = number
        return member

    @property
    def bit(self):
        """The mask that holds this member alone."""
        return 1 << self.number


def mask_of(members):
    """The whole number in which the bit of each of these members is set."""
    mask = 0
    for member in members:
        mask |= member.bit
    return mask


def members_of(enumeration, mask):
    """The members of an enum whose bits are set, in the order in which they are written."""
    return [member for member in enumeration if mask & member.bit]


class Leerweg(enum.Enum):
    """Leerweg: school with a stage (bol), or a job with school (bbl)."""

    BOL = "bol"
    BBL = "bbl"


class Sector(enum.Enum):
    """Sector: the sector chambers of SBB, and the entree courses apart."""

    ENTREE = "entree"
    CARE = "care"  # zorg, welzijn en sport
    TRADE = "trade"  # handel
    ICT = "ict"  # ict en creatieve industrie
    TRANSPORT = "transport"  # mobiliteit, transport, logistiek en maritiem
    CRAFT = "craft"  # specialistisch vakmanschap
    BUILDING = "building"  # techniek en gebouwde omgeving
    FOOD = "food"  # voedsel, groen en gastvrijheid
    SERVICES = "services"  # zakelijke dienstverlening en veiligheid


class TravelMode(Numbered):
    """Vervoer: how someone travels to the place."""

    WALK = ("walk", 0)  # lopen
    BIKE = ("bike", 1)  # fiets
    E_BIKE = ("e_bike", 2)  # elektrische fiets
    PUBLIC_TRANSPORT = ("public_transport", 3)  # openbaar vervoer
    CAR = ("car", 4)  # auto, brommer


class KindOfWork(Numbered):
    """Soort werk: what a day looks like; a student orders up to five, a place names those it has."""

    PEOPLE = ("people", 0)  # met mensen
    CHILDREN = ("children", 1)  # met kinderen
    ELDERLY_CARE = ("elderly_care", 2)  # zorg voor ouderen
    SICK_CARE = ("sick_care", 3)  # zorg voor zieken, in praktijk of ziekenhuis
    ANIMALS = ("animals", 4)  # met dieren
    PLANTS = ("plants", 5)  # met planten en bloemen
    OUTDOORS = ("outdoors", 6)  # buiten
    BUILDING = ("building", 7)  # bouwen en opknappen
    MACHINES = ("machines", 8)  # met techniek en machines
    VEHICLES = ("vehicles", 9)  # met auto's, fietsen en andere voertuigen
    LOGISTICS = ("logistics", 10)  # magazijn en vervoer
    SHOP = ("shop", 11)  # in een winkel
    KITCHEN = ("kitchen", 12)  # koken en bakken
    HOSPITALITY = ("hospitality", 13)  # gasten ontvangen
    OFFICE = ("office", 14)  # administratie, op kantoor
    COMPUTERS = ("computers", 15)  # met computers
    DESIGN = ("design", 16)  # ontwerpen en media
    SAFETY = ("safety", 17)  # toezicht en veiligheid
    SPORT = ("sport", 18)  # sport en bewegen
    BEAUTY = ("beauty", 19)  # haar en huid


class Feature(Numbered):
    """Kenmerk: what a place has or is. A student may need one; why is never asked and never stored."""

    STEP_FREE = ("step_free", 0)  # zonder drempels en trappen
    LIFT = ("lift", 1)  # lift
    ACCESSIBLE_TOILET = ("accessible_toilet", 2)  # aangepast toilet
    QUIET_PLACE = ("quiet_place", 3)  # een rustige werkplek
    FLEXIBLE_HOURS = ("flexible_hours", 4)  # werktijden in overleg
    ENGLISH_SPOKEN = ("english_spoken", 5)  # Engels op de werkvloer kan
    EXTRA_GUIDANCE = ("extra_guidance", 6)  # extra begeleiding
    FIXED_CONTACT = ("fixed_contact", 7)  # elke dag dezelfde begeleider
    NO_HEAVY_LIFTING = ("no_heavy_lifting", 8)  # niet zwaar tillen
    SEATED_WORK = ("seated_work", 9)  # zittend werk kan
    CLEAR_ROUTINE = ("clear_routine", 10)  # vaste taken en een vast rooster
    NEAR_PUBLIC_TRANSPORT = ("near_public_transport", 11)  # halte op loopafstand
    CLOTHES_PROVIDED = ("clothes_provided", 12)  # werkkleding van het bedrijf


class LateHours(enum.Enum):
    """Late uren: how late work may be; each value includes the one before it."""

    NONE = "none"
    EVENING = "evening"
    NIGHT = "night"


class SpecialRisks(enum.Enum):
    """Bijzondere risico's: whether there is dangerous work, and whether an expert always supervises it."""

    NONE = "none"
    SUPERVISED = "supervised"
    UNSUPERVISED = "unsupervised"


class Weekday(Numbered):
    """Weekdag: a day of the week; bit 0 is Monday, as in `date.weekday()`."""

    MONDAY = ("monday", 0)
    TUESDAY = ("tuesday", 1)
    WEDNESDAY = ("wednesday", 2)
    THURSDAY = ("thursday", 3)
    FRIDAY = ("friday", 4)
    SATURDAY = ("saturday", 5)
    SUNDAY = ("sunday", 6)


WORKDAYS = 0b0011111
EVERY_DAY = 0b1111111
