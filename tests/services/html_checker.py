"""The Nu HTML checker, as a service on this machine. It takes seconds to wake up, so all workers of a run share one."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from tests.parts import VNU

# `folder` is shared by the workers of one run; the file in it says where the checker listens.
ADDRESS = "html-checker.json"

# Its grammars are deep: with the usual stack it ends in a StackOverflowError.
OPTIONS = ("-Xss4m", "-XX:TieredStopAtLevel=1", "-Dnu.validator.servlet.bind-address=127.0.0.1")


class HtmlChecker:
    """`findings(html)` gives one sentence per error or warning; an empty list is valid HTML."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/?out=json"

    def findings(self, html):
        body = html.encode() if isinstance(html, str) else html
        request = urllib.request.Request(self.url, data=body, headers={"Content-Type": "text/html; charset=utf-8"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            messages = json.load(answer)["messages"]
        return [self._told(message) for message in messages if self._counts(message)]

    @staticmethod
    def _counts(message):
        # Mere information has no subtype; a warning is information with one.
        return message["type"] != "info" or message.get("subType") == "warning"

    @staticmethod
    def _told(message):
        kind = message.get("subType", message["type"])
        extract = " ".join(message.get("extract", "").split())
        return f"{kind} on line {message.get('lastLine', '?')}: {message['message']} In: {extract}"


def shared_checker(folder):
    """The checker of this run, started by whoever comes first."""
    with (folder / "html-checker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / ADDRESS
        if not address.exists():
            port, pid = _start(folder / "html-checker.log")
            address.write_text(json.dumps({"port": port, "pid": pid}))
        return HtmlChecker(json.loads(address.read_text())["port"])


def stop_shared_checker(folder):
    """For the process that outlives the workers."""
    address = folder / ADDRESS
    if address.exists():
        pid = json.loads(address.read_text())["pid"]
        address.unlink()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _start(log_file):
    for _ in range(3):  # between finding a free port and using it, someone else may take it
        port = _free_port()
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                ["java", *OPTIONS, "-cp", VNU, "nu.validator.servlet.Main", str(port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if _answers(HtmlChecker(port), process):
            pid = process.pid
            # It outlives this worker on purpose; without this Python would warn that nobody waited for it.
            process.returncode = 0
            return port, pid
        process.kill()
        process.wait()
    raise RuntimeError(f"The HTML checker did not start: {log_file.read_text(errors='replace')}")


def _answers(checker, process):
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            checker.findings("<!doctype html>")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return True
    return False


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
