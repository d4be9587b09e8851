"""Which students may be one person: born on one day with names that are alike, or reached by one telephone number.

An account's address is unique and folded, so the same address cannot stand there twice. What is found is only offered:
twins and families that share a telephone are two people, and a broker says so once.

Where more than a CROWD share a day and a first letter, only MOST_OFFERED are named for each, the nearest first (see
`crowds`). A telephone number that more than a CROWD have is a school's, and tells nothing.
"""

import itertools
from bisect import bisect_right
from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from stagemakelaar.intake.crowds import Crowd, in_order
from stagemakelaar.intake.crowds import is_alike as is_alike_in_order
from stagemakelaar.intake.models import Apart
from stagemakelaar.people.models import Student, User
from stagemakelaar.reference.formats import folded

CROWD = 60
MOST_OFFERED = 10  # for one row of a list, or one student


def is_alike(name, other):
    """Whether two folded names may be one person's; the order of the parts does not count ("de vries sam")."""
    return is_alike_in_order(in_order(name), in_order(other))


class _One(NamedTuple):
    """Student, as far as it takes to see that somebody is alike."""

    id: int
    sort_name: str
    birth_date: Any = None
    phone: str | None = None
    name: str = ""


def _number(one):
    return one.id


def _after(one, people):
    """Of people by number those after this one, without going over those before."""
    return (people[place] for place in range(bisect_right(people, one.id, key=_number), len(people)))


class _Day:
    """Dag: who was born on it, by name in order, each by number."""

    def __init__(self, people):
        self._by_name = defaultdict(list)
        for one in people:
            self._by_name[in_order(one.sort_name)].append(one)
        self._crowd = Crowd(self._by_name)

    def pairs(self, told_apart):
        """The pairs of people who may be the same, the lower number first, and nobody told apart."""
        names = list(self._by_name)
        for name, found in zip(names, self._crowd.like(names), strict=True):
            nearest = [self._by_name[other] for other in sorted(found, key=lambda other: other != name)]
            for one in self._by_name[name]:
                higher = itertools.chain.from_iterable(_after(one, people) for people in nearest)
                new = ((one, other) for other in higher if (one.id, other.id) not in told_apart)
                yield from itertools.islice(new, MOST_OFFERED)

    def like(self, names):
        """For each of these names in order: the people who may be the same."""
        for name, found in zip(names, self._crowd.like(names), strict=True):
            nearest = sorted(found, key=lambda other: other != name)
            people = itertools.chain.from_iterable(self._by_name[other] for other in nearest)
            yield sorted(itertools.islice(people, MOST_OFFERED), key=_number)


class Known:
    """Bekenden: the students of a programme against whom the rows of a list are held, a batch at a time.

    What was read of a day or a telephone number is kept as long as the next batch asks for it too.
    """

    def __init__(self, session, programme_id):
        self._session, self._programme_id = session, programme_id
        self._days, self._phones = {}, {}

    def alike(self, rows):
        """Of rows about new students: row number → [(number, name) of students who may be the same person]."""
        by_day, by_phone = defaultdict(list), defaultdict(list)
        for number, row in rows:
            if "geboortedatum" in row:
                by_day[row["geboortedatum"]].append((number, _name_of(row)))
            if "telefoon" in row:
                by_phone[row["telefoon"]].append(number)
        self._read(set(by_day), set(by_phone))
        found = defaultdict(dict)  # row number → number of a student → name
        for day, named in by_day.items():
            if day in self._days:
                for (number, _name), same in zip(
                    named, self._days[day].like([name for _n, name in named]), strict=True
                ):
                    found[number] |= {one.id: one.name for one in same}
        for phone, numbers in by_phone.items():
            for number in numbers:
                found[number] |= {one.id: one.name for one in self._phones.get(phone, ())}
        return {number: list(same.items())[:MOST_OFFERED] for number, same in sorted(found.items()) if same}

    def _read(self, days, phones):
        """Read who was born on these days or has these numbers, as far as that is not known from the batch before."""
        self._days = {day: self._days[day] for day in days & set(self._days)}
        self._phones = {phone: self._phones[phone] for phone in phones & set(self._phones)}
        days, phones = days - set(self._days), phones - set(self._phones)
        if not days and not phones:
            return
        asked = select(Student.id, Student.sort_name, Student.birth_date, User.phone, User.name)
        asked = asked.join(User, User.id == Student.user_id).order_by(Student.id)
        asked = asked.where(*_among(self._programme_id))
        asked = asked.where(or_(Student.birth_date.in_(days), User.phone.in_(phones)))
        by_day, by_phone = defaultdict(list), defaultdict(list)
        for one in map(_One._make, self._session.execute(asked)):
            by_day[one.birth_date].append(one)
            if one.phone:
                by_phone[one.phone].append(one)
        self._days |= {day: _Day(by_day[day]) for day in days}
        self._phones |= {phone: by_phone[phone] for phone in phones if len(by_phone[phone]) <= CROWD}


def _name_of(row):
    return in_order(folded(" ".join(row.get(column, "") for column in ("achternaam", "tussenvoegsel", "voornaam"))))


def pairs_alike(session, programme_id):
    """The pairs of students of a programme who may be one person, and whom nobody has told apart: (id, id), by name.

    Students are not joined with students: a database that has not counted its rows since a list came in would go
    through all of them for each of them, for minutes.
    """
    told_apart = _told_apart(session, programme_id)
    likely = _likely_pairs(session, programme_id, told_apart)
    found = {(one.id, other.id): one.sort_name for one, other in likely}
    return sorted(found.keys() - told_apart, key=lambda pair: (found[pair], pair))


def _likely_pairs(session, programme_id, told_apart):
    for people in _sharing(session, programme_id, Student.birth_date, _first_letter()):
        if len(people) > CROWD:
            yield from _Day(people).pairs(told_apart)
        else:
            pairs = itertools.combinations(people, 2)
            yield from ((one, other) for one, other in pairs if is_alike(one.sort_name, other.sort_name))
    for people in _sharing(session, programme_id, User.phone):
        if len(people) <= CROWD:
            yield from itertools.combinations(people, 2)


def _among(programme_id):
    """Conditions of the students who are held against each other."""
    return (Student.programme_id == programme_id, Student.merged_into_id.is_(None), Student.restricted_at.is_(None))


def _first_letter():
    return func.lower(func.substr(Student.first_name, 1, 1))


def _sharing(session, programme_id, *shared):
    """The students of a programme who have these columns in common, as lists of at least two, each by number."""
    labels = [f"shared_{place}" for place in range(len(shared))]
    columns = [column.label(label) for column, label in zip(shared, labels, strict=True)]
    counted = (
        select(Student.id, Student.sort_name, *columns, func.count().over(partition_by=shared).label("as_many"))
        .join(User, User.id == Student.user_id)
        .where(*_among(programme_id), *(column.is_not(None) for column in shared))
        .subquery()
    )
    same = [counted.c[label] for label in labels]
    rows = session.execute(
        select(counted.c.id, counted.c.sort_name, *same).where(counted.c.as_many > 1).order_by(*same, counted.c.id)
    )
    for _same, people in itertools.groupby(rows, key=lambda row: row[2:]):
        yield [_One(number, name) for number, name, *_same in people]


def _told_apart(session, programme_id):
    pairs = select(Apart.first_id, Apart.second_id).join(Student, Student.id == Apart.first_id)
    return {tuple(pair) for pair in session.execute(pairs.where(Student.programme_id == programme_id))}
