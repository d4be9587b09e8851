"""What was worked out of computed runs, at hand for the next page of this process: equal content has one name."""

import threading
from collections import OrderedDict


class AtHand:
    """Bij de hand: what was used last, as long as all of it together weighs no more than `most`.

    What it is about never changes under its name, so nothing here grows old. Two threads that miss at one moment both
    work it out.
    """

    def __init__(self, most, weight=lambda _found: 1):
        self._most, self._weight = most, weight
        self._kept: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def of(self, name, make):
        """What has this name; `make()` works it out where it is not at hand."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        found = make()
        with self._lock:
            self._kept[name] = found
            while len(self._kept) > 1 and sum(map(self._weight, self._kept.values())) > self._most:
                self._kept.popitem(last=False)
        return found

    def clear(self):
        """Nothing is at hand, as after a start."""
        with self._lock:
            self._kept.clear()
