"""One measurement in a process of its own, so that its memory is its own and nothing is warm that should not be.

    .venv/bin/python -m benchmarks.measured '{"what": "solve", "scale": "S", "seed": 1, "solver": "kernel"}'

Prints one JSON object. CPU seconds count, on a machine that is shared; wall seconds stand beside them. What has to be
imported or compiled first is counted apart, as `warm_up`.
"""

import json
import resource
import statistics
import sys
import time

import numpy as np

from benchmarks import database, questions
from benchmarks.hard import hard
from benchmarks.instances import SCALES, columns, eligible_pairs, instance, people_and_places
from benchmarks.peers import Declined, judged, solver, weights

MEMORY = 10 * 2**30  # of addresses; whatever wants more stops with a MemoryError
ENOUGH = 0.5  # seconds of CPU; what takes less is repeated


def main(job):
    """Do the job and print what was measured; what failed is told, not thrown."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        found = JOBS[job["what"]](job)
    except Declined as reason:
        found = {"left_out": str(reason)}
    except MemoryError:
        found = {"left_out": f"wanted more than {MEMORY / 2**30:.0f} GB"}
    print(json.dumps(job | found))


def made(job):
    """The instance of a job: of a scale, or of a hard family."""
    return instance(job["scale"], job["seed"]) if job["scale"] in SCALES else hard(job["scale"], job["seed"])


def solve(job):
    """Solve with one solver of `peers`; also whether the outcome is proved to be the best, and how long that takes."""
    from stagemakelaar.matching.checks import prove

    one, call = made(job), solver(job["solver"])
    pairs = (one.student, one.place, weights(one))
    rest = (one.n_students, one.seats.astype(np.int64))
    small = instance("S", 0)
    first = (small.student, small.place, weights(small), small.n_students, small.seats)
    _, warm_up, _ = timed(lambda: call(*first))
    before = memory()
    chosen, cpu, wall = repeated(lambda: call(*pairs, *rest))
    peak = memory()
    placed, profile, fit = judged(one, chosen)
    proof, proving, _ = timed(lambda: prove(*pairs, chosen=chosen, seats=rest[1]))
    return {
        "pairs": len(one.student),
        "placed": placed,
        "profile": profile,
        "fit": fit,
        "certificate": proof is not None and proof.holds,
        "cpu": cpu,
        "wall": wall,
        "warm_up": warm_up,
        "memory_mb": round((peak - before) / 2**20),
        "process_mb": round(peak / 2**20),
        "prove_cpu": proving,
        "without_pair": one.without_pair,
        "students": one.n_students,
        "seats": int(one.seats.sum()),
    }


def whole(job):
    """The whole call `assign`: input checked, lot taken along, solved by the engine of its choice, proved."""
    from stagemakelaar.matching import assign

    one = made(job)
    for engine in ("scipy", "kernel"):  # import and compile first
        assign(**instance("S", 0).arguments, engine=engine)
    before = memory()
    answer, cpu, wall = repeated(lambda: assign(**one.arguments, engine=job["solver"]))
    return {
        "pairs": len(one.student),
        "placed": answer.placed,
        "profile": answer.profile,
        "fit": answer.fit,
        "certificate": answer.certificate.holds,
        "engine": answer.engine,
        "lot_steps": answer.lot_steps,
        "cpu": cpu,
        "wall": wall,
        "memory_mb": round((memory() - before) / 2**20),
    }


def pairs(job):
    """Find the eligible pairs: by buckets, or asked of a database."""
    students, places, _ = people_and_places(SCALES[job["scale"]], job["seed"])
    find = (lambda: columns(eligible_pairs(students, places))) if job["solver"] == "buckets" else None
    find = find or database.finder(students, places)
    before = memory()
    (student, place, fit), cpu, wall = repeated(find)
    order = np.lexsort((place, student))
    mixed = (student.astype(np.int64) * 31 + place * 7 + fit)[order]
    checksum = int((np.arange(1, len(order) + 1) * mixed % 2**31).sum() % 2**31)
    return {
        "pairs": len(student),
        "checksum": checksum,
        "cpu": cpu,
        "wall": wall,
        "memory_mb": round((memory() - before) / 2**20),
    }


def ask(job):
    """What a broker asks, of the real `Problem` made from an instance."""
    return questions.asked(instance(job["scale"], job["seed"]), timed)


JOBS = {"solve": solve, "whole": whole, "pairs": pairs, "ask": ask}


def timed(call):
    """Return (result, CPU seconds, wall seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = call()
    return result, time.process_time() - cpu, time.perf_counter() - wall


def repeated(call):
    """The same, as the median of as many repeats as fit into `ENOUGH`, at most 15."""
    runs = []
    while len(runs) < 15 and sum(run[1] for run in runs) < ENOUGH:
        runs.append(timed(call))
    return runs[0][0], statistics.median(run[1] for run in runs), statistics.median(run[2] for run in runs)


def memory():
    """The most memory that this process has used so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
