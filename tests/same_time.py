"""Whether two kinds of requests take as long as one another, so that nobody learns from a clock what the answer hides.

Measured in processor time of this process and not by the clock on the wall, so that a busy machine tells nothing; the
two kinds take turns, in an order by chance within each pair.
"""

import gc
import random
from statistics import median
from time import process_time

from scipy.stats import mannwhitneyu

from tests import proofs

PAIRS = proofs.times(short=20, full=300)
RUNS = proofs.times(short=1, full=3)  # the worst counts
MOST = 0.005  # seconds between the medians
CHANCE = 0.01


class Compared:
    """Vergeleken: how far the medians of two kinds lie apart, in seconds, and how likely chance alone does that."""

    def __init__(self, one, other):
        self.apart = abs(median(one) - median(other))
        self.chance = float(mannwhitneyu(one, other).pvalue)  # a plain number goes from process to process
        self.medians = [round(median(times) * 1000, 2) for times in (one, other)]

    def __repr__(self):
        return f"medians {self.medians} ms of processor time, p {self.chance:.3f}"


def compare(ask, pairs=PAIRS):
    """Time `ask(kind, number)` for the kinds 0 and 1, each with the same numbers, after some to get warm."""
    times, order = ([], []), random.Random(27)
    for number in range(pairs + 3):
        for kind in order.sample((0, 1), 2):
            gc.collect(0)
            begun = process_time()
            ask(kind, number)
            taken = process_time() - begun
            if number >= 3:
                times[kind].append(taken)
    return Compared(*times)


def told_apart(ask, record_property, *, comparisons=1, pairs=PAIRS, begin=lambda _run: None):
    """Why the two kinds can be told apart, or None. Short, only by what is large; at full length by any difference.

    comparisons     how many are made of the promise: chance alone may show in none of them
    begin           is told the number of each run before it
    """
    runs = []
    for run in range(RUNS):
        begin(run)
        runs.append(compare(ask, pairs))
    apart, chance = max(one.apart for one in runs), min(one.chance for one in runs)
    record_property("medians_ms", [one.medians for one in runs])
    record_property("apart_ms", round(apart * 1000, 3))
    record_property("p", round(chance, 4))
    if apart >= MOST:
        return f"the medians lie {apart * 1000:.1f} ms apart: {runs}"
    if proofs.IS_FULL and chance <= CHANCE / (comparisons * RUNS):
        return f"chance alone does not explain it: {runs}"
    return None
