"""What tests start from: both databases, an application, people, a browser without a screen, and a clock that stands.

Every test that touches the database runs on SQLite and on PostgreSQL, inside one outer transaction that is rolled back;
inside it a commit is a real commit, so a forgotten one is noticed.
"""

import contextlib
import fcntl
import gc
import shutil
from datetime import datetime

import hypothesis
import pytest
from jinja2 import FileSystemBytecodeCache

from config import Settings
from stagemakelaar import clock, create_app, db, schema
from stagemakelaar.reference.starter import load_starter
from stagemakelaar.web.work_list import listing
from tests.builders import Make
from tests.pages import Browser

pytest_plugins = ["tests.parts", "tests.services", "tests.proofs", "tests.short", "tests.processes.fixtures"]

# A machine that is busy makes slow examples, and that is no fault of what they try.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")

# What is loaded now stays until the end, and tests leave little that only the collector finds: a seventh less work.
gc.freeze()
gc.set_threshold(50_000, 20, 50)

WEDNESDAY = "2027-02-03T10:00:00+01:00"
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


@pytest.fixture(autouse=True)
def moment():
    """Time stands still on a Wednesday in February; a test moves it with `moment("2027-02-10T09:00:00+01:00")`."""
    clock.set_clock(WEDNESDAY)
    yield clock.set_clock
    clock.set_clock(None)


@pytest.fixture(autouse=True, scope="session")
def present():
    """What colleagues share for some seconds is counted anew for each page here, since tests write behind its back."""
    listing.LATELY = -1.0


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    """The settings of a demo that never leaves this machine."""
    instance = tmp_path_factory.mktemp("instance")
    return Settings(
        environment="demo",
        database_url=f"sqlite:///{instance / 'unused.sqlite'}",
        secret_key="a key for tests that is long enough to be one",
        public_url="http://127.0.0.1:5000",
        smtp_url=None,
        instance=instance,
        worker=False,
        argon2=(8, 1, 1),
    )


@pytest.fixture(scope="session")
def app(settings, shared_folder):
    """The application, once; `database` decides which database it speaks to. Workers share compiled templates."""
    app = create_app(settings)
    compiled = shared_folder / "templates"
    compiled.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    return app


def build(engine):
    """Bring an empty database to the newest schema, as an administrator would, and put the starter list in it."""
    schema.migrate(engine)
    db.bind(engine)
    with db.transaction() as session:
        load_starter(session)
    db.bind(None)


@pytest.fixture(scope="session")
def sqlite_template(app, tmp_path_factory):
    """A file that was built once; a database of a test's own is a copy of it."""
    template = tmp_path_factory.mktemp("template") / "template.sqlite"
    engine = db.make_engine(f"sqlite:///{template}")
    build(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return template


def sqlite_copy(template, path):
    """An engine on a copy of the template."""
    shutil.copyfile(template, path)
    return db.make_engine(f"sqlite:///{path}")


def postgres_copy(cluster):
    """An engine on a copy of a PostgreSQL template that was built once."""

    def prepare(url):
        engine = db.make_engine(url)
        build(engine)
        engine.dispose()

    return db.make_engine(cluster.create_database(cluster.template("newest_schema", prepare)))


@pytest.fixture(scope="session", params=KINDS)
def engine(request, app, tmp_path_factory):
    """An engine on a database with the newest schema, the starter list, and nothing else."""
    engine = fresh(request, tmp_path_factory.mktemp("database"))
    yield engine
    engine.dispose()


def fresh(request, folder):
    """An engine on a new database of the kind that the fixture was asked for."""
    if request.param == "sqlite":
        return sqlite_copy(request.getfixturevalue("sqlite_template"), folder / "fresh.sqlite")
    return postgres_copy(request.getfixturevalue("postgres_cluster"))


@contextlib.contextmanager
def rolled_back(engine):
    """Bind sessions to one transaction on this engine, whose every change is taken back at the end."""
    with engine.connect().execution_options(writing=True) as connection:
        outer = connection.begin()
        db.bind(connection, join_transaction_mode="create_savepoint")
        yield
        db.close_session()
        outer.rollback()
    db.bind(None)


@pytest.fixture
def database(engine):
    """The sessions of this test, inside a transaction that is rolled back at the end."""
    with rolled_back(engine):
        yield engine


class Now:
    """The session of this moment: a request ends its own, and the next look begins another."""

    def __getattr__(self, name):
        return getattr(db.current_session(), name)


@pytest.fixture
def session(database):
    """The present session; `session.get(Model, id)` after a request, as the request has closed its own."""
    return Now()


@pytest.fixture
def make(app, database):
    """Build people and places by the actions of the house: `make.student()`, `make.place()`; see builders.py."""
    return Make()


@pytest.fixture
def browse(app, database):
    """A browser without a screen: `browse.as_(user).get("/student")` gives a Page."""
    return Browser(app)


def fill_demo(engine):
    """Put the whole demo in a fresh database, as of the Wednesday on which tests stand still."""
    from stagemakelaar.seed.filling import fill

    db.bind(engine, join_transaction_mode="conditional_savepoint")
    fill("demo", 1, datetime.fromisoformat(WEDNESDAY).date())
    db.bind(None)


@pytest.fixture(scope="session")
def sqlite_demo(sqlite_template, shared_folder):
    """A file with the whole demo, filled by the first worker that asks for it."""
    demo = shared_folder / "demo.sqlite"
    with demo.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not demo.exists():
            half = demo.with_suffix(".half")
            engine = sqlite_copy(sqlite_template, half)
            fill_demo(engine)
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            half.rename(demo)
    return demo


def postgres_demo_copy(cluster):
    """An engine on a copy of a PostgreSQL template with the whole demo."""

    def prepare(url):
        engine = db.make_engine(url)
        build(engine)
        fill_demo(engine)
        engine.dispose()

    return db.make_engine(cluster.create_database(cluster.template("demo", prepare)))


@pytest.fixture(scope="session", params=KINDS)
def demo_engine(request, app, tmp_path_factory):
    """An engine on a database that holds the whole demo."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_demo")
        engine = sqlite_copy(template, tmp_path_factory.mktemp("demo") / "demo.sqlite")
    else:
        engine = postgres_demo_copy(request.getfixturevalue("postgres_cluster"))
    yield engine
    engine.dispose()


@pytest.fixture
def demo(demo_engine):
    """The demo, inside a transaction that is rolled back at the end; gives back the present session."""
    with rolled_back(demo_engine):
        yield Now()


@pytest.fixture(params=KINDS)
def own_database(request, app, tmp_path):
    """An engine on a database of this test alone, with real commits: for races and crashes, and for `make` as well."""
    engine = fresh(request, tmp_path)
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    yield engine
    db.close_session()
    engine.dispose()
    db.bind(None)
