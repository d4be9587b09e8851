"""Every hard rule, at its edge: just allowed, and just not."""

import numpy as np
import pytest

from stagemakelaar.matching.checks import _allowed
from stagemakelaar.matching.eligibility import Rule, broken_rules, names, why_not
from tests.matching import cases
from tests.matching.cases import CODE, END, START


def broken(candidate=None, opening=None, minutes=20, forbidden=(), hints=()):
    """Names of the rules that a student and a place break."""
    return [rule.value for rule in why_not(cases.one_pair(candidate, opening, minutes, forbidden, hints), 1, 1)]


def recognised(*rows):
    return {"recognitions": rows}


MINOR = {"is_minor": True}

ALLOWED = {
    "nothing special": ({}, {}),
    "recognised on exactly the days of the internship": ({}, recognised((CODE, START, END))),
    "two recognitions that join": ({}, recognised((CODE, START - 9, START + 5), (CODE, START + 6, END))),
    "two recognitions that overlap": ({}, recognised((CODE, START - 9, END - 5), (CODE, START, END))),
    "a long recognition before a short one": ({}, recognised((CODE, START - 9, END), (CODE, START - 8, START - 7))),
    "recognised by an equivalent, as a row of the student's code": ({"code": 25_000}, recognised((25_000, START, END))),
    "another code beside it": ({}, recognised((CODE - 1, 1, 2), (CODE, START, END), (CODE + 1, 1, 2))),
    "open on exactly the days of the internship": ({}, {"starts_on": START, "ends_on": END}),
    "exactly the days asked": ({"weekdays": 0b00111, "days": 3}, {"weekdays": 0b11111}),
    "evening work, and the student can": ({"late_hours": 1}, {"late_hours": 1}),
    "a minor in the evening": ({"late_hours": 2} | MINOR, {"late_hours": 1}),
    "an adult at night": ({"late_hours": 2}, {"late_hours": 2}),
    "a minor of nine hours a day": ({"days": 3, "school_hours": 13} | MINOR, {"hours_per_day": 540}),
    "a minor of forty hours with school": ({"days": 4, "school_hours": 8} | MINOR, {"hours_per_day": 480}),
    "an adult of long days": ({"days": 5, "school_hours": 20}, {"hours_per_day": 600}),
    "a minor where one must be sixteen": (MINOR, {"minimum_age": 16}),
    "an adult where one must be eighteen": ({}, {"minimum_age": 18}),
    "a VOG on the first day": ({"vog_ready_on": START}, {"vog": True}),
    "a late VOG where none is needed": ({"vog_ready_on": START + 50}, {"vog": False}),
    "every condition met": ({"must": 0b101}, {"features": 0b111}),
    "one seat": ({}, {"seats": 1}),
    # H3
    "every work process that must be": ({"required": (1, 2)}, {"processes": (1, 2, 3), "told": (CODE,)}),
    "a place that told of no work process": ({"required": (1,)}, {}),
    "a place that told of another code only": ({"required": (1,)}, {"processes": (7,), "told": (CODE + 1,)}),
    "no work process that must be": ({"processes": (1,)}, {"processes": (2,), "told": (CODE,)}),
    "the last of two hundred work processes": (
        {"required": tuple(range(200))},
        {"processes": tuple(range(200)), "told": (CODE,)},
    ),
    # H9: 101 days, four days of eight hours a week: 461 hours and 43 minutes
    "hours that just fit": ({"hours_required": 461}, {}),
    "hours that are not known": ({"hours_required": 0}, {"hours_per_day": 60}),
    "exactly the hours of whole weeks": ({"ends_on": START + 69, "hours_required": 320}, {}),
    # H10
    "a minor whose nine hours leave fifteen of rest": ({"days": 4, "school_hours": 4} | MINOR, {"hours_per_day": 540}),
    "a minor of five days without school": ({"days": 5, "school_hours": 0} | MINOR, {}),
    # H11
    "an adult at work with risks": ({}, {"unsupervised_risks": True}),
    "a minor at work without risks, or supervised": (MINOR, {"unsupervised_risks": False}),
    # H14
    "in the childcare register on the first day": ({"register_ready_on": START}, {"register": True}),
    "late for a register that is not needed": ({"register_ready_on": START + 1}, {"register": False}),
    # H8: school on Friday, and the place works on Friday as well
    "a school day on which the place works": ({"weekdays": 0b01111, "days": 4}, {"weekdays": 0b11111}),
}

FORBIDDEN = {
    "recognised from the second day": ({}, recognised((CODE, START + 1, END)), ["recognised"]),
    "recognition ended the day before": ({}, recognised((CODE, 1, START - 1)), ["recognised"]),
    "no recognition at all": ({}, recognised(), ["recognised"]),
    "recognised for another code": ({}, recognised((CODE + 1, 1, END)), ["recognised"]),
    "recognition ends a day early": ({}, recognised((CODE, 1, END - 1)), ["recognised_to_end"]),
    "recognition ends on the first day": ({}, recognised((CODE, 1, START)), ["recognised_to_end"]),
    "a day between two recognitions": (
        {},
        recognised((CODE, 1, START + 5), (CODE, START + 7, END)),
        ["recognised_to_end"],
    ),
    "bbl student, bol place": ({"leerweg": 1}, {}, ["leerweg"]),
    "bol student, bbl place": ({}, {"leerweg": 1}, ["leerweg"]),
    "company not verified": ({}, {"is_verified": False}, ["verified"]),
    "open from the second day": ({}, {"starts_on": START + 1}, ["period"]),
    "closes a day early": ({}, {"ends_on": END - 1}, ["period"]),
    "one day too few in common": ({"weekdays": 0b00111, "days": 4}, {}, ["days"]),
    "works on school days only": ({"weekdays": 0b10000, "days": 1}, {"weekdays": 0b01111}, ["days"]),
    "evening work, and the student cannot": ({"late_hours": 0}, {"late_hours": 1}, ["late_hours"]),
    "night work, and the student can evenings": ({"late_hours": 1}, {"late_hours": 2}, ["late_hours"]),
    "a minor at night": ({"late_hours": 2} | MINOR, {"late_hours": 2}, ["minor_night"]),
    "a minor over nine hours": ({"days": 2} | MINOR, {"hours_per_day": 541}, ["minor_hours"]),
    "a minor over forty hours": ({"days": 4, "school_hours": 9} | MINOR, {}, ["minor_hours"]),
    "a minor a minute over forty": ({"days": 1, "school_hours": 32} | MINOR, {"hours_per_day": 481}, ["minor_hours"]),
    "under sixteen": ({"is_under_16": True, "school_hours": 0} | MINOR, {}, ["under_16"]),
    "under sixteen where one must be sixteen": (
        {"is_under_16": True, "school_hours": 0} | MINOR,
        {"minimum_age": 16},
        ["under_16", "minimum_age"],
    ),
    "a minor where one must be eighteen": (MINOR, {"minimum_age": 18}, ["minimum_age"]),
    "a VOG a day late": ({"vog_ready_on": START + 1}, {"vog": True}, ["vog"]),
    "one condition not met": ({"must": 0b101}, {"features": 0b011}, ["must_condition"]),
    "no seat": ({}, {"seats": 0}, ["seats"]),
    # H3
    "one work process missing": ({"required": (1, 2)}, {"processes": (1, 3), "told": (CODE,)}, ["processes"]),
    "told, and none can be learnt": ({"required": (1,)}, {"told": (CODE,)}, ["processes"]),
    "the last of two hundred work processes missing": (
        {"required": tuple(range(200))},
        {"processes": tuple(range(199)), "told": (CODE,)},
        ["processes"],
    ),
    # H9
    "an hour too few in all": ({"hours_required": 462}, {}, ["hours"]),
    "an hour more than whole weeks": ({"ends_on": START + 69, "hours_required": 321}, {}, ["hours"]),
    "a day too short for the hours": ({"ends_on": START + 68, "hours_required": 320}, {}, ["hours"]),
    # H10: five days of nine hours are 45 a week, and more than the mean of 40 may be
    "a minor of forty-five hours": ({"days": 5, "school_hours": 0} | MINOR, {"hours_per_day": 540}, ["minor_hours"]),
    "a minor who needs twelve hours of rest": ({"days": 1} | MINOR, {"hours_per_day": 720}, ["minor_hours"]),
    # H11
    "a minor at work with risks, alone": (MINOR, {"unsupervised_risks": True}, ["dangerous_work"]),
    # H14
    "a day late for the childcare register": ({"register_ready_on": START + 1}, {"register": True}, ["register"]),
    # H8: the place works on the school day alone besides three others
    "needs the school day": ({"weekdays": 0b01111, "days": 4}, {"weekdays": 0b10111}, ["days"]),
}


@pytest.mark.parametrize(("candidate", "opening"), ALLOWED.values(), ids=ALLOWED)
def test_a_pair_at_the_edge_is_allowed(candidate, opening):
    assert broken(candidate, opening) == []


@pytest.mark.parametrize(("candidate", "opening", "rules"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_pair_over_the_edge_is_refused_by_name(candidate, opening, rules):
    assert broken(candidate, opening) == rules


def test_travel_up_to_the_own_maximum_is_allowed():
    assert broken({"max_minutes": 45}, minutes=45) == []


def test_travel_a_minute_above_the_own_maximum_is_refused():
    assert broken({"max_minutes": 45}, minutes=46) == ["travel"]


def test_travel_that_is_not_known_excludes_nobody():
    assert broken(minutes=-1) == []


def test_a_pair_that_is_not_listed_is_out_of_reach():
    assert [rule.value for rule in why_not(cases.problem([{}], [{}, {}], [(1, 2)]), 1, 1)] == ["travel"]
    assert [rule.value for rule in why_not(cases.problem([{}], [{}], []), 1, 1)] == ["travel"]


def test_a_place_that_was_declined_is_not_proposed_again():
    assert broken(forbidden=[(1, 1, 3)]) == ["not_again"]


def test_what_one_student_declined_stays_open_to_another():
    both = cases.problem([{}, {}], [{}, {}], forbidden=[(1, 2, 0)])
    assert broken_rules(both).tolist() == [0, Rule.NOT_AGAIN.bit, 0, 0]


def test_all_broken_rules_are_named():
    assert broken({"leerweg": 1, "must": 1}, {"seats": 0, "vog": False}, minutes=99) == [
        "leerweg",
        "travel",
        "must_condition",
        "seats",
    ]


def test_a_stranger_is_a_value_error():
    with pytest.raises(ValueError, match="candidate: row 0 names 9"):
        why_not(cases.one_pair(), 9, 1)
    with pytest.raises(ValueError, match="opening: row 0 names 9"):
        why_not(cases.one_pair(), 1, 9)


def test_every_rule_has_a_bit_of_its_own():
    assert sorted(rule.bit for rule in Rule) == [1 << at for at in range(len(Rule))]
    assert names(sum(rule.bit for rule in Rule)) == list(Rule)


@pytest.mark.parametrize("hinted", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_second_opinion_agrees_on_every_pair(seed, hinted):
    problem = cases.random_problem(seed, students=60, places=60, codes=4, hinted=hinted)
    allowed = _allowed(problem, np.arange(len(problem.pairs)))
    assert (broken_rules(problem) == 0).tolist() == allowed.tolist()
    assert 0 < allowed.sum() < len(allowed)


def test_nobody_and_nothing_break_no_rule():
    assert broken_rules(cases.problem([], [])).tolist() == []
    assert broken_rules(cases.problem([{}], [])).tolist() == []
