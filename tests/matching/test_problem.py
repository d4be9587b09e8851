"""What the matcher is told: which fields, checked how, stored in one form."""

import base64
import dataclasses
import re

import numpy as np
import pytest

from stagemakelaar.matching import problem as tables
from stagemakelaar.matching import scoring
from stagemakelaar.matching.problem import Candidates, Openings, Outcome, Pairs, Problem
from stagemakelaar.matching.scoring import Weights
from stagemakelaar.matching.solver import solve
from stagemakelaar.matching.storage import unpack
from tests.matching import cases

# Written by hand: whoever adds a field here says in the same breath why it may count.
CANDIDATE = """key code leerweg starts_on ends_on weekdays days late_hours is_minor is_under_16 school_hours max_minutes
    vog_ready_on must wishes processes kinds priority_class lot hours_required required register_ready_on"""
OPENING = """key organisation leerweg starts_on ends_on weekdays seats late_hours hours_per_day minimum_age vog features
    kinds processes covers_costs is_verified recognitions told unsupervised_risks register"""
PAIR = "candidate opening minutes mode is_estimate forbidden hints"

# A problem as version 1 stored it, in base 85, with its fingerprint and that of its outcome then.
VERSION_1 = (
    "Q&d4mMR=U$R!wfxKolO^2?<nC1Vt1H+REZjB0$qWm8c62fPhNus>-<bBpEgFM7Glsm5Lj%=>^~jtk@wAzzGlwBz7Ev@SK@(k{3@}"
    "OY9i;<@3z<`OTX*&*OeCl0iGNJ>KfJgUGJ!?AV?g_{?`>8a>*lJ-cFWu}!<Ov$4Bd86!RJQ$5?FG(4mY5WHp8EI|~zVH`O;(EFf)"
    "KV5K0>AvswqJd&1OCecJ3@!L|n!FoM(XhyAvw(+*Vo#^&20jg)>V{qvc}>n+>13L4+wPlWwl3W3MF+g$gw*wWQ*+bqM)8!)v8XBM"
    "$mBaA_h=N2NUF<~6|CB4utP&9mGwzCjE5}lIbO?+rfmervGNWLSkTC-!Ia`*!wp#E#%v-HsV2J)Q(9MrsUW)sQ(9AjL;uu`ahiv*"
    ">B=uv3`nN~wFQ&t=754>?QYv~8&u~9N(Pl?O4T94Za7g3!~Bo!adkyjLCR-T$|lx${D8tbJRZf`rNUbTB35VA*M%BVk2eCAZ1-r@"
    "tqoKimxVBss;QJ;-58;zt88-g#ao*o#c3x(A7dbJ8pW(FCKZ8?3F<uDW4=#^MO3Y<?t;LsyB;K@c4Qw?)@X`bk)#^DZg!G-ao3`5"
    "I0(G94!t;Z4`|D-tu7xQE0qoVu-Bq(m?Oz`@<!CE$A&oIi7C;NSdb_`0OXv+rRVujv|lf?@wdbu2%m1}!v(Sk*8-UZvkHZRWtq^3"
    "X%MwOLdql80@)&S@)ys28s=>(b1Jh28dpta+(f*E#_<lRei@DH{Nf$Oai~6yQy1TPiG9>mTqTJ!8l4(felKWrWyG5ro#NFx%Nm`E"
    "dj{zz)?rxi_vu9FyuMgZ@$;nteta+b-yAXTpOey9_RjiVSqO2KabNiVB5U%j_~C0M7tX@<PX4MDofVT?ll(M>7mQpXmxV;FA6Kzz"
    "CgKfEA6E~~m)d2VUkmAR90kM|5wH3)NJmg##bF>`^-D-cP``-!*e`xwRXdIo*PZH@(D-T3VZEB~tfvS@<*#oTeK@T}lVj=|^6Z7c"
    "*RKScr|_1BpWhx|la4QHc;z2|3o)PfO)+z#u9kIJ$ce?AsM}i|<~<w#H~mc_&XpS^`OijR^0k=<y9)LYY*RjWN7_ZO<Y=|!^9gqi"
    "Yzgc!*mbbGV7I|)V2e`!1nj=_eGlxGv}C>qU~@_Q|ES^rAXNJcDwC0l"
)
FINGERPRINT_1 = "c1017dbe151583942ef95574e1e24381c8a93c1ceabe8d8626bc2241de3451ce"
OUTCOME_1 = "b8ec4d153c7b73ed5204cd30ecca82a2b07789e99ac803eabb8f1c90039d2ba3"


def names(kind):
    return [field.name for field in dataclasses.fields(kind)]


def shuffled(table, rows, draw):
    """The same table, its rows given in another order."""
    order = draw.permutation(len(table))
    columns = {name: getattr(table, name) for name in names(type(table))}
    return type(table)(
        **{name: col[draw.permutation(len(col))] if name in rows else col[order] for name, col in columns.items()}
    )


def test_the_matcher_knows_of_a_student_only_what_may_count():
    assert names(Candidates) == CANDIDATE.split()


def test_the_matcher_knows_of_a_place_only_what_may_count():
    assert names(Openings) == OPENING.split()


def test_the_matcher_knows_of_a_pair_only_travel_what_is_forbidden_and_what_the_broker_wants():
    assert names(Pairs) == PAIR.split()
    assert names(Problem) == ["candidates", "openings", "pairs", "weights"]


@pytest.mark.promise("P45")
def test_rows_in_another_order_give_the_same_fingerprint_and_outcome():
    one = cases.random_problem(3, students=40, places=30, codes=4, hinted=True)
    draw = np.random.default_rng(0)
    other = Problem(
        candidates=shuffled(one.candidates, {"processes", "required"}, draw),
        openings=shuffled(one.openings, {"processes", "kinds", "recognitions", "told"}, draw),
        pairs=shuffled(one.pairs, {"forbidden", "hints"}, draw),
    )
    assert other.input_hash == one.input_hash
    assert solve(other).outcome_hash == solve(one).outcome_hash


@pytest.mark.parametrize("hinted", [False, True])
def test_a_stored_problem_is_the_very_problem(hinted):
    one = cases.random_problem(4, students=20, places=20, codes=3, hinted=hinted)
    again = Problem.from_bytes(one.to_bytes())
    assert again.input_hash == one.input_hash
    assert again.to_bytes() == one.to_bytes()
    assert solve(again).outcome_hash == solve(one).outcome_hash


def test_what_version_1_stored_is_read_and_gives_the_outcome_of_then():
    then = Problem.from_bytes(base64.b85decode(VERSION_1))
    assert then.input_hash == FINGERPRINT_1
    assert solve(then).outcome_hash == OUTCOME_1
    (facts, columns), (old_facts, old) = (
        unpack("problem", 1, data) for data in (then.to_bytes(), base64.b85decode(VERSION_1))
    )
    assert facts == old_facts
    assert {name: col.tolist() for name, col in columns.items()} == {name: col.tolist() for name, col in old.items()}
    assert then.candidates.hours_required.tolist() == [0] * len(then.candidates)
    assert then.pairs.hints.tolist() == []


@pytest.mark.parametrize(
    ("used", "version"),
    [
        ({}, 1),
        ({"candidate": {"hours_required": 1}}, 2),
        ({"candidate": {"required": (4,)}}, 2),
        ({"candidate": {"register_ready_on": 1}}, 2),
        ({"opening": {"told": (cases.CODE,)}}, 2),
        ({"opening": {"unsupervised_risks": True}}, 2),
        ({"opening": {"register": True}}, 2),
        ({"hints": [(1, 1, 2)]}, 2),
    ],
)
def test_a_problem_is_stored_in_the_oldest_version_that_can_hold_it(used, version):
    stored = cases.one_pair(**used).to_bytes()
    assert unpack("problem", version, stored)
    with pytest.raises(ValueError, match=f"holds problem version {version}, not problem version {version - 1}"):
        unpack("problem", version - 1, stored)


def test_columns_that_came_later_may_be_left_out():
    late = {"candidates": {}, "openings": {}, "pairs": {}}
    for label, (_since, absent) in tables.LATER.items():
        late[label.partition(".")[0]][label.partition(".")[2]] = absent
    one = cases.one_pair()
    assert set(late["candidates"]) == {"hours_required", "required", "register_ready_on"}
    for table, kind in ((one.candidates, Candidates), (one.openings, Openings), (one.pairs, Pairs)):
        known = {name: getattr(table, name) for name in names(kind)}
        for name in late[kind.__name__.lower()]:
            del known[name]
        again = kind(**known)
        assert all(getattr(again, name).tolist() == getattr(table, name).tolist() for name in names(kind))


def test_a_stored_outcome_is_the_very_outcome():
    outcome = solve(cases.random_problem(5, students=20, places=20, codes=3))
    again = Outcome.from_bytes(outcome.to_bytes())
    assert again.outcome_hash == outcome.outcome_hash
    assert (again.placed, again.profile, again.total_fit, again.engine) == (
        outcome.placed,
        outcome.profile,
        outcome.total_fit,
        "scipy",
    )
    assert again.certificate.holds
    assert again.certificate.prices.tolist() == outcome.certificate.prices.tolist()


@pytest.mark.parametrize(
    "change",
    [
        {"candidate": {"max_minutes": 46}},
        {"candidate": {"lot": 1}},
        {"candidate": {"processes": (3,)}},
        {"opening": {"seats": 2}},
        {"opening": {"recognitions": ((cases.CODE, 1, 2),)}},
        {"minutes": 21},
        {"forbidden": [(1, 1, 0)]},
        {"candidate": {"hours_required": 1}},
        {"candidate": {"required": (3,)}},
        {"opening": {"told": (cases.CODE,)}},
        {"hints": [(1, 1, 2)]},
    ],
)
def test_every_fact_counts_in_the_fingerprint(change):
    assert cases.one_pair(**change).input_hash != cases.one_pair().input_hash


def test_the_weights_count_in_the_fingerprint():
    assert cases.problem([{}], [{}], learning=60).input_hash != cases.problem([{}], [{}]).input_hash


def test_the_outcome_of_another_input_has_another_fingerprint():
    assert solve(cases.one_pair(minutes=20)).outcome_hash != solve(cases.one_pair(candidate={"lot": 5})).outcome_hash


def test_an_outcome_counts_the_placed_per_class():
    classes = [3, 1, 1, 0]
    problem = cases.problem([{"priority_class": one} for one in classes], [{}, {}], [(1, 1), (2, 1), (3, 2), (4, 2)])
    outcome = solve(problem)
    assert outcome.place.tolist() == [-1, 1, -1, 2]
    assert outcome.profile == (1, 1, 0, 0)
    assert outcome.placed == 2
    assert outcome.total_fit == 34


def test_a_problem_without_anyone_or_anything_is_a_problem():
    nothing = cases.problem([], [])
    assert Problem.from_bytes(nothing.to_bytes()).input_hash == nothing.input_hash


def test_columns_cannot_be_changed_afterwards():
    one = cases.one_pair()
    with pytest.raises(ValueError, match="read-only"):
        one.candidates.code[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.weights = Weights()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "data: not a stored problem"),
        (b"something", "data: not a stored problem"),
        (b"STAGE", "data: the stored problem is damaged"),
        (b"STAGEx\x9c\x00", "data: the stored problem is damaged"),
    ],
)
def test_other_bytes_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        Problem.from_bytes(data)


def test_damaged_bytes_are_refused():
    data = bytearray(cases.one_pair().to_bytes())
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(ValueError, match="damaged"):
        Problem.from_bytes(bytes(data))


def test_an_outcome_is_not_taken_for_a_problem():
    with pytest.raises(ValueError, match="holds outcome version 1, not problem"):
        Problem.from_bytes(solve(cases.one_pair()).to_bytes())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": 0}, "candidates.key: row 1 is 0, must be from 1"),
        ({"key": 1}, "candidates.key: row 1 repeats key 1"),
        ({"days": 0}, "candidates.days: row 1 is 0, must be from 1 to 7"),
        ({"days": 2.5}, "candidates.days: row 1 is 2.5, a whole number is needed"),
        ({"days": float("nan")}, "candidates.days: row 1 is nan, a whole number is needed"),
        ({"days": None}, "candidates.days: row 1 is None, a whole number is needed"),
        ({"code": "25655"}, "candidates.code: row 0 is '25655', a whole number is needed"),
        ({"is_minor": 2}, "candidates.is_minor: row 1 is 2, must be from 0 to 1"),
        ({"ends_on": cases.START - 1}, "candidates.ends_on: key 2 ends before it starts"),
        ({"lot": 2**80}, "candidates.lot: a number is too large"),
        ({"kinds": (-2,)}, "candidates.kinds: row 1 is -2"),
        ({"processes": (-1,)}, "candidates.processes.process: row 0 is -1"),
        ({"priority_class": 4}, "candidates.priority_class: row 1 is 4, must be from 0 to 3"),
    ],
)
def test_a_wrong_candidate_is_refused_by_column_and_row(change, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        cases.candidates({}, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seats": -1}, "openings.seats: row 1 is -1, must be from 0"),
        ({"hours_per_day": 8}, "openings.hours_per_day: row 1 is 8, must be from 60 to 1440"),
        ({"minimum_age": 17}, "openings.minimum_age: place 2 has 17, must be 0, 16 or 18"),
        ({"covers_costs": 2}, "openings.covers_costs: row 1 is 2"),
        ({"starts_on": 30_000, "ends_on": 29_999}, "openings.ends_on: key 2 ends before it starts"),
        ({"recognitions": ((cases.CODE, 9, 8),)}, "openings.recognitions: place 2, code 25655 ends before it begins"),
        ({"recognitions": ((0, 1, 8),)}, "openings.recognitions.code: row 1 is 0"),
    ],
)
def test_a_wrong_opening_is_refused_by_column_and_row(change, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        cases.openings({}, change)


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"pairs.minutes: has 1 rows, pairs.candidate has 2"):
        Pairs(candidate=[1, 2], opening=[1, 1], minutes=[5], mode=[0, 0], is_estimate=[0, 0], forbidden=[])


def test_loose_rows_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"pairs.forbidden: needs length 3, got 2"):
        Pairs(candidate=[], opening=[], minutes=[], mode=[], is_estimate=[], forbidden=[(1, 1)])


def test_ragged_rows_are_refused():
    with pytest.raises(ValueError, match=r"pairs.forbidden: rows of different length"):
        Pairs(candidate=[], opening=[], minutes=[], mode=[], is_estimate=[], forbidden=[(1, 1, 0), (1, 1)])


def test_a_pair_twice_is_refused():
    with pytest.raises(ValueError, match=r"pairs.candidate: row 1 repeats candidate 1, opening 1"):
        cases.pairs([(1, 1), (1, 1)])


@pytest.mark.parametrize(
    ("rows", "forbidden", "message"),
    [
        ([(2, 1)], [], "pairs.candidate: row 0 names 2, which is not in the problem"),
        ([(1, 7)], [], "pairs.opening: row 0 names 7, which is not in the problem"),
        ([(1, 1)], [(1, 9, 0)], "pairs.forbidden.opening: row 0 names 9, which is not in the problem"),
        ([(1, 1)], [(3, 1, 0)], "pairs.forbidden.candidate: row 0 names 3, which is not in the problem"),
    ],
)
def test_a_pair_of_strangers_is_refused(rows, forbidden, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        cases.problem([{}], [{}], rows, forbidden)


def test_a_hint_about_a_stranger_is_refused():
    with pytest.raises(ValueError, match=r"pairs.hints.candidate: row 0 names 7, which is not in the problem"):
        cases.one_pair(hints=[(7, 1, 2)])


def test_a_hint_about_a_place_that_takes_no_part_is_kept():
    assert cases.one_pair(hints=[(1, 9, 3)]).pairs.hints.tolist() == [[1, 9, 3]]


def test_two_hints_about_one_pair_are_refused():
    with pytest.raises(ValueError, match=r"pairs.hints: candidate 1, opening 1 has two levels"):
        cases.one_pair(hints=[(1, 1, 2), (1, 1, 0)])


def test_a_problem_needs_its_own_tables():
    one = cases.one_pair()
    with pytest.raises(ValueError, match="openings: needs a Openings"):
        Problem(candidates=one.candidates, openings=one.pairs, pairs=one.pairs)


def test_the_room_is_imported_without_flask_or_scipy():
    import subprocess
    import sys

    code = "import sys, stagemakelaar.matching as room; room.assign; print({'flask', 'scipy'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_numbers_that_the_caller_must_know_stay_what_they_are():
    assert (tables.BOL, tables.BBL, tables.NO_PLACE, tables.UNKNOWN) == (0, 1, -1, -1)
    assert (tables.NO_LATE_HOURS, tables.EVENING, tables.EVENING_AND_NIGHT) == (0, 1, 2)
    assert (scoring.NEVER, scoring.RATHER_NOT, scoring.RATHER, scoring.MUST) == (0, 1, 2, 3)
    assert np.datetime64(tables.NO_END, "D") == np.datetime64("9999-12-31")
