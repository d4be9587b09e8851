"""A Redis server of this machine, in memory, behind a socket in a folder."""

import subprocess
import tempfile
import time
from pathlib import Path


class Redis:
    """Runs until it is stopped; `url` is for Celery."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self.socket = Path(self._folder.name) / "redis.sock"
        self.url = f"redis+socket://{self.socket}"
        self.start()

    def start(self):
        words = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL, cwd=self._folder.name)
        end = time.monotonic() + 20
        while not self.socket.exists():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError("redis-server does not start")
            time.sleep(0.02)

    def stop(self):
        self._process.terminate()
        self._process.wait(20)

    def close(self):
        self.stop()
        self._folder.cleanup()
