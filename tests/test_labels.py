"""The word list is complete: what a page can show has words, in Dutch and in English."""

import enum
import importlib
import pkgutil

import stagemakelaar
from stagemakelaar import labels, rooms

# Members that no page shows: they steer the program, or a command has sentences for them.
SILENT = {
    "DatabaseKind",
    "Permission",
    "Numbered",
    "LinkPurpose",
    "What",
    "Purpose",
    "Rule",
    "Cause",
    "Engine",
    "Break",
    "Kind",
}


def enums_below_the_web():
    rooms.import_models()
    for info in pkgutil.walk_packages(stagemakelaar.__path__, "stagemakelaar."):
        if info.name.startswith(("stagemakelaar.web", "stagemakelaar.seed", "stagemakelaar.matching")):
            continue
        for thing in vars(importlib.import_module(info.name)).values():
            if isinstance(thing, type) and issubclass(thing, enum.Enum) and thing.__module__ == info.name:
                yield thing


def test_every_member_that_a_page_can_show_has_words():
    missing = [
        member
        for kind in enums_below_the_web()
        if kind.__name__ not in SILENT
        for member in kind
        if member not in labels.WORDS
    ]
    assert missing == []


def test_weekdays_are_named_as_people_name_them(app):
    with app.test_request_context():
        assert labels.weekdays(0b0000111) == "maandag, dinsdag en woensdag"
        assert labels.weekdays(0b0010000) == "vrijdag"
        assert labels.weekdays(0) == ""


def test_money_is_written_the_dutch_way(app):
    with app.test_request_context():
        assert labels.euros(35000).replace("\xa0", " ") == "€ 350,00"
