"""Which of very many names are alike, without holding each against each letter by letter.

A list on which thousands share a date of birth (a school that fills in the first of January) would take hours. So it is
counted, for many names at a time, how many letters two can have in common at most. Only who could still be alike
is compared letter by letter, and of those the most likely: that work grows with the number of names, not its square.
Names with no more than MOST_COMPARED that could be like them are found as if each had been held against each.
"""

from collections import Counter
from difflib import SequenceMatcher

import numpy as np

ALIKE = 0.8  # of the letters, in the same order, once the parts of the names are sorted
MOST_COMPARED = 25  # names for each name
AT_ONCE = 64
# Of letters: the alphabet and the blank stand apart, others may fall together, which only lets more through.
_GROUPS = 32
_TIMES = 3  # that a letter occurs, counted apart for each; what is beyond is counted together
_ROUNDING = 1e-4


def in_order(name):
    """A folded name with its parts sorted: the order in which they stand does not count ("de vries sam")."""
    return " ".join(sorted(name.split()))


def is_alike(name, other):
    """Whether two names in order may be one person's."""
    matcher = SequenceMatcher(None, name, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


class Crowd:
    """Menigte: many names in order, each once, among which is looked for names like another."""

    def __init__(self, names):
        self.names = list(dict.fromkeys(names))
        self._letters = _Letters(self.names)
        self._found = {}

    def like(self, names):
        """For each of these names in order: the names of the crowd that are alike."""
        new = [name for name in dict.fromkeys(names) if name not in self._found]
        for start in range(0, len(new), AT_ONCE):
            block = new[start : start + AT_ONCE]
            for name, share in zip(block, _Letters(block).shared_with(self._letters), strict=True):
                self._found[name] = [self.names[one] for one in _likeliest(share) if _is_near(name, self.names[one])]
        return [self._found[name] for name in names]


def _is_near(name, other):
    """As `is_alike`, of two of whom the letters were counted already."""
    return SequenceMatcher(None, name, other, autojunk=False).ratio() >= ALIKE


def _likeliest(share):
    found = np.flatnonzero(share >= ALIKE - _ROUNDING)
    if len(found) <= MOST_COMPARED:
        return found
    return np.sort(found[np.argsort(-share[found], kind="stable")[:MOST_COMPARED]])


class _Letters:
    """Letters: how often each group of letters occurs in names, as rows of zeros and ones, and what is beyond."""

    def __init__(self, names):
        ones = np.zeros((len(names), _GROUPS, _TIMES), np.float32)
        self.beyond = np.zeros(len(names), np.float32)
        self.length = np.array([len(name) for name in names], np.float32)
        for row, name in enumerate(names):
            for group, times in Counter(ord(sign) % _GROUPS for sign in name).items():
                ones[row, group, :times] = 1
                self.beyond[row] += max(times - _TIMES, 0)
        self.ones = ones.reshape(len(names), _GROUPS * _TIMES)

    def shared_with(self, others):
        """The share of the letters of both that each of these has in common with each of the others, at most."""
        common = self.ones @ others.ones.T + np.minimum.outer(self.beyond, others.beyond)
        both = np.add.outer(self.length, others.length)
        return np.where(both > 0, 2 * common / np.maximum(both, 1), 1)
