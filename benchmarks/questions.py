"""What a broker asks after a round, timed against working out the round again.

Every answer that is checked must equal the difference of two full outcomes, in number, profile and fit.
"""

import statistics

import numpy as np

from benchmarks.instances import as_problem, instance
from benchmarks.peers import judged, own, weights

ASKED, CHECKED = 400, 5


def asked(one, timed):
    """Return what was measured, of the `Problem` made from an instance. timed: as in `measured`."""
    from stagemakelaar.matching.explain import alternatives, what_if
    from stagemakelaar.matching.findings import findings
    from stagemakelaar.matching.judgement import judge
    from stagemakelaar.matching.newseats import more_seats, new_places
    from stagemakelaar.matching.residual import board_of
    from stagemakelaar.matching.shortage import shortages
    from stagemakelaar.matching.solver import solve

    small = as_problem(instance("S", 0))  # what must be imported or compiled first is not counted here
    for engine in ("scipy", "kernel"):
        solve(small, engine=engine)
    problem, making, _ = timed(lambda: as_problem(one))
    judgement, judging, _ = timed(lambda: judge(problem))
    outcome, solving, _ = timed(lambda: solve(problem))
    board, tables, _ = timed(lambda: _with_tables(board_of(problem, outcome)))
    short, shortage, _ = timed(lambda: shortages(problem, outcome))
    sites, who = _sites(one, board.chosen)
    more_seats(problem, outcome)  # compiles, once
    _, one_more, _ = timed(lambda: more_seats(problem, outcome))
    extra, new, _ = timed(lambda: new_places(problem, outcome, sites, who, up_to=20))
    _, telling, _ = timed(lambda: findings(problem, outcome))

    rng = np.random.default_rng(one.seed)
    chosen = board.chosen[board.student]
    other = rng.choice(np.flatnonzero(board.place != chosen), ASKED)  # a pair: each eligible pair as likely
    students, places = problem.candidates.key, problem.openings.key
    answers, what_if_cpu = [], []
    for at in other.tolist():
        who, where = int(students[board.student[at]]), int(places[board.place[at]])
        answer, cpu, _ = timed(lambda who=who, where=where: what_if(problem, outcome, who, where))
        answers.append(answer)
        what_if_cpu.append(cpu)
    alternatives_cpu = [
        timed(lambda who=who: alternatives(problem, outcome, who))[1]
        for who in students[rng.choice(board.student, ASKED // 4)].tolist()
    ]
    anew = _anew(one, judgement, board, other[:CHECKED], timed)
    differ = sum(
        (answer.placed, answer.profile, answer.total_fit) != change
        for answer, (change, _) in zip(answers, anew, strict=False)
    )
    again = statistics.median(cpu for _, cpu in anew)
    return {
        "pairs": len(one.student),
        "engine": outcome.engine,
        "make_problem_cpu": making,
        "judge_cpu": judging,
        "solve_cpu": solving,
        "tables_cpu": tables,
        "shortages_cpu": shortage,
        "shortages": len(short),
        "one_more_cpu": one_more,
        "new_places_cpu": new,
        "sites": len(extra),
        "findings_cpu": telling,
        "what_if_median": statistics.median(what_if_cpu),
        "what_if_worst": max(what_if_cpu),
        "alternatives_median": statistics.median(alternatives_cpu),
        "alternatives_worst": max(alternatives_cpu),
        "again_cpu": again,
        "times_median": again / statistics.median(what_if_cpu),
        "times_worst": again / max(what_if_cpu),
        "checked": len(anew),
        "differ": differ,
    }


def _with_tables(board):
    _ = board.gains, board.losses
    return board


def _sites(one, chosen):
    """Places that are not there yet: for every code and square of 20 km where a student is without a place; as arrays
    (number of the site, student who could go there).
    """
    side, students = 20_000, one.students
    without = np.flatnonzero(chosen < 0)
    squares = np.column_stack([students.code, students.x // side, students.y // side])[without]
    sites = np.unique(squares, axis=0)
    site, who = [np.zeros(0, dtype=int)], [np.zeros(0, dtype=int)]
    for number, (code, x, y) in enumerate(sites.tolist()):
        same = np.flatnonzero(students.code == code)
        east, north = students.x[same] - (x + 0.5) * side, students.y[same] - (y + 0.5) * side
        near = same[np.hypot(east, north) < students.reach[same]]
        site.append(np.full(len(near), number))
        who.append(near)
    return np.concatenate(site), np.concatenate(who)


def _anew(one, judgement, board, some, timed):
    """Work the round out again with a student put at a place; a list of (what changes, CPU seconds of the engine).

    Only the engine is timed: not making the weights, not proving the outcome.
    """
    from dataclasses import replace

    engine = own("kernel")
    one = replace(one, fit=judgement.fit)
    before = judged(one, board.chosen)
    found = []
    for at in some.tolist():
        student, place = board.student[at], board.place[at]
        keep = one.student != student
        seats = np.array(one.seats)
        seats[place] -= 1
        rest = replace(one, student=one.student[keep], place=one.place[keep], fit=one.fit[keep], seats=seats)
        pairs = (rest.student.astype(np.int64), rest.place.astype(np.int64), weights(rest))
        chosen, cpu, _ = timed(lambda pairs=pairs, seats=seats: engine(*pairs, one.n_students, seats))
        placed, profile, fit = judged(rest, chosen)
        more = np.subtract(profile, before[1])
        more[one.classes[student]] += 1
        found.append(((placed + 1 - before[0], tuple(more.tolist()), fit + int(board.fit[at]) - before[2]), cpu))
    return found
