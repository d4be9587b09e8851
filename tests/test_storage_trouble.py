"""Storage that is full, read-only, away or silent: 503 in time, never a false "saved", and well again by itself."""

import contextlib
import http.client
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from sqlalchemy import event, func, select

from stagemakelaar import db, silence
from stagemakelaar.casework.models import Task
from stagemakelaar.web import tasks
from tests.builders import Make
from tests.conftest import build, sqlite_copy
from tests.pages import Browser
from tests.parts import small_disk_at
from tests.processes.fixtures import open_pages
from tests.processes.house import House
from tests.proofs import Invalid, times
from tests.rows import number_of

WITHIN = 5  # seconds
SAVED = 302
sqlite_alone = pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
postgresql_alone = pytest.mark.parametrize(
    "own_database", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))], indirect=True
)


class Desk:
    """A broker who writes tasks, and counts what was confirmed."""

    def __init__(self, app):
        make = Make()
        broker = make.broker()
        student = make.student(searching=True)
        self.path = f"/studenten/{number_of(student)}"
        self.browser = Browser(app).as_(broker)
        self.form = self.browser.get(self.path).values("/taken")
        self.confirmed = 0
        self.slowest = 0.0  # of the refusals

    def send(self, method, path, form=None):
        """The answer: of the application in this process."""
        return self.browser.client.open(path, method=method, data=form)

    def write(self):
        """Try to save a task; the status."""
        began = time.monotonic()
        answer = self.send("POST", f"{self.path}/taken", self.form | {"what": "Bel de school nog eens " * 3})
        if answer.status_code == 503:
            self.slowest = max(self.slowest, time.monotonic() - began)
            assert answer.headers["Retry-After"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert "bewaard" not in answer.text
            assert "opgeslagen" not in answer.text or "niet" in answer.text
        else:
            assert answer.status_code == SAVED, answer.text[:500]
            self.confirmed += 1
        return answer.status_code

    def read(self):
        """The status of a page that only shows."""
        began = time.monotonic()
        answer = self.send("GET", "/taken")  # a student's file is not shown where that cannot be noted
        if answer.status_code == 503:
            self.slowest = max(self.slowest, time.monotonic() - began)
        return answer.status_code

    def saved(self):
        db.close_session()
        return db.current_session().scalar(select(func.count()).select_from(Task))


class RemoteDesk(Desk):
    """The same, over HTTP to processes of the service."""

    def __init__(self, app, house):
        super().__init__(app)
        self.house = house
        self.cookie = self.browser.client.get_cookie("session").value
        db.close_session()

    def send(self, method, path, form=None):
        line = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=120)
        headers = {"Cookie": f"session={self.cookie}", "Connection": "close"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(line):
            line.request(method, path, body=urlencode(form) if form is not None else None, headers=headers)
            answer = line.getresponse()
            return SimpleNamespace(
                status_code=answer.status, headers=answer.headers, text=answer.read().decode(errors="replace")
            )


@pytest.fixture
def desk(app, own_database):
    return Desk(app)


def limited(engine, more_pages):
    """Let the file of a database grow by so many pages and no more; gives back what lifts that."""

    def limit(connection, _record):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + more_pages}")

    event.listen(engine, "connect", limit)
    engine.dispose()

    def lift():
        event.remove(engine, "connect", limit)
        engine.dispose()

    return lift


def until_full(desk, most=400):
    for _try in range(most):
        if desk.write() == 503:
            return
    raise Invalid("the disk was never full")


@sqlite_alone
@pytest.mark.promise("P08")
def test_a_full_disk_confirms_nothing_that_it_did_not_keep(desk, own_database, record_property):
    lift = limited(own_database, 3)
    until_full(desk)
    for _try in range(times(short=3, full=50)):
        desk.write()
    assert desk.read() == 200  # what is there can be read
    assert desk.saved() == desk.confirmed
    lift()
    assert desk.write() == SAVED
    assert desk.saved() == desk.confirmed
    assert desk.slowest < WITHIN
    record_property("confirmed", desk.confirmed)


@sqlite_alone
@pytest.mark.promise("P08", red=True)
def test_a_commit_whose_trouble_is_swallowed_would_be_seen(desk, own_database, monkeypatch):
    honest = db.transaction

    @contextmanager
    def careless():
        try:
            with honest() as session:
                yield session
        except Exception:  # noqa: BLE001 - the break that is planted
            pass

    monkeypatch.setattr(tasks, "transaction", careless)
    limited(own_database, 3)
    for _try in range(60):
        desk.write()
    assert desk.saved() < desk.confirmed


@sqlite_alone
@pytest.mark.promise("P08")
def test_a_file_that_may_not_be_written_is_told_and_can_still_be_read(desk, own_database):
    path = own_database.url.database
    reading = db.make_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    own_database.dispose()  # its last connection folds the log into the file
    with own_database.connect():  # and this one keeps the files beside it, without which nobody may read
        db.bind(reading)
        assert desk.write() == 503
        assert desk.read() == 200
        db.close_session()
        reading.dispose()
        db.bind(own_database, join_transaction_mode="conditional_savepoint")
    assert desk.write() == SAVED
    assert desk.saved() == desk.confirmed == 1


@postgresql_alone
@pytest.mark.promise("P08")
def test_a_standby_that_takes_no_writing_is_told_and_can_still_be_read(desk, own_database, postgres_cluster):
    name = own_database.url.database
    with postgres_cluster.connect() as outside:
        outside.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        own_database.dispose()
        assert desk.write() == 503
        assert desk.read() == 200
        outside.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        own_database.dispose()
    assert desk.write() == SAVED
    assert desk.saved() == desk.confirmed == 1


@sqlite_alone
@pytest.mark.promise("P08")
def test_a_file_that_is_damaged_is_told(desk, own_database, tmp_path):
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"this is no database at all, whatever its name may say" * 100)
    damaged = db.make_engine(f"sqlite:///{broken}")
    db.bind(damaged)
    assert desk.write() == 503
    db.close_session()
    damaged.dispose()
    db.bind(own_database, join_transaction_mode="conditional_savepoint")
    assert desk.write() == SAVED


# --- a PostgreSQL of its own, behind what swallows -----------------------------------------------------------------


@pytest.fixture(scope="module")
def fragile():
    """A cluster that may be stopped, and what stands before it."""
    from tests.services.postgres import PostgresCluster
    from tests.services.swallowing import Swallowing

    cluster = PostgresCluster()
    between = Swallowing(cluster)
    yield cluster, between
    between.is_silent.clear()
    between.close()
    cluster.stop()


def prepare(url):
    engine = db.make_engine(url)
    build(engine)
    engine.dispose()


@pytest.fixture
def far_desk(app, fragile):
    """A desk whose database lies behind what swallows."""
    cluster, between = fragile
    engine = db.make_engine(between.url(cluster.create_database(cluster.template("newest", prepare))))
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    yield Desk(app)
    between.is_silent.clear()
    db.close_session()
    engine.dispose()
    db.bind(None)


def recovers(desk, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if desk.write() == SAVED:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.needs("postgresql")
@pytest.mark.promise("P08")
def test_a_database_that_is_away_or_silent_is_given_up_in_time_and_found_again(far_desk, fragile, app, record_property):
    cluster, between = fragile
    assert far_desk.write() == SAVED
    for _round in range(times(short=1, full=5)):
        cluster.halt()
        assert (far_desk.write(), far_desk.read()) == (503, 503)
        ready = app.test_client().get("/gezondheid/klaar")
        assert (ready.status_code, ready.json["reasons"]) == (503, ["database"])
        assert app.test_client().get("/gezondheid/leeft").status_code == 200
        cluster.start()
        assert recovers(far_desk)

        between.is_silent.set()
        assert (far_desk.write(), far_desk.read(), far_desk.write()) == (503, 503, 503)
        assert app.test_client().get("/gezondheid/klaar").status_code == 503
        between.is_silent.clear()
        assert recovers(far_desk)
    record_property("slowest_seconds", round(far_desk.slowest, 2))
    assert far_desk.slowest < WITHIN
    assert far_desk.saved() >= far_desk.confirmed


# --- the service as processes of its own ---------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MB."""
    assert small_disk_at(tmp_path)
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@pytest.mark.needs("small disk")
@pytest.mark.promise("P08")
def test_waitress_on_a_full_disk_confirms_nothing_that_it_did_not_keep(
    app, sqlite_template, small_disk, zygote, record_property
):
    engine = sqlite_copy(sqlite_template, small_disk / "small.sqlite")
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    house = House(zygote, engine.url.render_as_string(hide_password=False))
    open_pages(house)
    try:
        house.wait_until_it_answers()
        desk = RemoteDesk(app, house)
        assert desk.write() == SAVED
        ballast = small_disk / "ballast"
        room = shutil.disk_usage(small_disk).free - 60_000
        ballast.write_bytes(b"." * room)
        until_full(desk)
        for _try in range(times(short=3, full=30)):
            desk.write()
        assert desk.read() == 200
        ballast.unlink()
        assert desk.write() == SAVED
        assert desk.saved() == desk.confirmed
        assert desk.slowest < WITHIN
        record_property("confirmed", desk.confirmed)
    finally:
        house.close()
        db.close_session()
        engine.dispose()
        db.bind(None)


@pytest.mark.needs("postgresql")
def test_a_statement_that_only_takes_long_is_waited_for(far_desk, monkeypatch):
    monkeypatch.setattr(silence, "PAGE", 0.2)
    token = silence.patience.set(0.2)
    assert db.current_session().connection().exec_driver_sql("SELECT 1 FROM pg_sleep(0.9)").scalar() == 1
    silence.patience.reset(token)


@pytest.mark.needs("postgresql")
@pytest.mark.promise("P08", red=True)
def test_without_asking_whether_anyone_is_there_a_page_would_wait_on(far_desk, fragile, monkeypatch):
    monkeypatch.setattr(silence.Listening, "_watched", lambda _self, gen: gen)
    answers = []
    fragile[1].is_silent.set()
    asking = threading.Thread(target=lambda: answers.append(far_desk.read()), daemon=True)
    asking.start()
    asking.join(WITHIN + 0.5)
    assert answers == []
    fragile[1].is_silent.clear()
    asking.join(20)
    assert answers == [200]
