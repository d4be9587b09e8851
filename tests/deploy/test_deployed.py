"""The deployed form as it is shipped: nginx with TLS, gunicorn, PostgreSQL, production settings; on loopback."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services import nginx
from tests.services.nginx import HOST

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.needs("nginx", "postgresql")


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


class Service:
    """nginx and gunicorn with the files of `deploy/`, changed in nothing but places and numbers of ports."""

    def __init__(self, folder, database):
        self.folder, self.plain, self.tls = folder, free_port(), free_port()
        self.socket = folder / "web.sock"
        self.environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
            "STAGEMAKELAAR_ENV": "production",
            "STAGEMAKELAAR_INSTANCE": str(folder / "instance"),
            "PUBLIC_URL": f"https://{HOST}",
            "DATABASE_URL": database,
            "SECRET_KEY": "a secret of this test that is long enough to be one",
            "SMTP_URL": "smtp://127.0.0.1:9?tls=starttls",
            "TRUSTED_PROXIES": "1",
            "BIND": f"unix:{self.socket}",
        }
        self.web = self.proxy = None

    def migrate(self):
        words = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
        subprocess.run(words, cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def start_web(self):
        words = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
        log = (self.folder / "web.log").open("ab")
        self.web = subprocess.Popen(words, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        log.close()

    def stop_web(self):
        self.web.terminate()
        self.web.wait(40)

    def start_proxy(self):
        self.proxy = nginx.start(nginx.configure(self.folder, socket=self.socket, plain=self.plain, tls=self.tls))

    def line(self, name=HOST):
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.check_hostname = False
        raw = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        try:
            return context.wrap_socket(raw, server_hostname=name)
        except OSError:
            raw.close()
            raise

    def ask(self, method, path, *, body=None, headers=()):
        """(status, headers, text) of one answer over TLS."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=20)
        with contextlib.closing(connection):
            connection.sock = self.line()
            connection.request(method, path, body=body, headers={"Host": HOST} | dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def wait_until(self, status, path="/gezondheid/klaar", seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                answer = self.ask("GET", path)
            except OSError:
                answer = (None, None, None)
            if answer[0] == status:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"{answer} instead of {status}: {(self.folder / 'web.log').read_text()[-2000:]}")

    def close(self):
        for process in (self.proxy, self.web):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(40)


@pytest.fixture(scope="module")
def service(durable_postgres_url, tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("deployed"), durable_postgres_url)
    nginx.certify(service.folder)
    service.migrate()
    service.start_web()
    service.start_proxy()
    yield service
    service.close()


@pytest.fixture(scope="module")
def durable_postgres_url():
    from tests.services.postgres import PostgresCluster

    cluster = PostgresCluster(durable=True)
    yield cluster.create_database()
    cluster.stop()


def test_it_is_ready_over_tls_alone(service):
    status, _headers, text = service.wait_until(200)
    assert (status, text.strip()) == (200, '{"status":"ready"}')
    connection = http.client.HTTPConnection("127.0.0.1", service.plain, timeout=20)
    connection.request("GET", "/inloggen", headers={"Host": "somewhere.else"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/inloggen")
    connection.close()
    with service.line() as line:
        assert line.version() == "TLSv1.3"


def test_the_answers_say_what_a_browser_may_do_and_nothing_about_us(service):
    service.wait_until(200)
    status, headers, text = service.ask("GET", "/", headers={"Accept-Encoding": "gzip, br"})
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert (headers["Server"], headers["Content-Encoding"]) == ("nginx", None)
    assert "<h1" in text
    _status, headers, _text = service.ask("GET", "/inloggen/medewerker")
    cookies = headers.get_all("Set-Cookie") or []
    assert all(one.startswith("__Host-") and "Secure" in one and "HttpOnly" in one for one in cookies)


def test_another_name_gets_no_answer(service):
    service.wait_until(200)
    with pytest.raises(ssl.SSLError):
        service.line("somewhere.else")
    status, _headers, _text = service.ask("GET", "/", headers={"Host": "somewhere.else"})
    assert status in {400, 421}


def test_too_much_is_refused_at_the_door(service):
    service.wait_until(200)
    try:
        status, _headers, _text = service.ask("POST", "/inloggen", body=b"x" * 9_000_000)
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        return  # refused before all of it was read
    assert status == 413


def test_slow_visitors_keep_nobody_waiting(service):
    service.wait_until(200)
    with ExitStack() as lines:
        for _number in range(100):
            slow = lines.enter_context(service.line())
            slow.sendall(f"POST /inloggen HTTP/1.1\r\nHost: {HOST}\r\nContent-Le".encode())
        began = time.monotonic()
        assert service.ask("GET", "/")[0] == 200
        assert time.monotonic() - began < 10  # they are held for ten seconds and more


def test_a_process_that_dies_is_replaced(service):
    service.wait_until(200)
    children = Path(f"/proc/{service.web.pid}/task/{service.web.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    assert service.wait_until(200)[0] == 200


def test_while_the_pages_are_away_it_says_when_to_come_back(service):
    service.wait_until(200)
    service.stop_web()
    status, headers, text = service.wait_until(503, "/")
    assert (status, headers["Retry-After"]) == (503, "30")
    assert "is bewaard" in text
    service.start_web()
    assert service.wait_until(200)[0] == 200


def test_a_database_that_may_forget_opens_no_page(service, postgres_cluster, tmp_path):
    environment = service.environment | {"DATABASE_URL": postgres_cluster.create_database()}
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
    subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True)
    script = "import wsgi; print(wsgi.app.test_client().get('/', base_url='https://stage.example.nl').status_code)"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "503"
