"""The matcher's numbers in words, for the broker with figures, for the student without."""

import pytest

from stagemakelaar.matching.explain import Cause, NextStep
from stagemakelaar.web.explanations import (
    HELP,
    WHAT,
    Audience,
    agreed_in_words,
    cause_in_words,
    parts_in_words,
    total_in_words,
)

FACTS = {
    "minutes": 25,
    "max_minutes": 45,
    "mode": 1,
    "is_estimate": False,
    "processes_wanted": [1, 2, 3, 4, 5, 6],
    "processes_possible": [1, 2, 3, 4, 5],
    "kinds_wished": [8, 0],
    "kind_rank": 2,
    "wishes": 0b11,
    "wishes_met": 0b10,
    "covers_costs": True,
}
EXPLAINED = {
    "parts": [
        {"name": "learning", "points": 42, "most": 50},
        {"name": "travel", "points": 13, "most": 30},
        {"name": "kind", "points": 7, "most": 10},
        {"name": "costs", "points": 10, "most": 10},
    ],
    "facts": FACTS,
}
UNKNOWN = {
    "parts": [{"name": part["name"], "points": None, "most": part["most"]} for part in EXPLAINED["parts"]],
    "facts": {},
}


@pytest.fixture(autouse=True)
def request_of_someone(app):
    with app.test_request_context("/"):
        yield


class TestParts:
    def test_the_broker_reads_every_part_with_its_points(self):
        assert parts_in_words(EXPLAINED) == [
            ("5 van 6 werkprocessen", 42, 50),
            ("25 minuten fietsen (hoogstens 45)", 13, 30),
            ("soort werk: met mensen (tweede keus); 1 van 2 wensen over de werkplek", 7, 10),
            ("vergoeding of reiskosten: ja", 10, 10),
        ]

    def test_the_student_reads_what_speaks_for_the_place(self):
        assert [part.text for part in parts_in_words(EXPLAINED, Audience.STUDENT)] == [
            "je kunt er 5 van de 6 dingen leren die je koos",
            "het is 25 minuten fietsen van je huis",
            "het is werk dat je koos: met mensen en er is wat je fijn vindt: een lift",
            "je krijgt een vergoeding of geld voor de reis",
        ]

    def test_what_is_not_known_earns_nothing_and_says_so(self):
        assert parts_in_words(UNKNOWN) == [
            ("werkprocessen: niet bekend", 0, 50),
            ("reistijd: niet bekend", 0, 30),
            ("soort werk: geen keus gemaakt", 0, 10),
            ("vergoeding of reiskosten: niet bekend", 0, 10),
        ]
        assert parts_in_words(UNKNOWN, Audience.STUDENT) == []

    def test_what_speaks_against_it_is_told_to_the_broker_alone(self):
        poor = EXPLAINED | {"facts": FACTS | {"kind_rank": None, "wishes": 0, "wishes_met": 0, "covers_costs": False}}
        told = [part.text for part in parts_in_words(poor)]
        assert told[2:] == ["soort werk: niet wat de student koos", "vergoeding of reiskosten: nee"]
        assert len(parts_in_words(poor, Audience.STUDENT)) == 2

    def test_an_estimate_is_called_an_estimate(self):
        rough = EXPLAINED | {"facts": FACTS | {"is_estimate": True}}
        assert parts_in_words(rough)[1].text == "ongeveer 25 minuten fietsen, een schatting (hoogstens 45)"
        assert parts_in_words(rough, Audience.STUDENT)[1].text == "het is ongeveer 25 minuten fietsen van je huis"

    def test_required_work_of_which_a_place_told_nothing_is_to_be_asked(self):
        silent = EXPLAINED | {"facts": FACTS | {"processes_required": [1], "processes_told": False}}
        assert "Vraag het na" in parts_in_words(silent)[0].text
        told = EXPLAINED | {"facts": FACTS | {"processes_required": [1], "processes_told": True}}
        assert parts_in_words(told)[0].text == "5 van 6 werkprocessen"

    @pytest.mark.parametrize(("agreed", "words"), [(15, "+15 punten"), (-4, "\u22124 punten")])
    def test_what_a_broker_wanted_stands_apart_and_counts_in_the_total(self, agreed, words):
        hinted = EXPLAINED | {"agreed": agreed}
        assert words in agreed_in_words(hinted)
        assert total_in_words(hinted).points == 72 + agreed
        assert agreed_in_words(EXPLAINED) == ""

    def test_all_parts_together_are_the_total(self):
        assert total_in_words(EXPLAINED) == ("samen", 72, 100)

    def test_a_placement_by_hand_has_no_parts(self):
        assert parts_in_words({}) == []
        assert total_in_words({}) is None


class TestCauses:
    @pytest.mark.parametrize("audience", list(Audience))
    def test_every_cause_and_every_step_has_words_for_both(self, audience):
        assert set(WHAT[audience]) == set(Cause)
        assert set(HELP[audience]) == set(NextStep)

    def test_the_broker_reads_the_figures(self):
        facts = {
            "next_step": "widen_travel",
            "places": 14,
            "openers": [{"rule": "travel", "amount": 15, "places": 3, "with_room": 2}],
            "shortage": None,
            "taken_by_class": [0, 0, 0, 0],
        }
        told = cause_in_words("not_within_reach", facts)
        assert told.what == "Er zijn plekken voor deze opleiding, maar niet binnen de reistijd."
        assert told.next_step == "Vraag de student of een langere reis kan."
        assert told.figures == [
            "14 plekken in het programma zijn voor deze opleiding.",
            "Met 15 minuten meer reistijd komen er 3 plekken bij, waarvan 2 met ruimte.",
        ]

    def test_a_shortage_says_who_sits_on_the_seats(self):
        facts = {
            "next_step": "win_seats",
            "places": 2,
            "shortage": {"students": 12, "seats": 9, "short": 3},
            "taken_by_class": [1, 2, 0, 0],
        }
        figures = cause_in_words(Cause.SEATS_TAKEN, facts).figures
        assert figures[1:] == [
            "12 studenten passen alleen op dezelfde 9 plekken: er zijn er 3 te weinig.",
            (
                "Op de plekken die passen zitten 3 studenten: "
                "1 × eerder een plek verloren door anderen, 2 × zoekt langer dan 12 weken."
            ),
        ]

    def test_the_student_reads_no_figures(self):
        told = cause_in_words("seats_taken", {"next_step": "win_seats", "places": 2}, Audience.STUDENT)
        assert told.what == "De plekken die bij je passen, gingen naar studenten die al langer wachten."
        assert told.figures == []
