"""What is confirmed was flushed: the flushes that a database asks of the system are counted from outside."""

import re
import signal
import subprocess
import sys

import pytest

from tests.parts import ROOT
from tests.proofs import Invalid, times

pytestmark = pytest.mark.needs("strace")
COMMITS = times(short=20, full=100)
SCRIPT = """
import sys
from sqlalchemy import event, text
from stagemakelaar import db
engine = db.make_engine(sys.argv[1])
if len(sys.argv) > 3:
    event.listen(engine, "connect", lambda connection, _record: connection.execute(sys.argv[3]))
db.bind(engine)
with db.transaction() as session:
    session.execute(text("CREATE TABLE IF NOT EXISTS flushed (n INTEGER)"))
for number in range(int(sys.argv[2])):
    with db.transaction() as session:
        session.execute(text("INSERT INTO flushed VALUES (:n)"), {"n": number})
"""
FLUSHES = ("-f", "-q", "-e", "trace=fsync,fdatasync,sync_file_range")


def commit(url, *weakened):
    """The words of a process that writes and confirms so many times."""
    return [sys.executable, "-c", SCRIPT, url, str(COMMITS), *weakened]


def flushes_of(words, told):
    """How many flushes a process and its children asked for."""
    done = subprocess.run(["strace", *FLUSHES, "-o", str(told), *words], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise Invalid(done.stderr.decode()[-500:])
    return counted(told)


def counted(told):
    return len(re.findall(r"\b(?:fsync|fdatasync)\(", told.read_text()))


@pytest.mark.promise("P03")
def test_sqlite_flushes_each_confirmed_write(app, tmp_path, record_property):
    flushes = flushes_of(commit(f"sqlite:///{tmp_path / 'flushed.sqlite'}"), tmp_path / "told")
    record_property("flushes_per_100_commits", round(100 * flushes / COMMITS))
    assert flushes >= COMMITS


@pytest.mark.promise("P03", red=True)
def test_a_sqlite_that_may_forget_would_be_seen(app, tmp_path):
    url = f"sqlite:///{tmp_path / 'forgetful.sqlite'}"
    assert flushes_of(commit(url, "PRAGMA synchronous=NORMAL"), tmp_path / "told") < COMMITS


@pytest.fixture
def traced(durable_postgres_cluster, tmp_path):
    """`traced(words)`: how many flushes a durable PostgreSQL asks for while a process runs."""

    def run(words):
        told = tmp_path / "told"
        server = durable_postgres_cluster._process.pid
        watching = subprocess.Popen(["strace", *FLUSHES, "-o", str(told), "-p", str(server)], stderr=subprocess.DEVNULL)
        try:
            durable_postgres_cluster.connect().close()
            done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
        finally:
            watching.send_signal(signal.SIGINT)
            watching.wait(20)
        if done.returncode or not told.exists():
            raise Invalid(done.stderr.decode()[-500:])
        return counted(told)

    return run


@pytest.mark.needs("postgresql")
@pytest.mark.promise("P03")
def test_postgresql_flushes_each_confirmed_write_and_would_be_seen_not_to(
    traced, durable_postgres_cluster, record_property
):
    url = durable_postgres_cluster.url()
    flushes = traced(commit(url))
    record_property("flushes_per_100_commits", round(100 * flushes / COMMITS))
    assert flushes >= COMMITS
    with durable_postgres_cluster.connect() as outside:
        outside.execute("ALTER SYSTEM SET synchronous_commit = off")
        outside.execute("SELECT pg_reload_conf()")
    assert traced(commit(url)) < COMMITS
