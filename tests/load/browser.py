"""A browser of the load test: one person, one address, one connection that stays open, and cookies.

Plain `http.client`, a third of a millisecond for a page: the machine is there for the service, not for who measures it.
"""

import html
import http.client
import re
import socket
import ssl
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

PATIENCE = 30  # seconds
HIDDEN = re.compile(r"<input\b[^>]*\btype=\"hidden\"[^>]*>")
PART = re.compile(r"\b(name|value)=\"([^\"]*)\"")
LINK = re.compile(r"href=\"([^\"#]+)\"")


class Answer(NamedTuple):
    """What came back. `status` 0 is a connection that broke; `trouble` says how."""

    status: int
    text: str
    location: str | None
    retry_after: str | None
    seconds: float
    began: float
    trouble: str | None = None

    @property
    def was_shed(self):
        """Whether the service said that it is too busy, and when to come back."""
        return self.status in {429, 503} and self.retry_after is not None

    def hidden(self):
        """The hidden fields of the page; of what several forms have, that of the first."""
        found = {}
        for field in HIDDEN.findall(self.text):
            parts = dict(PART.findall(field))
            found.setdefault(parts.get("name", ""), html.unescape(parts.get("value", "")))
        return found


class Browser:
    """One person's browser.

    base     the address of the service; over TLS to whatever `via` (host, port) says
    address  the address of this person on the loopback network (127.x.y.z), so that limits see many people
    """

    def __init__(self, base, via, address, cookies=None):
        parts = urlsplit(base)
        self.host, self._is_tls = parts.netloc, parts.scheme == "https"
        self.name = parts.hostname
        self._via, self.address = via, address
        self.cookies = dict(cookies or {})
        self._line = None

    def get(self, path):
        """Ask for a page."""
        return self._ask("GET", path)

    def post(self, path, **fields):
        """Send a form."""
        return self._ask("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def hang_up(self):
        """Close the connection; the next question opens another."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def move(self, address):
        """Go on from another address."""
        self.hang_up()
        self.address = address

    def _ask(self, method, path, body=None, headers=()):
        began = perf_counter()
        more = {"Host": self.host, "Accept": "text/html", "Accept-Language": "nl", **dict(headers)}
        if self.cookies:
            more["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for is_new in (self._line is None, True):
            try:
                answer, text = self._exchange(method, path, body, more)
                break
            except (OSError, http.client.HTTPException) as trouble:
                self.hang_up()
                # A server may close a line that rests; a browser then asks again, once, and only on an old line.
                if is_new or isinstance(trouble, TimeoutError):
                    return Answer(0, "", None, None, perf_counter() - began, began, type(trouble).__name__)
        self._keep_cookies(answer)
        location, retry = answer.headers["Location"], answer.headers["Retry-After"]
        if answer.will_close:
            self.hang_up()
        return Answer(answer.status, text, location, retry, perf_counter() - began, began)

    def _exchange(self, method, path, body, headers):
        if self._line is None:
            self._line = self._connect()
        self._line.request(method, path, body=body, headers=headers)
        answer = self._line.getresponse()
        return answer, answer.read().decode()

    def _connect(self):
        raw = socket.create_connection(self._via, PATIENCE, source_address=(self.address, 0))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = http.client.HTTPConnection(self.name, timeout=PATIENCE)
        line.sock = _trusting().wrap_socket(raw, server_hostname=self.name) if self._is_tls else raw
        return line

    def _keep_cookies(self, answer):
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if value and "Max-Age=0" not in cookie:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def links_in(answer, pattern):
    """The addresses on a page that match a pattern, each once, in order."""
    wanted = re.compile(pattern)
    found = (html.unescape(link) for link in LINK.findall(answer.text))
    return list(dict.fromkeys(link for link in found if wanted.fullmatch(link)))


def address_of(number):
    """The loopback address of the person with this number."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


_contexts: list = []


def _trusting():
    """The certificate is made for one run; it is the way there that counts, not who signed it."""
    if not _contexts:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        _contexts.append(context)
    return _contexts[0]
