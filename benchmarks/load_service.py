"""The service as it is shipped, on loopback: nginx, gunicorn, Celery with Redis; or one process on SQLite."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.city import ROOT
from tests.services import nginx
from tests.services.redis import Redis

KEY = "the key of a load test, long enough to be one"
READY_WITHIN = 90


class Served:
    """What runs: its processes by name, where it answers, and what it was told."""

    def __init__(self, url, *, letters=1, is_small=False, more=None):
        self._temporary = tempfile.TemporaryDirectory(prefix="load-")
        self.folder = Path(self._temporary.name)
        self.post = self.folder / "post"
        self.post.mkdir()
        self.processes: dict[str, subprocess.Popen] = {}
        self.redis = None if is_small else Redis()
        if self.redis is not None:
            self.processes["redis"] = self.redis._process  # noqa: SLF001 - to be measured, and stopped by its owner
        self._letters, self._is_small = letters, is_small
        self._mail_port = self._start_post()
        self.port, plain = free_port(), free_port()
        self.socket = self.folder / "web.sock"
        self.base = f"http://127.0.0.1:{self.port}" if is_small else f"https://{nginx.HOST}"
        self.environment = (
            {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
            | {
                "STAGEMAKELAAR_ENV": "demo",
                "STAGEMAKELAAR_INSTANCE": str(self.folder / "instance"),
                "DATABASE_URL": url,
                "SECRET_KEY": KEY,
                "PUBLIC_URL": self.base,
                "PORT": str(self.port),
                "SMTP_URL": f"smtp://127.0.0.1:{self._mail_port}?tls=none",
            }
            | (more or {})
        )
        if self.redis is not None:
            self.environment |= {
                "CELERY_BROKER_URL": self.redis.url,
                "TRUSTED_PROXIES": "1",
                "BIND": f"unix:{self.socket}",
            }
            nginx.certify(self.folder)
            lines = 8192
            self._proxy = nginx.configure(self.folder, socket=self.socket, plain=plain, tls=self.port, lines=lines)
        (self.folder / "instance").mkdir()

    def start(self):
        """Start everything, and wait until it is ready."""
        if self._is_small:
            self._run("web", "-m", "flask", "--app", "wsgi", "start")
        else:
            self._run("web", "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app")
            self.start_workers("letters")
            self.processes["proxy"] = nginx.start(self._proxy)
        self._wait_until_ready()
        return self

    def start_workers(self, queues):
        """Start the workers of Celery, each one process, and who calls them."""
        calm = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
        for number in range(self._letters):
            words = ("worker", "-n", f"letters{number}@load", "-Q", queues, "-c", "1", *calm)
            self._run(f"letters {number}", "-m", "celery", "-A", "wsgi:carrier", *words)
        schedule = ("--schedule", str(self.folder / "beat"), "--pidfile=", "--loglevel", "WARNING")
        self._run("beat", "-m", "celery", "-A", "wsgi:carrier", "beat", *schedule)

    def _run(self, name, *words):
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=log, stderr=log
        )
        log.close()

    def _start_post(self):
        words = [sys.executable, "-m", "tests.load.post", str(self.post)]
        process = self.processes["post"] = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return int(process.stdout.readline())

    def _wait_until_ready(self):
        from tests.load.browser import Browser

        browser = Browser(self.base, ("127.0.0.1", self.port), "127.0.0.1")
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            answer = browser.get("/gezondheid/klaar")
            if answer.status == 200:
                browser.hang_up()
                return
            time.sleep(0.3)
        raise SystemExit(f"not ready: {answer.text}\n{self.log()[-3000:]}")

    def log(self, name="web"):
        """What a process wrote."""
        with suppress(OSError):
            return (self.folder / f"{name}.log").read_text()
        return ""

    def close(self):
        """Stop what was started, the pages first."""
        for name, process in self.processes.items():
            if name != "redis" and process.poll() is None:
                process.terminate()
        for name, process in self.processes.items():
            if name != "redis":
                with suppress(subprocess.TimeoutExpired):
                    process.wait(30)
                if process.poll() is None:
                    process.kill()
        if self.redis is not None:
            self.redis.close()
        self._temporary.cleanup()


def free_port():
    """A port that is free now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]
