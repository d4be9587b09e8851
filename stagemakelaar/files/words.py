"""The Dutch words that stand in a file for the choices of the house. They are part of the format and never translated.

Capitals, accents, blanks and strokes do not count: "E-bike" is `e_bike`.
"""

import re

from stagemakelaar.matching.scoring import MUST, NEVER, RATHER, RATHER_NOT
from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.vocabulary import Feature, KindOfWork, LateHours, Leerweg, TravelMode, Weekday

LEERWEGEN = {"bol": Leerweg.BOL, "bbl": Leerweg.BBL}
LATE_HOURS = {"nee": LateHours.NONE, "avond": LateHours.EVENING, "nacht": LateHours.NIGHT}
TRAVEL_MODES = {
    "lopen": TravelMode.WALK,
    "fiets": TravelMode.BIKE,
    "e_bike": TravelMode.E_BIKE,
    "ov": TravelMode.PUBLIC_TRANSPORT,
    "auto": TravelMode.CAR,
}
WEEKDAYS = {
    "ma": Weekday.MONDAY,
    "di": Weekday.TUESDAY,
    "wo": Weekday.WEDNESDAY,
    "do": Weekday.THURSDAY,
    "vr": Weekday.FRIDAY,
    "za": Weekday.SATURDAY,
    "zo": Weekday.SUNDAY,
}
WHOLE_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
KINDS_OF_WORK = {
    "mensen": KindOfWork.PEOPLE,
    "kinderen": KindOfWork.CHILDREN,
    "ouderenzorg": KindOfWork.ELDERLY_CARE,
    "ziekenzorg": KindOfWork.SICK_CARE,
    "dieren": KindOfWork.ANIMALS,
    "planten": KindOfWork.PLANTS,
    "buiten": KindOfWork.OUTDOORS,
    "bouwen": KindOfWork.BUILDING,
    "machines": KindOfWork.MACHINES,
    "voertuigen": KindOfWork.VEHICLES,
    "magazijn": KindOfWork.LOGISTICS,
    "winkel": KindOfWork.SHOP,
    "keuken": KindOfWork.KITCHEN,
    "horeca": KindOfWork.HOSPITALITY,
    "kantoor": KindOfWork.OFFICE,
    "computers": KindOfWork.COMPUTERS,
    "ontwerpen": KindOfWork.DESIGN,
    "veiligheid": KindOfWork.SAFETY,
    "sport": KindOfWork.SPORT,
    "uiterlijk": KindOfWork.BEAUTY,
}
FEATURES = {
    "zonder_drempels": Feature.STEP_FREE,
    "lift": Feature.LIFT,
    "aangepast_toilet": Feature.ACCESSIBLE_TOILET,
    "rustige_werkplek": Feature.QUIET_PLACE,
    "tijden_in_overleg": Feature.FLEXIBLE_HOURS,
    "engels": Feature.ENGLISH_SPOKEN,
    "extra_begeleiding": Feature.EXTRA_GUIDANCE,
    "vaste_begeleider": Feature.FIXED_CONTACT,
    "niet_zwaar_tillen": Feature.NO_HEAVY_LIFTING,
    "zittend_werk": Feature.SEATED_WORK,
    "vast_rooster": Feature.CLEAR_ROUTINE,
    "halte_dichtbij": Feature.NEAR_PUBLIC_TRANSPORT,
    "werkkleding": Feature.CLOTHES_PROVIDED,
}
HINTS = {"alleen_deze_plek": MUST, "liever_wel": RATHER, "liever_niet": RATHER_NOT, "nooit": NEVER}
# Spreadsheets write their own yes and no, in the language of whoever made them.
YES_NO = {"ja": True, "nee": False, "j": True, "n": False, "waar": True, "onwaar": False, "true": True, "false": False}


def plain(text):
    """A word as it stands in these lists."""
    return re.sub(r"[\s\-]+", "_", folded(text))


def word_of(words, member):
    """The word for a member."""
    return next(word for word, one in words.items() if one is member)
