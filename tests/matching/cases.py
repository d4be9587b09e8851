"""Problems for tests: one student and one place that fit, with only what matters said; and random ones."""

import numpy as np
from hypothesis import strategies as st

from stagemakelaar.matching.problem import NO_END, Candidates, Openings, Pairs, Problem
from stagemakelaar.matching.scoring import Weights

CODE = 25655
START, END = 20_700, 20_800

CANDIDATE = {
    "code": CODE,
    "leerweg": 0,
    "starts_on": START,
    "ends_on": END,
    "weekdays": 0b11111,
    "days": 4,
    "late_hours": 0,
    "is_minor": False,
    "is_under_16": False,
    "school_hours": 8,
    "max_minutes": 45,
    "vog_ready_on": START,
    "must": 0,
    "wishes": 0,
    "processes": (),
    "kinds": (),
    "priority_class": 3,
    "lot": 0,
    "hours_required": 0,
    "required": (),
    "register_ready_on": 0,
}
OPENING = {
    "organisation": 1,
    "leerweg": 0,
    "starts_on": START - 30,
    "ends_on": NO_END,
    "weekdays": 0b11111,
    "seats": 1,
    "late_hours": 0,
    "hours_per_day": 480,
    "minimum_age": 0,
    "vog": False,
    "features": 0,
    "kinds": (),
    "processes": (),
    "covers_costs": -1,
    "is_verified": True,
    "recognitions": ((CODE, START - 400, END + 400),),
    "told": (),
    "unsupervised_risks": False,
    "register": False,
}


# (student, place, points): a circle of four students, with two ways to place them all.
A_POINT_AGAINST_THE_LOTS = [(0, 2, 0), (0, 0, 30), (1, 3, 0), (1, 1, 29), (2, 0, 30), (2, 3, 0), (3, 1, 30), (3, 2, 0)]


def candidates(*people):
    """Candidates with keys 1, 2, … unless said; each is a dict of what differs from CANDIDATE."""
    full = [CANDIDATE | {"key": at} | person for at, person in enumerate(people, start=1)]
    loose = ("processes", "required", "kinds")
    columns = {name: [one[name] for one in full] for name in CANDIDATE if name not in loose}
    return Candidates(
        key=[one["key"] for one in full],
        processes=[(one["key"], process) for one in full for process in one["processes"]],
        required=[(one["key"], process) for one in full for process in one["required"]],
        kinds=[[*one["kinds"], -1, -1, -1, -1, -1][:5] for one in full],
        **columns,
    )


def openings(*places):
    """Openings with keys 1, 2, … unless said; each is a dict of what differs from OPENING."""
    full = [OPENING | {"key": at} | place for at, place in enumerate(places, start=1)]
    loose = ("processes", "kinds", "recognitions", "told")
    return Openings(
        key=[one["key"] for one in full],
        processes=[(one["key"], process) for one in full for process in one["processes"]],
        kinds=[(one["key"], kind) for one in full for kind in one["kinds"]],
        recognitions=[(one["key"], *row) for one in full for row in one["recognitions"]],
        told=[(one["key"], code) for one in full for code in one["told"]],
        **{name: [one[name] for one in full] for name in OPENING if name not in loose},
    )


def pairs(rows, forbidden=(), hints=()):
    """Pairs from (candidate, opening) or (candidate, opening, minutes)."""
    full = [(*row, 20)[:3] for row in rows]
    return Pairs(
        candidate=[row[0] for row in full],
        opening=[row[1] for row in full],
        minutes=[row[2] for row in full],
        mode=[1] * len(full),
        is_estimate=[True] * len(full),
        forbidden=list(forbidden),
        hints=list(hints),
    )


def problem(people, places, rows=None, forbidden=(), hints=(), **weights):
    """A problem; without `rows` every student reaches every place in 20 minutes."""
    who, where = candidates(*people), openings(*places)
    if rows is None:
        rows = [(one, other) for one in who.key for other in where.key]
    return Problem(
        candidates=who,
        openings=where,
        pairs=pairs(rows, forbidden, hints),
        weights=Weights(**weights),
    )


def one_pair(candidate=None, opening=None, minutes=20, forbidden=(), hints=()):
    """A problem of one student and one place."""
    return problem([candidate or {}], [opening or {}], [(1, 1, minutes)], forbidden, hints)


def random_problem(seed, students=300, places=500, codes=40, size=60, *, hinted=False):
    """A city-like problem: heavy-tailed codes, a map of `size` minutes wide, some students without any place.

    `hinted`: also with what came in version 2 of the problem: hours, required processes, registers, risks, hints.
    """
    draw = np.random.default_rng(seed)
    share = 1 / np.arange(1, codes + 1)
    share /= share.sum()
    their, own = (
        draw.choice(codes, students, p=share),
        draw.choice(codes, places, p=share),
    )
    home, site = (
        draw.uniform(0, size, (students, 2)),
        draw.uniform(0, size, (places, 2)),
    )
    people = [
        {
            "code": 20_000 + int(their[at]),
            "leerweg": int(draw.random() < 0.2),
            "starts_on": START + int(draw.integers(0, 3)) * 7,
            "weekdays": int(draw.choice([0b11111, 0b01111, 0b11110, 0b1111111])),
            "days": int(draw.integers(3, 5)),
            "late_hours": int(draw.integers(0, 3)),
            "is_minor": bool(draw.random() < 0.3),
            "max_minutes": int(draw.choice([20, 30, 45, 60])),
            "must": int(draw.random() < 0.05),
            "wishes": int(draw.integers(0, 8)),
            "processes": tuple(draw.choice(9, int(draw.integers(0, 5)), replace=False).tolist()),
            "kinds": tuple(draw.choice(12, 3, replace=False).tolist()),
            "priority_class": int(draw.integers(0, 4)),
            "lot": int(draw.integers(0, 10**6)),
        }
        for at in range(students)
    ]
    sites = [
        {
            "leerweg": int(draw.random() < 0.2),
            "organisation": int(draw.integers(1, places + 1)),
            "weekdays": int(draw.choice([0b11111, 0b01111, 0b1111111])),
            "seats": int(draw.choice([1, 1, 1, 2, 3])),
            "late_hours": int(draw.choice([0, 0, 0, 1, 2])),
            "minimum_age": int(draw.choice([0, 0, 16, 18])),
            "vog": bool(draw.random() < 0.2),
            "features": int(draw.integers(0, 8)),
            "kinds": tuple(draw.choice(12, 2, replace=False).tolist()),
            "processes": tuple(draw.choice(9, int(draw.integers(0, 7)), replace=False).tolist()),
            "covers_costs": int(draw.integers(-1, 2)),
            "recognitions": (
                (
                    20_000 + int(own[at]),
                    START - 400,
                    START + int(draw.choice([60, 900, 900, 900])),
                ),
            ),
        }
        for at in range(places)
    ]
    apart = np.hypot(*(home[:, None, :] - site[None, :, :]).transpose(2, 0, 1)).round().astype(int)
    near = [(int(i) + 1, int(j) + 1, int(apart[i, j])) for i, j in np.argwhere(their[:, None] == own[None, :])]
    near = [row for row in near if row[2] <= 75]
    forbidden = [(row[0], row[1], 0) for row in near if draw.random() < 0.02]
    if not hinted:
        return problem(people, sites, near, forbidden)
    for person in people:
        person |= {"hours_required": int(draw.choice([0, 300, 400])), "required": person["processes"][:1]}
        person["register_ready_on"] = START + int(draw.integers(9))
    for at, site in enumerate(sites):
        site |= {"register": bool(draw.random() < 0.2), "unsupervised_risks": bool(draw.random() < 0.2)}
        site["told"] = (20_000 + int(own[at]),) if site["processes"] and draw.random() < 0.5 else ()
    hints = [(row[0], row[1], int(draw.choice([0, 1, 1, 2, 2, 3]))) for row in near if draw.random() < 0.05]
    return problem(people, sites, near, forbidden, hints)


@st.composite
def small_problems(draw, students=6, places=4):
    """Problems that are small and full of ties: few distances, several classes, places with more seats than one."""
    n, m = draw(st.integers(1, students)), draw(st.integers(1, places))
    people = [{"priority_class": draw(st.integers(0, 3)), "lot": draw(st.integers(0, 3))} for _ in range(n)]
    sites = [{"seats": draw(st.sampled_from((0, 1, 1, 1, 2, 3)))} for _ in range(m)]
    far = st.sampled_from((0, 15, 15, 30, 45, 60, 60, 60))  # at 60 out of reach
    rows = [(i, j, draw(far)) for i in range(1, n + 1) for j in range(1, m + 1)]
    return problem(people, sites, rows)
