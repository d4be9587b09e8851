"""The engine for large rounds: successive shortest paths over whole numbers, with places that have many seats.

Method. Students come one by one, those with the largest weights first. Each takes the best that is left to them, and
may push others on: Dijkstra's search over places finds the cheapest chain that ends in a free seat or in a student who
stays out (Jewell 1958; Iri 1960; Busacker and Gowen 1960; with prices Edmonds and Karp 1972, Tomizawa 1971). After
every search the prices of the places that were passed rise, so that every step of every chain keeps costing 0 or
more. That is also why the answer is right: at the end the prices prove it (`checks.prove`).

A chain goes from place to place; leaving a place means that one of its holders does. What that costs does not depend on
the prices of the day: weight here minus weight there. So where few places have very many seats, the holders of a place
stand in heaps, one per place that they may go to (pairing heaps: Fredman and others 1986), and a step looks at the
front of each heap instead of at every holder.

One source, plain Python or machine code (`compiled.py`). All numbers stay within 64 bits: weights and prices are below
`LIMIT`, and no sum here has more than three of them.
"""

import numpy as np

from stagemakelaar.matching.compiled import compiled
from stagemakelaar.matching.scoring import LIMIT

FAR = 2**63 - 1
NONE = -1
AT_ONCE = 4096  # students between two reports of progress
ROOM = 2  # nodes per pair, for holders who are there and for those who left

# Columns of the tables that the functions share.
SEATS, BEGIN, USED, VIA, SPOT = range(
    5
)  # places: seats, the first of them, how many taken; of a search: pair, in queue
PLACE, OWN, SEAT = range(3)  # people: what each has, or NONE; the weight of it; which seat
KEY, WHO, PAIR, CHILD, NEXT = range(5)  # nodes of the heaps: cost of going, student, pair; first child, next child
BOUND, GOAL, LEAVER, QUEUE, PASSED, NODES = range(6)  # now: numbers of the search, and how many nodes there are


def kernel(student, place, weight, n, seats, progress=None):
    """Return (place per student, −1 where unplaced; price per place) of the greatest total weight, both int64.

    student, place, weight : the pairs sorted by student; weight above 0, below `LIMIT`; shape (k,)
    n, seats               : number of students; seats per place, shape (m,)
    progress               : called with (students done, of) now and then; may raise to stop
    """
    m, k = len(seats), len(student)
    if k and not 0 < weight.min() <= weight.max() < LIMIT:
        raise ValueError("weight: must be above 0 and below 2**61")
    # Without a sign, machine code need not ask whether an index counts from the end.
    student, place = (np.ascontiguousarray(column, np.int32).view(np.uint32) for column in (student, place))
    weight = np.ascontiguousarray(weight, np.int64)
    first = np.searchsorted(student, np.arange(n + 1, dtype=np.uint32))
    places, people = np.zeros((m, 5), dtype=np.int64), np.zeros((n, 3), dtype=np.int64)
    places[:, SEATS] = np.minimum(seats, np.bincount(place, minlength=m))
    places[:, BEGIN] = np.cumsum(places[:, SEATS]) - places[:, SEATS]
    people[:, PLACE] = NONE
    total = int(places[:, SEATS].sum())
    price, distance = np.zeros(m, dtype=np.int64), np.full(m, FAR)
    holder, queue, passed = np.zeros(total, np.int64), np.zeros(m, np.int64), np.zeros(m, np.int64)
    # A step looks at every pair of every holder of a place, or at one heap per place: which is less work?
    heaps = 4 * m * m < min(n, total) * (k // max(n, 1))
    root = np.full((m, m + 1) if heaps else (0, 0), NONE)  # first node per place and place to go to; the last: out
    nodes, now = np.zeros((ROOM * (k + n) if heaps else 0, 5), dtype=np.int64), np.zeros(6, dtype=np.int64)
    turn = _turns(first, weight)
    for begin in range(0, len(turn), AT_ONCE):
        if progress:
            progress(begin, len(turn))
        some = turn[begin : begin + AT_ONCE]
        _serve(
            some,
            first,
            student,
            place,
            weight,
            price,
            distance,
            places,
            people,
            holder,
            queue,
            passed,
            now,
            root,
            nodes,
        )
    if progress:
        progress(len(turn), len(turn))
    return people[:, PLACE].copy(), price


def _turns(first, weight):
    """Students with pairs: who has the larger weights first; equals stay neighbours."""
    some = np.flatnonzero(np.diff(first))
    best = np.maximum.reduceat(weight, first[some]) if len(some) else some
    return some[np.argsort(-best, kind="stable")]


@compiled
def _serve(
    turn, first, student, place, weight, price, distance, places, people, holder, queue, passed, now, root, nodes
):
    """Give the students in turn the best that can be had for all."""
    for newcomer in turn:
        best, most = NONE, 0
        for pair in range(first[newcomer], first[newcomer + 1]):
            kept = weight[pair] - price[place[pair]]
            if kept > most:
                best, most = pair, kept
        now[GOAL] = NONE  # nothing is worth its price: stays out
        if best != NONE:
            goal = place[best]
            if places[goal, USED] < places[goal, SEATS]:
                places[goal, VIA] = best
                now[GOAL], now[LEAVER] = goal, NONE
            else:
                _search(
                    newcomer,
                    most,
                    first,
                    place,
                    weight,
                    price,
                    distance,
                    places,
                    people,
                    holder,
                    queue,
                    passed,
                    now,
                    root,
                    nodes,
                )
        if now[GOAL] != NONE:
            _move(newcomer, first, student, place, weight, places, people, holder, now, root, nodes)


@compiled
def _search(
    newcomer, most, first, place, weight, price, distance, places, people, holder, queue, passed, now, root, nodes
):
    """Find the cheapest chain for the newcomer, who keeps `most` at today's prices; then raise the prices."""
    now[BOUND] = most  # staying out costs this
    now[GOAL] = now[LEAVER] = NONE
    now[QUEUE] = now[PASSED] = 0
    _look_round(newcomer, most, first, place, weight, price, distance, places, queue, now)
    while now[QUEUE] > 0:
        here = queue[0]
        if distance[here] >= now[BOUND]:
            break
        _take_first(distance, places, queue, now)
        passed[now[PASSED]] = here
        now[PASSED] += 1
        base = distance[here] - price[here]
        if len(root):
            _look_at_heaps(here, base, price, distance, places, people, queue, now, root, nodes)
            continue
        for seat in range(places[here, BEGIN], places[here, BEGIN] + places[here, USED]):
            leaver = holder[seat]
            cost = base + people[leaver, OWN]
            if cost < now[BOUND]:
                now[BOUND], now[GOAL], now[LEAVER] = cost, here, leaver
            _look_round(leaver, cost, first, place, weight, price, distance, places, queue, now)
    for at in range(now[PASSED]):
        here = passed[at]
        price[here] += now[BOUND] - distance[here]
        distance[here] = FAR
    for at in range(now[QUEUE]):
        distance[queue[at]] = FAR


@compiled
def _look_round(student, cost, first, place, weight, price, distance, places, queue, now):
    """See where the student could go, to whom it costs `cost` to let go of what they have."""
    bound = now[BOUND]
    for pair in range(first[student], first[student + 1]):
        goal = place[pair]
        reached = cost - weight[pair] + price[goal]
        if reached < bound and reached < distance[goal]:
            _reach(goal, pair, reached, distance, places, queue, now)
            bound = now[BOUND]


@compiled
def _reach(goal, pair, reached, distance, places, queue, now):
    """A cheaper chain to this place was found: a free seat there ends it, else it waits in the queue."""
    places[goal, VIA] = pair
    if places[goal, USED] < places[goal, SEATS]:
        now[BOUND], now[GOAL], now[LEAVER] = reached, goal, NONE
        return
    if distance[goal] == FAR:
        places[goal, SPOT] = now[QUEUE]
        now[QUEUE] += 1
    distance[goal] = reached
    at = places[goal, SPOT]
    while at > 0:
        up = (at - 1) >> 1
        other = queue[up]
        if distance[other] <= reached:
            break
        queue[at] = other
        places[other, SPOT] = at
        at = up
    queue[at] = goal
    places[goal, SPOT] = at


@compiled
def _take_first(distance, places, queue, now):
    """Take the nearest place out of the queue."""
    now[QUEUE] -= 1
    size = now[QUEUE]
    last = queue[size]
    far = distance[last]
    at = 0
    while 2 * at + 1 < size:
        down = 2 * at + 1
        if down + 1 < size and distance[queue[down + 1]] < distance[queue[down]]:
            down += 1
        other = queue[down]
        if distance[other] >= far:
            break
        queue[at] = other
        places[other, SPOT] = at
        at = down
    queue[at] = last
    places[last, SPOT] = at


@compiled
def _move(newcomer, first, student, place, weight, places, people, holder, now, root, nodes):
    """Move everybody along the chain that was found: from its end back to the newcomer."""
    here, leaver = now[GOAL], now[LEAVER]
    if leaver == NONE:
        seat = places[here, BEGIN] + places[here, USED]
        places[here, USED] += 1
    else:
        seat = people[leaver, SEAT]
        people[leaver, PLACE], people[leaver, OWN] = NONE, 0
    while True:
        pair = places[here, VIA]
        mover = student[pair]
        left, left_seat = people[mover, PLACE], people[mover, SEAT]
        people[mover, PLACE], people[mover, OWN], people[mover, SEAT] = here, weight[pair], seat
        holder[seat] = mover
        if len(root):
            _stand_in_heaps(mover, first, place, weight, people, now, root, nodes)
        if mover == newcomer:
            return
        here, seat = left, left_seat


@compiled
def _look_at_heaps(here, base, price, distance, places, people, queue, now, root, nodes):
    """Go on from a place: who goes to each other place, or stays out, at the least cost?"""
    out = len(places)
    for goal in range(out + 1):
        node = _front(root[here, goal], here, people, nodes)
        root[here, goal] = node
        if node == NONE:
            continue
        cost = base + nodes[node, KEY]
        if goal == out:
            if cost < now[BOUND]:
                now[BOUND], now[GOAL], now[LEAVER] = cost, here, nodes[node, WHO]
        elif cost + price[goal] < min(now[BOUND], distance[goal]):
            _reach(goal, nodes[node, PAIR], cost + price[goal], distance, places, queue, now)


@compiled
def _stand_in_heaps(student, first, place, weight, people, now, root, nodes):
    """Put a student who took a seat into the heaps of that place."""
    if now[NODES] + first[student + 1] - first[student] + 1 > len(nodes):
        now[NODES] = 0  # full of students who left: begin anew with those who are there
        root[:] = NONE
        for other in range(len(people)):
            if people[other, PLACE] != NONE and other != student:
                _enter(other, first, place, weight, people, now, root, nodes)
    _enter(student, first, place, weight, people, now, root, nodes)


@compiled
def _enter(student, first, place, weight, people, now, root, nodes):
    here, own = people[student, PLACE], people[student, OWN]
    heaps = root[here]
    _add(heaps, len(heaps) - 1, own, student, NONE, now, nodes)
    for pair in range(first[student], first[student + 1]):
        _add(heaps, place[pair], own - weight[pair], student, pair, now, nodes)


@compiled
def _add(heaps, goal, key, student, pair, now, nodes):
    node = now[NODES]
    now[NODES] += 1
    nodes[node, KEY], nodes[node, WHO], nodes[node, PAIR] = key, student, pair
    nodes[node, CHILD] = nodes[node, NEXT] = NONE
    heaps[goal] = _meld(heaps[goal], node, nodes)


@compiled
def _meld(one, other, nodes):
    """Join two heaps: the larger front becomes a child of the smaller."""
    if one == NONE:
        return other
    if other == NONE:
        return one
    if nodes[other, KEY] < nodes[one, KEY]:
        one, other = other, one
    nodes[other, NEXT] = nodes[one, CHILD]
    nodes[one, CHILD] = other
    return one


@compiled
def _front(node, here, people, nodes):
    """Return the first node of a heap whose student is still there, NONE if there is none."""
    while node != NONE and people[nodes[node, WHO], PLACE] != here:
        node = _without_front(node, nodes)
    return node


@compiled
def _without_front(node, nodes):
    """Return the heap without its front: its children joined two by two, then from the last to the first."""
    left, pairs = nodes[node, CHILD], NONE
    while left != NONE:
        right = nodes[left, NEXT]
        rest = nodes[right, NEXT] if right != NONE else NONE
        joined = _meld(left, right, nodes)
        nodes[joined, NEXT] = pairs
        pairs, left = joined, rest
    whole = NONE
    while pairs != NONE:
        rest = nodes[pairs, NEXT]
        whole = _meld(whole, pairs, nodes)
        pairs = rest
    return whole
