"""Stilte: a PostgreSQL that says nothing. A page gives it up within seconds; a statement that only takes long goes on.

A network that swallows everything, or a server that froze, closes no connection: who waits, waits for ever. So whoever
hears nothing for a while calls the server anew. If it picks up, it is busy and we wait on; if not, it is gone, and for
a moment nobody calls it again. Knows the driver alone.
"""

import threading
from contextvars import ContextVar
from time import monotonic

import psycopg

PAGE = 2.0  # seconds of silence after which a page asks whether anyone is there
OTHERS = 30.0  # the same for commands and workers, which have the time
PICK_UP = 2  # seconds in which a server that lives picks up; the driver takes no less
CALL, CALL_OF_OTHERS = 3, 30  # the same for a connection that is needed: of a page, and of who has the time
GONE = 2.0  # seconds in which a server that was found gone is not called
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}

patience = ContextVar("patience", default=OTHERS)


class Gone(psycopg.OperationalError):
    """Weg: the server did not answer, and a moment ago nor did it pick up."""


class Listening(psycopg.Connection):
    """Luisterend: a connection that notices when nobody is at the other end."""

    how: tuple = ()

    @classmethod
    def connect(cls, *words, **named):
        """Call the server, unless it was found gone a moment ago."""
        if _servers.is_gone(words, named):
            raise Gone("the database did not answer a moment ago")
        seconds = CALL if patience.get() <= PAGE else CALL_OF_OTHERS
        try:
            made = super().connect(*words, **{"connect_timeout": seconds} | named)
        except psycopg.errors.ConnectionTimeout:
            _servers.note_gone(words, named)
            raise
        made.how = (words, named)
        return made

    def wait(self, gen, *args, **kwargs):
        """Wait for an answer, and ask after the server when it takes long."""
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen):
        limit = patience.get()
        try:
            wanted = next(gen)
            since = monotonic()
            while True:
                ready = yield wanted
                if ready:
                    since = monotonic()
                elif monotonic() - since > limit:
                    if not _servers.picks_up(*self.how):
                        self.pgconn.finish()  # nothing that was begun here can be ended
                        raise Gone("the database does not answer")
                    since = monotonic()
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value


class _Servers:
    """Servers: which are gone, so that many who wait make one call."""

    def __init__(self):
        self._lock = threading.Lock()
        self._gone_until = {}
        self._heard_at = {}

    @staticmethod
    def _key(words, named):
        return (*words, *sorted((name, str(value)) for name, value in named.items()))

    def is_gone(self, words, named):
        """Whether it was found gone a moment ago."""
        return monotonic() < self._gone_until.get(self._key(words, named), 0.0)

    def note_gone(self, words, named):
        """Remember that it did not pick up."""
        self._gone_until[self._key(words, named)] = monotonic() + GONE

    def picks_up(self, words, named):
        """Whether the server answers a new call; one that has no room for us does."""
        key, asked_at = self._key(words, named), monotonic()
        with self._lock:
            if self.is_gone(words, named):
                return False
            if self._heard_at.get(key, 0.0) > asked_at - 1:
                return True
            try:
                psycopg.Connection.connect(*words, **named | {"connect_timeout": PICK_UP}).close()
            except psycopg.OperationalError as trouble:
                if not any(words in str(trouble) for words in ("too many", "connection slots")):
                    self.note_gone(words, named)
                    return False
            self._heard_at[key] = monotonic()
            return True


_servers = _Servers()
