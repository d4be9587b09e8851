"""A PostgreSQL server for the tests: made, started and stopped by them, reachable through a Unix socket only."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tests.parts import postgresql_programs

FAST = {
    # What a fast suite may do without: nothing of it survives the run anyway.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # A test that is rolled back as a whole holds a lock for each savepoint in which it wrote; full proofs have many.
    "max_locks_per_transaction": "1024",
}


class PostgresCluster:
    """A cluster of its own. `durable=True` keeps the settings of production, for tests that pull the plug.

    `follows` is another cluster, of which this one becomes a standby until `promote`.
    """

    def __init__(self, *, durable=False, follows=None):
        self.durable = durable
        self.programs = postgresql_programs()
        # A short path, because the name of a socket ends near 100 characters, and outside pytest's folders,
        # which are closed to the user postgres.
        self.folder = Path(tempfile.mkdtemp(prefix="smpg"))
        self._as = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._process = None
        self._numbers = itertools.count(1)
        self._templates = set()
        try:
            if follows is None:
                self._run(
                    "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"
                )
            else:
                source = ("-h", str(follows.folder), "-U", "postgres", "--checkpoint=fast", "--no-sync")
                self._run("pg_basebackup", "-D", self.data, "--write-recovery-conf", *source)
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def data(self):
        return self.folder / "data"

    @property
    def log(self):
        return self.folder / "log"

    def _run(self, program, *arguments):
        command = [self.programs / program, *arguments]
        done = subprocess.run(
            command, cwd="/", env=self._environment(), capture_output=True, text=True, check=False, **self._as
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    @staticmethod
    def _environment():
        # PGDATA, PGPORT and their like belong to another server.
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    def start(self):
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "100"}
        if not self.durable:
            settings |= FAST
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *options],
                cwd="/",
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for pytest, which then stops the server in its own time.
                start_new_session=True,
                **self._as,
            )
        end = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError as trouble:
                if self._process.poll() is not None or time.monotonic() > end:
                    text = self.log.read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{text}") from trouble
                time.sleep(0.02)
            else:
                return

    def halt(self, how=signal.SIGINT):
        """Stop the server and keep its data. SIGINT lets it finish; SIGQUIT is a crash, it recovers when it starts."""
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def promote(self):
        """From standby to the one that takes writes."""
        self._run("pg_ctl", "promote", "-D", self.data)

    def stop(self):
        self.halt(signal.SIGQUIT)  # writing all down first would take ten seconds, and nobody reads it
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database="postgres"):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def connect(self, database="postgres", *, patience=30):
        """A connection; a server that recovers from a crash is waited for so many seconds."""
        end = time.monotonic() + patience
        while True:
            try:
                return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)
            except psycopg.OperationalError as trouble:
                if "recovery mode" not in str(trouble) or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _execute(self, statement, *names):
        with contextlib.closing(self.connect()) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def create_database(self, template="template1"):
        """Make a database and return its URL; from a template it takes some hundredths of a second."""
        name = f"test{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def template(self, name, prepare):
        """Make a template once: `prepare(url)` fills it (migrations, say) and leaves no connection open."""
        if name not in self._templates:
            self._execute("CREATE DATABASE {}", name)
            prepare(self.url(name))
            self._templates.add(name)
        return name

    def drop_database(self, url):
        name = url.rsplit("/", 1)[1].split("?")[0]
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
