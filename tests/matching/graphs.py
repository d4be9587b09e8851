"""Assignment problems by chance, one family per trait that is hard for some engine; all in the form of `assign`."""

import itertools

import numpy as np
from hypothesis import strategies as st

FAMILIES = ("sparse", "dense", "layered", "tied", "one place", "few places", "empty")


@st.composite
def graphs(draw, families=FAMILIES, most=40):
    """A problem of up to `most` students of one family."""
    family, seed = draw(st.sampled_from(families)), draw(st.integers(0, 2**32 - 1))
    return graph(family, draw(st.integers(1, most)), np.random.default_rng(seed))


def graph(family, n, rng):
    """A problem of `n` students."""
    m = {"one place": 1, "few places": 3, "empty": n}.get(family, max(1, int(n * rng.uniform(0.6, 1.3))))
    pairs = _layered(n, m) if family == "layered" else _pairs(n, m, {"sparse": 0.15, "empty": 0}.get(family, 0.8), rng)
    student, place = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    points = 2 if family == "tied" else 60
    seats = rng.integers(0, 2 * n // m + 2, m) if family.endswith(("place", "places")) else rng.integers(0, 3, m)
    return {
        "student": student,
        "place": place,
        "fit": rng.integers(0, points, len(pairs)),
        "n_students": n,
        "seats": seats,
        "classes": rng.integers(0, 3, n),
        "lot": rng.permutation(n),
    }


def _pairs(n, m, share, rng):
    return [pair for pair in itertools.product(range(n), range(m)) if rng.random() < share]


def _layered(n, m):
    """Each student reaches two neighbouring places: one long chain, and whoever comes last must push all others."""
    return sorted({(one, (one + step) % m) for one in range(n) for step in (0, 1)})
