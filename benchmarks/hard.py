"""Families of rounds that are hard on a solver, each for another reason; seeded, in moderate sizes.

.venv/bin/python -m benchmarks.hard
"""

import numpy as np

from benchmarks.instances import finished

ONE_PLACE, FEW_PLACES = "one place", "few places with very many seats"


def few_places(rng):
    """50,000 students on 35 places of about 1,000 seats: whoever looks at all holders of a place, looks at many."""
    n, m = 50_000, 35
    student = np.repeat(np.arange(n), 8)
    place = np.argsort(rng.random((n, m)), axis=1)[:, :8].ravel()
    return student, place, rng.integers(0, 18, len(student)), rng.integers(800, 1_200, m), n


def dense(rng):
    """Everyone can go everywhere, and every fit is another."""
    n, m = 1_200, 1_000
    student, place = np.divmod(np.arange(n * m), m)
    return student, place, rng.integers(0, 10_000, n * m), np.ones(m, dtype=np.int64), n


def coarse(rng):
    """Nearly all fits are equal, so that there are very many best outcomes and hardly a hint where to look."""
    return *_sparse(rng, 20_000, 16_000, 12, 2), np.ones(16_000, dtype=np.int64), 20_000


def planar(rng):
    """Points in a square, each student at the 15 nearest places; fit is nearness, fine-grained."""
    from scipy.spatial import cKDTree

    n, m = 20_000, 16_000
    people, places = rng.random((n, 2)), rng.random((m, 2))
    distance, place = cKDTree(places).query(people[np.lexsort(np.floor(people * 50).T)], 15)
    fit = np.maximum(0, 1_000 - distance.ravel() * 30_000).astype(np.int64)
    return np.repeat(np.arange(n), 15), place.ravel(), fit, np.ones(m, dtype=np.int64), n


def layered(rng):
    """Layers of students, each able to go to its own layer of places and the next; only the last has room.

    One more student at the front moves one in every layer: the longest chains there are.
    """
    layers, width = 100, 60
    n = layers * width + width // 2
    layer = np.minimum(np.arange(n) // width, layers - 1)
    own = layer[:, None] * width + rng.integers(0, width, (n, 3))
    following = np.minimum(layer + 1, layers)[:, None] * width + rng.integers(0, width, (n, 2))
    pairs = np.unique(np.column_stack([np.repeat(np.arange(n), 5), np.hstack([own, following]).ravel()]), axis=0)
    # The front is crowded: students of the last rows stand at the first layer.
    late = pairs[:, 0] >= layers * width
    pairs[late, 1] %= width
    pairs = np.unique(pairs, axis=0)
    fit = rng.integers(0, 18, len(pairs))
    return pairs[:, 0], pairs[:, 1], fit, np.ones((layers + 1) * width, dtype=np.int64), n


def one_place(rng):
    """20,000 students for the 1,000 seats of one place."""
    n = 20_000
    return np.arange(n), np.zeros(n, dtype=np.int64), rng.integers(0, 18, n), np.array([1_000]), n


def empty(rng):  # noqa: ARG001 - all families are made alike
    """A thousand students and places, and nobody can go anywhere."""
    nothing = np.zeros(0, dtype=np.int64)
    return nothing, nothing, nothing, np.ones(1_000, dtype=np.int64), 1_000


FAMILIES = {
    FEW_PLACES: few_places,
    "dense": dense,
    "coarse scores": coarse,
    "planar": planar,
    "layered": layered,
    ONE_PLACE: one_place,
    "empty": empty,
}


def hard(family, seed):
    """Return the `Instance` of a family of `FAMILIES` with this seed, its pairs sorted by student and place."""
    rng = np.random.default_rng([seed, list(FAMILIES).index(family)])
    student, place, fit, seats, n = FAMILIES[family](rng)
    order = np.lexsort((place, student))
    return finished(family, seed, rng, student[order], place[order], fit[order], seats, n)


def _sparse(rng, n, m, each, most):
    """About `each` random places per student, fit 0 … most."""
    pairs = np.unique(np.column_stack([np.repeat(np.arange(n), each), rng.integers(0, m, n * each)]), axis=0)
    return pairs[:, 0], pairs[:, 1], rng.integers(0, most + 1, len(pairs))


if __name__ == "__main__":
    for name in FAMILIES:
        made = hard(name, 1)
        print(f"{name}: {made.n_students} students, {len(made.seats)} places, {len(made.student)} pairs")
