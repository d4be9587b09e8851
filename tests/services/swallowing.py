"""Between a program and a PostgreSQL of this machine: passes everything on, or swallows everything and says nothing."""

import contextlib
import selectors
import socket
import tempfile
import threading
from pathlib import Path


class Swallowing:
    """A socket in a folder of its own, before the socket of a cluster; `is_silent` decides."""

    def __init__(self, cluster):
        self._behind = cluster.folder / ".s.PGSQL.5432"
        self._folder = tempfile.TemporaryDirectory(prefix="smsw")
        self.is_silent = threading.Event()
        self._over = threading.Event()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(Path(self._folder.name) / ".s.PGSQL.5432"))
        self._listening.listen(100)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def url(self, cluster_url):
        """The address by which a database of the cluster is reached through here."""
        return cluster_url.partition("?")[0] + f"?host={self._folder.name}"

    def _serve(self):
        pairs = {}
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._listening, selectors.EVENT_READ)
            while not self._over.is_set():
                if self.is_silent.is_set():
                    self._over.wait(0.02)  # nothing is read: what is said stays in the line
                    continue
                for key, _events in waiting.select(0.05):
                    if key.fileobj is self._listening:
                        self._take(pairs, waiting)
                    else:
                        self._pass_on(key.fileobj, pairs, waiting)
        for line in pairs:
            line.close()

    def _take(self, pairs, waiting):
        near, _address = self._listening.accept()
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(str(self._behind))
        except OSError:  # nobody is there; who called hears so
            near.close()
            far.close()
            return
        pairs[near], pairs[far] = far, near
        for line in (near, far):
            waiting.register(line, selectors.EVENT_READ)

    @staticmethod
    def _pass_on(line, pairs, waiting):
        if line not in pairs:
            return
        said = b""
        with contextlib.suppress(OSError):
            said = line.recv(65536)
        other = pairs[line]
        if said:
            with contextlib.suppress(OSError):
                other.sendall(said)
            return
        for end in (line, other):
            pairs.pop(end)
            waiting.unregister(end)
            end.close()

    def close(self):
        self._over.set()
        self._thread.join(10)
        self._listening.close()
        self._folder.cleanup()
