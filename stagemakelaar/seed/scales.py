"""How much of everything each scale has (docs/promises.md, load), per programme."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from stagemakelaar.people.models import ProgrammeKind
from stagemakelaar.reference.postcodes import geography

# Of the placements of before, so many go through the real actions, each with its own fate; the rest is written in bulk.
TOLD_ENDED, TOLD_LIVE, MOST_APPROVALS = 6, 6, 5
ONE_IN_LOST = 7  # of the ended ones that are written in bulk
TOWN, SCHOOL = ProgrammeKind.MUNICIPALITY, ProgrammeKind.SCHOOL


@dataclass(frozen=True)
class Crowd:
    """Menigte: what one programme gets."""

    slug: str
    town: str
    kind: ProgrammeKind
    centre: int  # the four digits of a postcode; its people and companies are around it
    brokers: int  # beside the accounts with a name
    searching: int  # students who take part in rounds
    other: int  # students in every other state, without those who were placed
    organisations: int
    open_places: int
    other_places: int
    history: int  # placements of before, most of them ended
    live: int  # of these, still running or waiting for an answer
    open_proposals: int

    @property
    def approvals(self):
        """So many proposals of today's round are approved."""
        return min(max(self.live // 4, 1), MOST_APPROVALS) if self.open_proposals else 0

    @property
    def told_live(self):
        """So many live placements are made by the real actions before today's round."""
        return min(self.live - self.approvals, TOLD_LIVE)

    @property
    def told_ended(self):
        """So many placements are made and ended by the real actions."""
        return min(self.history - self.live, TOLD_ENDED)

    @property
    def kept_live(self):
        """So many live placements are written in bulk."""
        return self.live - self.approvals - self.told_live

    @property
    def kept_lost(self):
        """So many placements that fell through are written in bulk: a first attempt of someone who found another."""
        return (self.history - self.live - self.told_ended) // ONE_IN_LOST

    @property
    def kept_completed(self):
        """So many placements that were completed are written in bulk."""
        return self.history - self.live - self.told_ended - self.kept_lost

    @property
    def area(self):
        """The four-digit postcodes around the centre, as text."""
        return _around(self.centre)


@cache
def _around(centre, count=16):
    """The known codes nearest to a centre, on the same side of the water."""
    where = geography()
    far = np.hypot(where.lat - where.lat[centre], (where.lon - where.lon[centre]) * 0.61)  # a degree east is shorter
    far[where.is_estimated | (where.land != where.land[centre]) | np.isnan(far)] = np.inf
    nearest = np.argsort(far, kind="stable")[:count]
    return tuple(str(code) for code in sorted(nearest.tolist()))


NAMED = (("noord", "Amsterdam", 1031), ("zuid", "Rotterdam", 3074), ("oost", "Enschede", 7522))
_TOWNS = """Utrecht 3511, Den Haag 2512, Eindhoven 5611, Groningen 9711, Tilburg 5038, Almere 1315, Breda 4811,
Nijmegen 6511, Apeldoorn 7311, Haarlem 2011, Arnhem 6811, Amersfoort 3811, Zaandam 1506, Den Bosch 5211, Zwolle 8011,
Leiden 2311, Leeuwarden 8911, Maastricht 6211, Dordrecht 3311, Zoetermeer 2711, Emmen 7811, Venlo 5911, Delft 2611,
Deventer 7411, Alkmaar 1811, Helmond 5701, Hilversum 1211, Heerlen 6411, Purmerend 1441, Roosendaal 4701, Schiedam 3111,
Lelystad 8232, Hoorn 1621, Almelo 7607, Assen 9401, Vlaardingen 3131, Gouda 2801, Bergen op Zoom 4611, Spijkenisse 3201,
Veenendaal 3901, Katwijk 2225, Zeist 3701, Nieuwegein 3431, Roermond 6041, Doetinchem 7001, Den Helder 1781,
Hoogeveen 7901, Terneuzen 4531, Oss 5341, Kampen 8261, Middelburg 4331, Sneek 8601, Weert 6001, Tiel 4001,
Barneveld 3771, Uden 5401, Waalwijk 5141"""


def _towns():
    for name in _TOWNS.replace("\n", " ").split(", "):
        town, centre = name.rsplit(" ", 1)
        yield town.lower().replace(" ", "-"), town, int(centre)


def country(programmes, *, staff, brokers_in_noord, students, searching, history, live, **sizes):
    """Crowds of about the same size for so many programmes; together they have exactly these numbers.

    sizes       organisations, open_places, other_places and open_proposals of all together
    """
    places = [*NAMED, *_towns()][:programmes]
    parts = {name: _spread(total, programmes) for name, total in sizes.items()}
    parts |= {"searching": _spread(searching, programmes), "history": _spread(history, programmes)}
    parts |= {"live": _spread(live, programmes)}
    parts["brokers"] = [brokers_in_noord, *_spread(staff - STAFF_WITH_A_NAME - brokers_in_noord, programmes - 1)]
    found = []
    for number, (slug, town, centre) in enumerate(places):
        own = {name: part[number] for name, part in parts.items()}
        crowd = Crowd(slug, town, SCHOOL if number % 3 == 1 else TOWN, centre, other=0, **own)
        placed = crowd.live + crowd.kept_completed + TOLD_ENDED // 2  # half of those who are told of found another
        other = _spread(students, programmes)[number] - crowd.searching - placed
        found.append(Crowd(**{**crowd.__dict__, "other": other}))
    return tuple(found)


def _spread(total, parts):
    """A whole number in parts that differ by one at most."""
    return [total // parts + (number < total % parts) for number in range(parts)]


STAFF_WITH_A_NAME = 7
SCALES = {
    "demo": (
        Crowd(*NAMED[0][:2], TOWN, NAMED[0][2], 0, 23, 3, 13, 18, 4, 12, 7, 9),
        Crowd(*NAMED[1][:2], SCHOOL, NAMED[1][2], 0, 17, 3, 12, 14, 4, 8, 5, 6),
    ),
    "city": (
        Crowd(*NAMED[0][:2], TOWN, NAMED[0][2], 10, 300, 104, 330, 500, 130, 200, 100, 200),
        Crowd(*NAMED[1][:2], SCHOOL, NAMED[1][2], 5, 0, 112, 150, 0, 150, 110, 55, 0),
        Crowd(*NAMED[2][:2], TOWN, NAMED[2][2], 3, 0, 112, 120, 0, 120, 90, 45, 0),
    ),
    "region": country(
        8,
        staff=120,
        brokers_in_noord=45,
        students=50_000,
        searching=5_000,
        organisations=25_000,
        open_places=8_000,
        other_places=12_000,
        history=45_000,
        live=15_000,
        open_proposals=4_000,
    ),
    "nation": country(
        60,
        staff=1_700,
        brokers_in_noord=60,
        students=475_000,
        searching=50_000,
        organisations=250_000,
        open_places=100_000,
        other_places=90_000,
        history=425_000,
        live=150_000,
        open_proposals=40_000,
    ),
}
