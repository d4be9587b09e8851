"""One cell to one value. What can mean one thing only is repaired; the rest is refused with what should stand there.

Every reader takes the text of a cell that is not empty and gives a value, or raises a `DomainError`.
"""

import re
from datetime import date

from stagemakelaar.errors import N_, DomainError
from stagemakelaar.files.words import WEEKDAYS, WHOLE_DAYS, YES_NO, plain
from stagemakelaar.reference.formats import clean_crebo, clean_postcode, clean_text
from stagemakelaar.reference.vocabulary import mask_of

EPOCH = date(1970, 1, 1)
LONGEST_NAME = 100
_BETWEEN = re.compile(r"[;,|\n]")


def name(text):
    """A number or name by which rows are told apart, as text."""
    return clean_text(text, field=None, longest=LONGEST_NAME)


def code(text):
    """An opleidingscode as a whole number."""
    return int(clean_crebo(text, field=None))


def postcode(text):
    """Four digits are enough; a whole postcode is cut off, so that no more is known than is needed."""
    digits = text.strip()
    if re.fullmatch(r"[1-9][0-9]{3}", digits):
        return digits
    return clean_postcode(text, field=None)[:4]


def calendar_date(text):
    """A date. The order of its parts is certain in two forms only, so no other is read."""
    typed = text.strip()
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed):
        parts = [int(part) for part in found.groups()]
    elif found := re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})", typed):
        parts = [int(part) for part in reversed(found.groups())]
    elif re.fullmatch(r"[0-9]{5}([.,][0-9]+)?", typed):
        raise DomainError(
            N_(
                "“%(typed)s” is het getal waarmee een spreadsheet een datum bewaart. Maak er een datum van: 01-09-2027."
            ),
            typed=typed,
        )
    else:
        raise DomainError(
            N_("“%(typed)s” is geen datum die maar één ding kan betekenen. Schrijf 2027-09-01 of 01-09-2027."),
            typed=typed[:LONGEST_NAME],
        )
    try:
        return date(*parts)
    except ValueError:
        raise DomainError(
            N_("De datum %(typed)s bestaat niet. Schrijf 2027-09-01 of 01-09-2027."), typed=typed
        ) from None


def day(text):
    """A date as days since 1970-01-01."""
    found_day = calendar_date(text)
    if found_day < EPOCH:
        raise DomainError(N_("De datum %(typed)s is te lang geleden: hij moet na 1969 liggen."), typed=text.strip())
    return (found_day - EPOCH).days


def whole(low, high):
    """Make a reader of whole numbers from `low` to and including `high`."""

    def read(text):
        typed = text.strip()
        if not re.fullmatch(r"[0-9]{1,19}", typed) or not low <= int(typed) <= high:
            raise DomainError(
                N_("“%(typed)s” moet een heel getal zijn van %(low)s tot en met %(high)s."),
                typed=typed[:LONGEST_NAME],
                low=low,
                high=high,
            )
        return int(typed)

    return read


def hours(text):
    """Hours of a day as minutes: 8, 7,5 or 7.5."""
    typed = text.strip().replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", typed) or not 1 <= float(typed) <= 24:
        raise DomainError(
            N_("“%(typed)s” moet een aantal uren zijn van 1 tot en met 24, zoals 8 of 7,5."), typed=text[:LONGEST_NAME]
        )
    return round(float(typed) * 60)


def yes_no(text):
    """Ja or nee."""
    found = YES_NO.get(plain(text))
    if found is None:
        raise DomainError(N_("“%(typed)s” moet ja of nee zijn."), typed=text[:LONGEST_NAME])
    return found


def one_of(words):
    """Make a reader of one word of a list; it gives the member."""

    def read(text):
        return _member(words, text)

    return read


def several(words, most=None):
    """Make a reader of some words of a list, in the order as given; it gives a tuple of members."""

    def read(text):
        members = tuple(dict.fromkeys(_member(words, word) for word in _items(text)))
        if most is not None and len(members) > most:
            raise DomainError(
                N_("Hier staan er %(count)s; het zijn er hoogstens %(most)s."), count=len(members), most=most
            )
        return members

    return read


def weekdays(text):
    """Days of the week as a mask: "ma di do", "maandag, dinsdag", "ma-vr" or "ma t/m vr"."""
    days = list(WEEKDAYS)
    found = set()
    for word in re.split(r"[;,|\s]+", re.sub(r"\s*(-|t/m)\s*", "-", text.lower()).strip(" ;,|\n")):
        first, stroke, last = (day[:2] if day in WHOLE_DAYS else day for day in word.partition("-"))
        if first not in WEEKDAYS or (stroke and last not in days[days.index(first) :]):
            raise DomainError(
                N_("“%(typed)s” moet een rij dagen zijn, zoals “ma di do” of “ma-vr”."), typed=text[:LONGEST_NAME]
            )
        found.update(days[days.index(first) : days.index(last or first) + 1])
    return mask_of(WEEKDAYS[word] for word in found)


def names(text):
    """Some names, each once, in capitals: `B1-K1-W1;B1-K1-W2`."""
    return tuple(dict.fromkeys(name(item).upper() for item in _items(text)))


def recognised_codes(text):
    """Codes with the days of their recognition: `25655:2024-01-01..2027-12-31;25656` gives (code, first, last) each.

    A day that is left out is None: not known to have a beginning, or an end.
    """
    found = []
    for item in _items(text):
        number, _colon, days = item.partition(":")
        first, dots, last = days.partition("..")
        if days and not dots:
            raise DomainError(
                N_("Achter “%(code)s:” moet een periode staan, zoals 25655:2024-01-01..2027-12-31."),
                code=number.strip()[:LONGEST_NAME],
            )
        begins = day(first) if first.strip() else None
        ends = day(last) if last.strip() else None
        if begins is not None and ends is not None and begins > ends:
            raise DomainError(N_("De erkenning voor %(code)s eindigt voor zij begint."), code=number.strip())
        found.append((code(number), begins, ends))
    return tuple(found)


def _items(text):
    items = [item.strip() for item in _BETWEEN.split(text)]
    return [item for item in items if item]


def _member(words, text):
    found = words.get(plain(text))
    if found is None:
        raise DomainError(
            N_("“%(typed)s” kennen we niet. Kies uit: %(choices)s."),
            typed=text.strip()[:LONGEST_NAME],
            choices=", ".join(words),
        )
    return found
