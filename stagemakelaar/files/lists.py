"""The lists that schools and companies keep themselves: students, and places with who offers them.

A column that is left out, or an empty cell, says nothing: what is known already stays. The words in the cells are those
of `words.py`; `import students --template` shows an example.
"""

import re

from stagemakelaar.errors import N_
from stagemakelaar.files import cells, words
from stagemakelaar.files.layouts import Column, Layout
from stagemakelaar.reference import formats
from stagemakelaar.reference.vocabulary import Weekday, members_of

STAYS = N_("blijft zoals het is")
LONGEST_STUDENT_NUMBER = 40


def _text(longest, clean=formats.clean_text):
    return lambda text: clean(text, field=None, longest=longest)


def _official(clean):
    return lambda text: clean(text, field=None)


def _weekdays(text):
    return members_of(Weekday, cells.weekdays(text))


def _codes(text):
    return tuple(sorted({formats.clean_crebo(one, field=None) for one in re.split(r"[;,|\s]+", text) if one}))


def _column(name, read, *examples):
    return Column(name, read, examples, STAYS)


STUDENTS = Layout(
    "school_students",
    (
        _column("studentnummer", _text(LONGEST_STUDENT_NUMBER), "0123456", "0123457"),
        _column("e_mailadres", _official(formats.clean_email), "sam@school.example", "noor@school.example"),
        _column("voornaam", _text(100, formats.clean_name), "Sam", "Noor"),
        _column("tussenvoegsel", _text(30), "de", ""),
        _column("achternaam", _text(100, formats.clean_name), "Vries", "Bakker"),
        _column("geboortedatum", cells.calendar_date, "2009-03-14", "02-11-2008"),
        _column("telefoon", _official(formats.clean_phone), "06 12 34 56 78", ""),
        _column("opleidingscode", _official(formats.clean_crebo), "25960", "25960"),
        _column("leerweg", cells.one_of(words.LEERWEGEN), "bol", "bol"),
        _column("school", _text(120), "ROC Voorbeeld", "ROC Voorbeeld"),
        _column("brin", _official(formats.clean_brin), "", ""),
        _column("leerjaar", cells.whole(1, 4), "2", "2"),
        _column("begin", cells.calendar_date, "2027-09-01", "01-09-2027"),
        _column("eind", cells.calendar_date, "2028-01-31", "31-01-2028"),
        _column("dagen_per_week", cells.whole(1, 7), "4", "3"),
        _column("weekdagen", _weekdays, "ma di do vr", "ma-vr"),
        _column("schooluren", cells.whole(0, 60), "8", "8"),
        _column("uren_totaal", cells.whole(1, 9999), "400", ""),
        _column("zoekt_sinds", cells.calendar_date, "2027-01-15", ""),
        _column("postcode", _official(formats.clean_postcode), "1315 AB", ""),
    ),
)
# column → field of the student, as `people.profiles` names it
FIELD_OF_STUDENT = {
    "voornaam": "first_name",
    "tussenvoegsel": "prefix",
    "achternaam": "last_name",
    "geboortedatum": "birth_date",
    "telefoon": "phone",
    "opleidingscode": "code",
    "leerweg": "leerweg",
    "school": "school_name",
    "brin": "school_brin",
    "leerjaar": "school_year",
    "begin": "starts_on",
    "eind": "ends_on",
    "dagen_per_week": "days_per_week",
    "weekdagen": "weekdays",
    "schooluren": "school_hours",
    "uren_totaal": "hours_required",
    "zoekt_sinds": "searching_since",
    "postcode": "postcode",
}

PLACES = Layout(
    "school_places",
    (
        Column("kvk_nummer", _official(formats.clean_kvk), ("12345678", "12345678")),
        Column("vestigingsnummer", _official(formats.clean_branch), ("000012345678", "000012345678")),
        Column("leerplaats", _text(120), ("Helpende op de groep", "Hulp in de keuken")),
        _column("bedrijf", _text(160, formats.clean_name), "Kinderopvang De Vlieger", ""),
        _column("straat", _text(120), "Dorpsstraat", ""),
        _column("huisnummer", _text(20), "1", ""),
        _column("postcode", _official(formats.clean_postcode), "1315 AB", ""),
        _column("plaats", _text(80), "Almere", ""),
        _column("opleidingscodes", _codes, "25960;25655", "25960"),
        _column("leerweg", cells.one_of(words.LEERWEGEN), "bol", "bol"),
        _column("begin", cells.calendar_date, "2027-09-01", "01-09-2027"),
        _column("eind", cells.calendar_date, "2028-07-31", "31-07-2028"),
        _column("weekdagen", _weekdays, "ma-vr", "ma di do"),
        _column("uren_per_dag", cells.whole(1, 12), "8", "8"),
        _column("aantal", cells.whole(1, 200), "2", "1"),
        _column("taken", lambda text: formats.clean_text(text, field=None, several_lines=True), "Spelen en helpen", ""),
        _column("begeleider", _text(100, formats.clean_name), "", ""),
        _column("e_mail_begeleider", _official(formats.clean_email), "", ""),
    ),
)
LAYOUTS = {"students": STUDENTS, "places": PLACES}
