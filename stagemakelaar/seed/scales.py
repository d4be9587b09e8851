"""How much of everything each scale has (docs/promises.md, load), per programme."""

from dataclasses import dataclass

from stagemakelaar.people.models import ProgrammeKind


@dataclass(frozen=True)
class Crowd:
    """Menigte: what one programme gets."""

    slug: str
    town: str
    kind: ProgrammeKind
    area: tuple[str, ...]  # four-digit postcodes in which its people and companies are
    brokers: int  # beside the accounts with a name
    searching: int  # students who take part in rounds
    other: int  # students in every other state, without those who were placed
    organisations: int
    open_places: int
    other_places: int
    history: int  # placements of before, most of them ended
    live: int  # of these, still running or waiting for an answer
    open_proposals: int


NOORD = ("1021", "1022", "1023", "1024", "1025", "1031", "1032", "1033", "1034", "1501", "1502", "1505", "1507")
ZUID = ("3071", "3072", "3073", "3074", "3075", "3076", "3078", "3079", "3081", "3082", "3083", "3084", "3085")
OOST = ("7511", "7512", "7513", "7521", "7522", "7523", "7531", "7532", "7533", "7534", "7541", "7542", "7543")
TOWN, SCHOOL = ProgrammeKind.MUNICIPALITY, ProgrammeKind.SCHOOL

SCALES = {
    "demo": (
        Crowd("noord", "Amsterdam", TOWN, NOORD, 0, 23, 3, 13, 18, 4, 12, 7, 9),
        Crowd("zuid", "Rotterdam", SCHOOL, ZUID, 0, 17, 3, 12, 14, 4, 8, 5, 6),
    ),
    "city": (
        Crowd("noord", "Amsterdam", TOWN, NOORD, 10, 300, 90, 330, 500, 130, 200, 100, 200),
        Crowd("zuid", "Rotterdam", SCHOOL, ZUID, 5, 0, 110, 150, 0, 150, 110, 55, 0),
        Crowd("oost", "Enschede", TOWN, OOST, 3, 0, 110, 120, 0, 120, 90, 45, 0),
    ),
}
