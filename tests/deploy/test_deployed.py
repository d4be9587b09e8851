"""The deployed form as it is shipped: nginx with TLS, gunicorn, PostgreSQL, production settings; on loopback."""

import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from stagemakelaar import db
from stagemakelaar.people import signing_in
from stagemakelaar.people.models import Role
from stagemakelaar.web.signed_in import SignedCookie
from tests.builders import Make
from tests.deploy import caching, norms, smuggled
from tests.services import nginx
from tests.services.nginx import HOST

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.needs("nginx", "postgresql")


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def line_to(folder, port, name=HOST, source="127.0.0.1"):
    """A line over TLS to the service of this folder."""
    context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    context.check_hostname = False
    raw = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
    try:
        return context.wrap_socket(raw, server_hostname=name)
    except OSError:
        raw.close()
        raise


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
            "METRICS_TOKEN": "a token that only Prometheus has",
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

    def redirects_to(self, path="/"):
        """Where plain http leads."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": HOST})
            return connection.getresponse().headers["Location"]

    def shake_hands(self, *words):
        """What openssl tells of a way of greeting."""
        line = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.tls}", "-servername", HOST, *words]
        told = subprocess.run(line, input=b"", capture_output=True, timeout=20, check=False)
        return (told.stdout + told.stderr).decode(errors="replace")

    def line(self, name=HOST, source="127.0.0.1"):
        return line_to(self.folder, self.tls, name, source)

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


def test_nothing_hidden_in_a_request_is_answered(service):
    service.wait_until(200)
    assert smuggled.hidden_that_was_answered(service) == []
    assert smuggled.HIDDEN_PAGE in smuggled.answers_to(service, smuggled.MEANT)


def test_too_often_is_told_when_to_come_back_and_the_log_keeps_no_address(service):
    service.wait_until(200)
    line = http.client.HTTPSConnection("127.0.0.1", service.tls)
    with contextlib.closing(line):
        for number in range(400):  # from an address of its own, quicker than 30 a second after the first 120
            if number % 90 == 0:  # before the server itself closes it
                line.close()
                line.sock = service.line(source="127.0.0.77")
            line.request("GET", "/inloggen/wachtwoord/a-secret", headers={"Host": HOST})
            answer = line.getresponse()
            text = answer.read().decode()
            if answer.status == 429:
                break
    assert (answer.status, answer.headers["Retry-After"], "Probeer het over" in text) == (429, "5", True)
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"]
    logs = [path.read_text() for path in service.folder.glob("*.log") if path.name in {"error.log", "site.log"}]
    assert logs
    assert "a-secret" not in "".join(logs)


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
    assert (status, headers["Retry-After"]) == (503, "10")
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


def test_the_figures_of_all_processes_add_up_and_outlive_them(service):
    """Whoever asks reaches one process; what the others counted, and what one that died had counted, is in it."""
    service.wait_until(200)
    token = {"Authorization": f"Bearer {service.environment['METRICS_TOKEN']}"}

    def counted():
        text = service.ask("GET", "/metrics", headers=token)[2]
        assert "stagemakelaar_database_answers 1.0" in text
        return int(float(re.search(r'request_seconds_count{route="public.privacy"} (\S+)', text)[1]))

    service.ask("GET", "/privacy")
    before = counted()
    for _number in range(12):
        service.ask("GET", "/privacy")
    assert {counted() for _number in range(8)} == {before + 12}
    children = Path(f"/proc/{service.web.pid}/task/{service.web.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGTERM)
    service.wait_until(200)
    assert counted() == before + 12
    assert service.ask("GET", "/metrics")[0] == 404


# --- norms ---------------------------------------------------------------------------------------------------------


@pytest.mark.promise("P43")
def test_mozilla_and_internet_nl_have_nothing_to_object_to(service, record_property):
    service.wait_until(200)
    scores = {}
    for path in ("/", "/inloggen", "/inloggen/medewerker", "/privacy", "/bestaat-niet"):
        _status, headers, page = service.ask("GET", path, headers={"Accept-Encoding": "gzip, br"})
        scores[path] = norms.observatory(headers, page, HOST, service.redirects_to(path))
        assert norms.internet_nl(headers, page, service.redirects_to(path), HOST) == [], path
    assert min(scores.values()) >= 130, scores  # 100 and more is A+
    record_property("observatory", scores)
    status, headers, text = service.ask("GET", "/.well-known/security.txt")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert {"Contact", "Expires", "Canonical"} <= {line.partition(":")[0] for line in text.splitlines()}


@pytest.mark.promise("P43", red=True)
@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("Content-Security-Policy", None, 75),
        ("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'", 80),
        ("Strict-Transport-Security", None, 80),
        ("Strict-Transport-Security", "max-age=86400", 125),
        ("Set-Cookie", "__Host-session=a; HttpOnly; SameSite=Lax", 125),
        ("Access-Control-Allow-Origin", "*", 50),
        ("X-Content-Type-Options", None, 130),
    ],
)
def test_a_header_that_is_missing_or_weak_would_be_seen(service, name, value, most):
    _status, headers, page = service.ask("GET", "/inloggen")
    before = norms.observatory(headers, page, HOST, f"https://{HOST}/")
    del headers[name]
    if value is not None:
        headers[name] = value
    assert norms.observatory(headers, page, HOST, f"https://{HOST}/") <= min(most, before - 5)
    if name in {"Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options"}:
        assert norms.internet_nl(headers, page, f"https://{HOST}/", HOST)


@pytest.mark.promise("P43")
def test_only_tls_that_the_ncsc_calls_good_is_spoken(service):
    service.wait_until(200)
    good = service.shake_hands("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384")
    assert "Cipher is ECDHE-ECDSA-AES256-GCM-SHA384" in good
    assert "Compression: NONE" in good
    for words in (
        ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256"),
        ("-tls1_2", "-groups", "secp521r1"),
    ):
        assert "alert" in service.shake_hands(*words), words


@pytest.mark.promise("P43")
def test_what_nginx_answers_itself_is_over_tls_alone_as_well(service):
    service.wait_until(200)
    for path in ("/" + "a" * 9000, "/static/css/plain.css"):
        _status, headers, _text = service.ask("GET", path)
        assert headers.get_all("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"]
        assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
        (policy,) = headers.get_all("Content-Security-Policy")
        assert "frame-ancestors 'none'" in policy
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.fixture
def cache(service, tmp_path):
    with caching.in_front_of(service.tls, tmp_path, free_port()) as ask:
        yield ask


@pytest.fixture
def cookie(service, moment):
    """The cookie of an administrator of the service."""
    moment(None)
    engine = db.make_engine(service.environment["DATABASE_URL"])
    db.bind(engine, join_transaction_mode="conditional_savepoint")
    admin = Make().staff(Role.ADMIN, email=f"admin{time.monotonic_ns()}@demo.example")
    with db.transaction() as session:
        token = signing_in.open_session(session, session.get(type(admin), admin.id))
    db.close_session()
    db.bind(None)
    engine.dispose()
    signing = Flask("signing")
    signing.secret_key, signing.session_interface = service.environment["SECRET_KEY"], SignedCookie()
    return f"__Host-session={signing.session_interface.get_signing_serializer(signing).dumps({'who': token})}"


@pytest.mark.promise("P23")
def test_a_cache_in_front_keeps_no_page(service, cache, cookie):
    service.wait_until(200)
    assert cache("/accounts", cookie) == 200
    for path in ("/", "/inloggen", "/inloggen/link/abc", "/inloggen/uitnodiging/abc", "/privacy", "/bestaat-niet"):
        cache(path, cookie)
        cache(path)
    assert cache("/static/css/plain.css") == 200
    assert cache.keeps("/static/css/plain.css") == 1  # what nobody minds, and nothing of all that was asked before


@pytest.mark.promise("P23", red=True)
def test_a_cache_that_does_not_listen_would_be_seen(service, cache, cookie):
    service.wait_until(200)
    assert cache("/doof/accounts", cookie) == 200
    assert cache.keeps("/accounts") == 1  # it asks us without the word before
    assert cache("/doof/accounts") == 200  # a stranger reads what was kept
