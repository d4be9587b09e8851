"""A list of places with who offers them, tried and carried out: the file is read once for both.

A company is known by its KVK number and vestigingsnummer, a place by its name at that company. What we know of a
company is never changed by a list. A new place is opened when nothing lacks; else it waits as a draft. A company that
only another programme deals with is refused: a place there would give this programme's brokers hold of its file.
"""

from collections import defaultdict

from stagemakelaar import clock
from stagemakelaar.errors import N_, DomainError
from stagemakelaar.files.lists import PLACES
from stagemakelaar.intake.lines import Change, Line, Outcome, batches_of
from stagemakelaar.people.models import Programme
from stagemakelaar.places import offers
from stagemakelaar.places.actions import KNOWN_ALREADY, register_organisation
from stagemakelaar.places.models import OrganisationState, PlaceState
from stagemakelaar.places.queries import organisations_dealt_with, organisations_registered, places_offered_by
from stagemakelaar.places.recognitions import recognised_codes
from stagemakelaar.reference.formats import folded
from stagemakelaar.reference.queries import qualifications_with
from stagemakelaar.reference.vocabulary import WORKDAYS, Leerweg, Weekday, mask_of, members_of

OF_COMPANY = ("bedrijf", "straat", "huisnummer", "postcode", "plaats")
TIMES = ("begin", "eind", "weekdagen", "uren_per_dag", "aantal")


def read_places(session, programme_id, data, trial, *, overwrite=False, writer=None):  # noqa: ARG001 - as for students
    """Yield the `Line` of every row of a list in bytes that can be carried out; the rest goes into `trial`."""
    seen: dict = {}
    for batch in batches_of(trial, data, PLACES):
        known = _Known(session, programme_id, batch)
        for number, row in batch:
            try:
                _must_be_once(seen, number, row)
                line = known.line(number, row)
            except DomainError as refusal:
                trial.complaints.add_refusal(trial.name, number, COLUMN_OF.get(refusal.field, refusal.field), refusal)
                continue
            trial.note(line)
            if writer is not None and not trial.complaints.total and line.outcome is not Outcome.SAME:
                writer.put(row, known.organisation(row), known.place(row))
            yield line


COLUMN_OF = {
    "starts_on": "begin",
    "ends_on": "eind",
    "weekdays": "weekdagen",
    "seats": "aantal",
    "codes": "opleidingscodes",
}


def _must_be_once(seen, number, row):
    first = seen.setdefault((row["kvk_nummer"], row["vestigingsnummer"], folded(row["leerplaats"])), number)
    if first != number:
        raise DomainError(
            N_("Deze leerplaats staat ook in rij %(first)s. Laat één van de twee staan."),
            field="leerplaats",
            first=first,
        )


class _Known:
    """The companies and places of some hundreds of rows, in a handful of statements."""

    def __init__(self, session, programme_id, batch):
        rows = [row for _number, row in batch]
        numbers = {(row["kvk_nummer"], row["vestigingsnummer"]) for row in rows}
        self.organisations = organisations_registered(session, numbers)
        self._courses = qualifications_with(session, {code for row in rows for code in row.get("opleidingscodes", ())})
        self._places = defaultdict(list)
        ids = [organisation.id for organisation in self.organisations.values()]
        self._ours = organisations_dealt_with(session, programme_id, ids)
        for place in places_offered_by(session, programme_id, ids):
            self._places[place.organisation_id, folded(place.title)].append(place)

    def organisation(self, row):
        """The company of a row, or None for a new one."""
        return self.organisations.get((row["kvk_nummer"], row["vestigingsnummer"]))

    def place(self, row):
        """The place of a row, or None for a new one."""
        organisation = self.organisation(row)
        found = self._places.get((organisation.id, folded(row["leerplaats"])), []) if organisation is not None else []
        if len(found) > 1:
            raise DomainError(
                N_("Dit bedrijf heeft %(count)s leerplaatsen met deze naam. Geef ze eerst elk een eigen naam."),
                field="leerplaats",
                count=len(found),
            )
        return found[0] if found else None

    def line(self, number, row):
        """What a row would do. Raises DomainError for what cannot be."""
        organisation, place = self.organisation(row), self.place(row)
        values = values_of(place) | row
        self._must_be_welcome(organisation, row)
        for code in row.get("opleidingscodes", ()):
            if code not in self._courses:
                raise DomainError(
                    N_("Opleidingscode %(code)s staat niet in het register."), field="opleidingscodes", code=code
                )
        changed = {name for name in values if values[name] != values_of(place).get(name)}
        if "begin" in values and "eind" in values and (place is None or changed & set(TIMES)):
            offers.check_times(values["begin"], values["eind"], mask_of(values["weekdagen"]))
        if place is not None:
            _must_fit(place, values, changed)
        return self._told(number, row, organisation, place, values)

    def _must_be_welcome(self, organisation, row):
        """A new company needs a name and a postcode; another programme's is not ours; a stopped one offers nothing."""
        if organisation is None:
            for column in ("bedrijf", "postcode"):
                if column not in row:
                    raise DomainError(N_("Dit bedrijf kennen we nog niet. Vul dit ook in."), field=column)
        elif organisation.id not in self._ours:
            raise DomainError(KNOWN_ALREADY, field="kvk_nummer")
        elif organisation.state in {OrganisationState.SUSPENDED, OrganisationState.BLOCKED}:
            raise DomainError(N_("Dit bedrijf doet nu niet mee."), field="kvk_nummer")

    def _told(self, number, row, organisation, place, values):
        who = f"{row['leerplaats']}, {organisation.name if organisation is not None else row['bedrijf']}"
        if place is None:
            note = None if _can_open(organisation, values) else N_("Wordt bewaard als concept: er ontbreekt nog iets.")
            return Line(number, Outcome.NEW, who, note=note)
        known = values_of(place)
        changes = tuple(
            Change(column, known.get(column), value)
            for column, value in row.items()
            if column in known and known[column] != value
        )
        return Line(number, Outcome.CHANGED if changes else Outcome.SAME, who, place.id, changes)


def values_of(place):
    """What is known of a place: column → value; for a new place, what most of them are."""
    if place is None:
        workdays = members_of(Weekday, WORKDAYS)
        return {"leerweg": Leerweg.BOL, "weekdagen": workdays, "uren_per_dag": 8, "aantal": 1, "opleidingscodes": ()}
    known = {
        "opleidingscodes": tuple(sorted(row.code for row in place.codes)),
        "leerweg": place.leerweg,
        "begin": place.starts_on,
        "eind": place.ends_on,
        "weekdagen": members_of(Weekday, place.weekdays),
        "uren_per_dag": place.hours_per_day,
        "aantal": place.seats,
        "taken": place.tasks,
        "begeleider": place.trainer_name,
        "e_mail_begeleider": place.trainer_email,
    }
    return {column: value for column, value in known.items() if value is not None}


def _can_open(organisation, values):
    """Whether a new place lacks nothing, as far as a list can say."""
    codes = set(values["opleidingscodes"])
    if organisation is None or "begin" not in values or "eind" not in values:
        return False
    return bool(codes & recognised_codes(organisation, clock.today()))


def _must_fit(place, values, changed):
    """What is in use stays in use, and a place that is open stays complete."""
    taken = place.seats - place.free
    if values["aantal"] < taken:
        raise DomainError(N_("Er zijn al %(taken)s plekken bezet. Minder kan niet."), field="aantal", taken=taken)
    is_offered = place.state is not PlaceState.DRAFT
    recognised = recognised_codes(place.organisation, clock.today())
    if is_offered and "opleidingscodes" in changed and not set(values["opleidingscodes"]) & recognised:
        raise DomainError(N_("Dit bedrijf is voor geen van deze opleidingen erkend."), field="opleidingscodes")


class PlaceWriter:
    """Schrijver: puts the rows of a list in the database by the actions of the house, one after another."""

    def __init__(self, session, programme_id, *, by):
        self._session, self._by = session, by
        self._programme = session.get_one(Programme, programme_id)
        self._new_organisations = {}

    def put(self, row, organisation, place):
        """Take one row over."""
        if organisation is None:
            organisation = self._organisation(row)
        values = values_of(place) | row
        is_new = place is None
        if is_new:
            place = offers.draft_place(self._session, organisation, programme_id=self._programme.id, by=self._by)
        changed = {column for column, value in row.items() if values_of(place).get(column) != value}
        if is_new or changed & {"opleidingscodes", "leerweg", "taken"}:
            offers.describe_work(
                self._session,
                place,
                title=place.title or row["leerplaats"],
                tasks=values.get("taken", ""),
                codes=list(values["opleidingscodes"]),
                leerweg=values["leerweg"],
                by=self._by,
            )
        self._session.flush()
        if "begin" in values and "eind" in values and (is_new or changed & set(TIMES)):
            self._set_times(place, values)
        if changed & {"begeleider", "e_mail_begeleider"}:
            offers.set_guidance(
                self._session,
                place,
                trainer_name=values.get("begeleider", ""),
                trainer_email=values.get("e_mail_begeleider", ""),
                by=self._by,
            )
        if is_new and not offers.lacking(place):
            offers.open_place(self._session, place, by=self._by)

    def _set_times(self, place, values):
        offers.set_times(
            self._session,
            place,
            starts_on=values["begin"],
            ends_on=values["eind"],
            weekdays=mask_of(values["weekdagen"]),
            hours_per_day=values["uren_per_dag"],
            seats=values["aantal"],
            late_hours=place.late_hours,
            by=self._by,
        )

    def _organisation(self, row):
        key = (row["kvk_nummer"], row["vestigingsnummer"])
        if key not in self._new_organisations:
            self._new_organisations[key] = register_organisation(
                self._session,
                name=row["bedrijf"],
                kvk_number=row["kvk_nummer"],
                branch_number=row["vestigingsnummer"],
                postcode=row["postcode"],
                street=row.get("straat", ""),
                house_number=row.get("huisnummer", ""),
                city=row.get("plaats", ""),
                programme=self._programme,
                by=self._by,
            )
            self._session.flush()
        return self._new_organisations[key]

    def write_trail(self):
        """Every action wrote its own line already."""
