"""P42: a list comes in whole or not at all, wherever the process dies, and a second time it changes nothing.

The list is carried out in a process of its own, which is killed at the row that the test names: it says that it is
there, and goes no further. At full length it is also killed at moments that it knows nothing of.
"""

import io
import json
import os
import random
import signal
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from stagemakelaar import db, schema
from stagemakelaar.audit.walking import walk
from stagemakelaar.db import current_session, transaction
from stagemakelaar.intake.models import Upload
from stagemakelaar.intake.places import PlaceWriter
from stagemakelaar.intake.students import StudentWriter
from stagemakelaar.people.models import Student
from stagemakelaar.places.models import Place
from stagemakelaar.schema import DatabaseKind
from stagemakelaar.seed.fingerprint import fingerprint
from tests import proofs
from tests.builders import Make
from tests.pages import Browser
from tests.proofs import Invalid

ROWS = proofs.times(short=620, full=30_000)  # rows are written five hundred at a time
PLACES = proofs.times(short=40, full=1_000)
AT_RANDOM = proofs.times(short=0, full=10)
STUDENTS = "studentnummer;e-mailadres;voornaam;achternaam;geboortedatum;opleidingscode;leerweg\n"
BORN = date(2008, 3, 14)
OF_PLACES = "kvk_nummer;vestigingsnummer;leerplaats;bedrijf;postcode;opleidingscodes;begin;eind;aantal\n"


def students(rows):
    born = [BORN + timedelta(days=day) for day in range(900)]
    return STUDENTS + "".join(
        f"{number:07};student{number}@school.example;Sam;Vries {number};{born[number % 900]};25960;bol\n"
        for number in range(1, rows + 1)
    )


def places(rows):
    return OF_PLACES + "".join(
        f"9{number // 3:07};9{number // 3:011};Tuin {number};Zon;1315 AB;25960;2027-09-01;2028-01-31;2\n"
        for number in range(rows)
    )


@pytest.fixture
def make(own_database):
    make = Make()
    make.programme()
    with transaction() as session:
        schema.mark(session, DatabaseKind.DEMO)
    return make


@pytest.fixture
def bring_in(app, make, tmp_path):
    """Call `import students` on a list; gives back (exit code, object)."""

    def called(text):
        path = tmp_path / "studenten.csv"
        path.write_text(text, encoding="utf-8")
        result = app.test_cli_runner().invoke(
            args=["import", "students", str(path), "--programme", "noord", "--json"], catch_exceptions=False
        )
        return result.exit_code, json.loads(result.stdout)

    return called


def dies(engine, work, *, at=None, after=None):
    """Do something in a process of its own and kill it, at the place that `at` hangs a signal on or after some seconds.

    Whether it was killed before it had done; what was not reached is no kill.
    """
    db.close_session()
    engine.dispose()
    there, tell = os.pipe()
    process = os.fork()
    if process == 0:
        _do_and_leave(engine, work, at, tell)
    os.close(tell)
    if after is None:
        reached = os.read(there, 1) == b"!"
    else:
        time.sleep(after)
        reached = True
    os.kill(process, signal.SIGKILL)
    _process, how = os.waitpid(process, 0)
    os.close(there)
    return reached and os.WIFSIGNALED(how)


def _do_and_leave(engine, work, at, tell):
    def stop():
        os.write(tell, b"!")
        time.sleep(600)

    try:
        db.bind(db.make_engine(engine.url))
        if at is not None:
            at(stop)
        work()
    finally:
        os._exit(0)


def at_row(writer, number):
    """Hang the signal on the moment at which so many rows were taken over."""

    def hang(stop):
        honest, taken = writer.put, []

        def put(*row):
            honest(*row)
            taken.append(row)
            if len(taken) == number:
                stop()

        writer.put = put

    return hang


def at_the_end(writer):
    """Hang it on the moment at which all was written, the trail as well, and nothing is confirmed."""

    def hang(stop):
        honest = writer.write_trail

        def write_trail(self):
            honest(self)
            stop()

        writer.write_trail = write_trail

    return hang


def must_die(engine, work, at):
    if not dies(engine, work, at=at):
        raise Invalid("the list was carried out before the kill fell")


def everything(engine):
    """All that is in the database, as one number; it is whole, and the trail as well."""
    session = db.look_again()
    if engine.dialect.name == "sqlite":
        assert session.execute(text("PRAGMA quick_check")).scalar() == "ok"
    assert walk(session).kind is None
    return fingerprint(session)


def how_many(model):
    return db.look_again().scalar(select(func.count()).select_from(model))


@pytest.mark.promise("P42")
def test_a_list_of_students_is_whole_or_not_there_and_its_second_time_is_nothing(
    own_database, bring_in, record_property
):
    whole = students(ROWS)
    before = everything(own_database)
    for at in (at_row(StudentWriter, 1), at_row(StudentWriter, ROWS * 9 // 10), at_the_end(StudentWriter)):
        must_die(own_database, lambda: bring_in(whole), at)
        assert everything(own_database) == before
    code, told = bring_in(whole.replace(f"student{ROWS}@", f"student{ROWS}"))
    assert (code, [(error["row"], error["column"]) for error in told["errors"]]) == (3, [(ROWS + 1, "e_mailadres")])
    assert everything(own_database) == before
    landed = killed_at_random(own_database, lambda: bring_in(whole), before)
    code, told = bring_in(whole)
    assert (code, told["new"], how_many(Student)) == (0, ROWS, ROWS)
    after = everything(own_database)
    code, told = bring_in(whole)
    assert (code, told["new"], told["changed"], told["same"]) == (0, 0, 0, ROWS)
    assert everything(own_database) == after
    record_property("rows", ROWS)
    record_property("kills", 3 + landed)


def killed_at_random(engine, work, before):
    """Kill it at moments that it knows nothing of, at full length alone; how many of those fell before the end."""
    landed = 0
    chance = random.Random(42)
    for _time in range(AT_RANDOM):
        fell = dies(engine, work, after=chance.uniform(0.5, 8))
        landed += fell
        if not fell:
            raise Invalid("a list was carried out before the kill fell")
        assert everything(engine) == before
    return landed


@pytest.fixture
def desk(app, make):
    """A broker's browser with a list of places that was tried and waits to be carried out."""
    page = Browser(app).as_(make.broker()).get("/plekken/importeren")
    file = (io.BytesIO(places(PLACES).encode()), "plekken.csv")
    return page.browser.post("/plekken/importeren", page.values() | {"file": file}).follow()


@pytest.mark.promise("P42")
def test_a_list_of_places_that_dies_halfway_waits_as_it_was(own_database, desk, record_property):
    before = everything(own_database)
    for row in (1, PLACES * 2 // 3):
        must_die(own_database, lambda: desk.submit("/doorvoeren"), at_row(PlaceWriter, row))
        assert everything(own_database) == before
    assert f"Nieuw: {PLACES}." in desk.submit("/doorvoeren").follow().soup.text
    assert how_many(Place) == PLACES
    upload = current_session().scalars(select(Upload)).one()
    assert (upload.content, upload.counts["new"]) == (None, PLACES)
    record_property("rows", PLACES)
    record_property("kills", 2)


@pytest.mark.promise("P42", red=True)
@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_a_list_that_is_confirmed_in_parts_is_seen(own_database, bring_in, monkeypatch):
    honest = StudentWriter.flush

    def flush_and_confirm(self):
        honest(self)
        self._session.commit()

    monkeypatch.setattr(StudentWriter, "flush", flush_and_confirm)
    before = everything(own_database)
    must_die(own_database, lambda: bring_in(students(ROWS)), at_row(StudentWriter, ROWS * 9 // 10))
    assert everything(own_database) != before
    assert 0 < how_many(Student) < ROWS
