"""The application behind a real web server, on a free port of this machine."""

import contextlib
import socket
import threading
from dataclasses import replace

import waitress

from stagemakelaar import create_app, db
from tests.conftest import WEDNESDAY


@contextlib.contextmanager
def served(settings, **changes):
    """`with served(settings, database_url=...) as app:`; where it listens is `app.config["SETTINGS"].public_url`."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(replace(settings, public_url=address, clock=WEDNESDAY, **changes))
        server = waitress.create_server(app, sockets=[listening], threads=4)
        serving = threading.Thread(target=server.run, daemon=True)
        serving.start()
        engine = db.current_session().get_bind()
        db.close_session()
        yield app
        server.close()
        server.asyncore.close_all(server._map, ignore_all=True)  # it would wait for the lines that browsers keep open
        serving.join(10)
        db.close_session()
        engine.dispose()  # what its threads left in the pool would otherwise be found open in a later test
