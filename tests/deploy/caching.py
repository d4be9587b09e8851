"""A server before ours, of someone who keeps all that may be kept, and below /doof/ also what may not."""

import contextlib
import http.client

from tests.services import nginx
from tests.waiting import until


@contextlib.contextmanager
def in_front_of(tls, folder, port):
    """Start it; gives back `ask(address, cookie)`, which tells the status, and `ask.keeps(address)`."""
    kept = folder / "kept"
    process = nginx.start(nginx.configure_cache(folder, kept=kept, port=port, tls=tls))

    def ask(address, cookie=""):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
        return answer.status

    def is_kept(address):  # each file says of what it is
        return any(f"{address}\n".encode() in one.read_bytes() for one in kept.rglob("*") if one.is_file())

    def keeps(address):
        """How many pages it keeps once this one is among them: it writes them down after it has answered."""
        assert until(lambda: is_kept(address), 20), address
        return sum(one.is_file() for one in kept.rglob("*"))

    ask.keeps = keeps
    try:
        yield ask
    finally:
        process.terminate()
        process.wait(20)
