"""The database of a load test: a copy of a filled one, thrown away afterwards, so that every run begins the same."""

import os
import secrets
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class Copy:
    """Kopie: a new PostgreSQL database made of a filled one, or that one itself."""

    def __init__(self, url, *, copied=True):
        self._source, self._copied = urlsplit(url), copied
        source = self._source.path.lstrip("/")
        self.name = f"{source}_{secrets.token_hex(3)}" if copied else source
        self.url = urlunsplit(self._source._replace(path=f"/{self.name}"))
        scheme = self._source.scheme.partition("+")[0]
        self.maintenance = urlunsplit(self._source._replace(scheme=scheme, path="/postgres"))
        if copied:
            self._say("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", self.name, source)

    def ask(self, question):
        """The rows that answer a question about what is in it; for counting only."""
        scheme = self._source.scheme.partition("+")[0]
        with psycopg.connect(urlunsplit(self._source._replace(scheme=scheme, path=f"/{self.name}"))) as connection:
            return connection.execute(question).fetchall()

    def drop(self):
        """Throw the copy away."""
        if self._copied:
            self._say("DROP DATABASE {} WITH (FORCE)", self.name)

    def _say(self, statement, *names):
        with psycopg.connect(self.maintenance, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def load_now():
    """How busy the machine is with everything."""
    return round(os.getloadavg()[0], 1)
