"""A real SMTP server for the tests: it keeps what it accepted, and can refuse or hang up when a test asks for it."""

import asyncio
import contextlib
import email
import email.policy
import threading
import time
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP


@dataclass(frozen=True)
class Letter:
    """One message as it came in: the envelope and what was in it."""

    sender: str
    recipients: list[str]
    raw: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return self.message["Subject"]

    @property
    def message_id(self) -> str:
        return self.message["Message-ID"]

    def text(self, kind="plain") -> str:
        body = self.message.get_body(preferencelist=(kind,))
        return "" if body is None else body.get_content()


class _Desk(SMTP):
    """One conversation, which may fall silent at each step."""

    def connection_made(self, transport):
        self.event_handler.lines.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error):
        self.event_handler.lines.discard(self.transport)
        super().connection_lost(error)

    async def _handle_client(self):
        await self.event_handler.fall_silent("banner")
        await super()._handle_client()

    async def smtp_EHLO(self, hostname):  # noqa: N802
        await self.event_handler.fall_silent("EHLO")
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg):  # noqa: N802
        await self.event_handler.fall_silent("MAIL")
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):  # noqa: N802
        await self.event_handler.fall_silent("RCPT")
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):  # noqa: N802
        await self.event_handler.fall_silent("DATA")
        await super().smtp_DATA(arg)


class PostOffice:
    """Runs in a thread of its own on a free port of this machine; `host` and `port` say where."""

    def __init__(self):
        self.host = "127.0.0.1"
        self.port = 0
        self.letters = []
        self._refusals = {}
        self._hang_up = None
        self._hang_ups_left = 0
        self._pause = None
        self._hangs_in, self._thinks = None, 0
        self.tls, self.from_the_start = None, False  # a context, and whether a line begins with it
        self.is_pausing = threading.Event()
        self.lines = set()  # the conversations that go on, so that none is left open at the end
        self._arrived = threading.Condition()
        self._loop = None
        self._thread = None

    # --- opening hours ---

    def open(self):
        """Open, or open again on the same port."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="post office", daemon=True)
        self._thread.start()
        if not ready.wait(10) or self.port == 0:
            raise RuntimeError("The SMTP server did not start.")
        return self

    def _serve(self, ready):
        asyncio.set_event_loop(self._loop)
        try:
            how = {"tls_context": self.tls, "require_starttls": True} if self.tls and not self.from_the_start else {}
            make = self._loop.create_server(
                lambda: _Desk(self, hostname="post.example", loop=self._loop, enable_SMTPUTF8=True, **how),
                self.host,
                self.port,
                ssl=self.tls if self.from_the_start else None,
            )
            server = self._loop.run_until_complete(make)
            self.port = server.sockets[0].getsockname()[1]
            self._loop.call_soon(ready.set)
            self._loop.run_forever()
            server.close()
            sessions = asyncio.all_tasks(self._loop)
            for session in sessions:
                session.cancel()
            self._loop.run_until_complete(asyncio.gather(*sessions, return_exceptions=True))
            for line in list(self.lines):
                # One with TLS that ended by itself has nothing left to break off, over which Python 3.11.2 trips.
                with contextlib.suppress(AttributeError):
                    line.abort()
            self.lines.clear()
            # Transports close one turn later than their sessions.
            self._loop.run_until_complete(asyncio.sleep(0))
        finally:
            ready.set()
            self._loop.close()

    def close(self):
        """Close: who knocks now gets no answer. Letters stay readable."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._thread = None

    # --- what a test may ask for ---

    def refuse_for_now(self, address="*", *, times=None):
        """Answer 451 to this recipient (or to all), a number of times or until `accept_again`."""
        self._refusals[address] = ["451 4.3.0 Probeer het later nog eens", times]

    def refuse_for_good(self, address="*", *, times=None):
        """Answer 550: this mailbox does not exist."""
        self._refusals[address] = ["550 5.1.1 Dit adres bestaat niet", times]

    def hang_up_after_accepting(self, *, times=1):
        """Keep the letter, but break the line before the sender hears that it arrived."""
        self._hang_up, self._hang_ups_left = "after", times

    def hang_up_before_accepting(self, *, times=1):
        """Break the line without keeping the letter."""
        self._hang_up, self._hang_ups_left = "before", times

    def pause_before_answering(self):
        """Keep who hands over a letter waiting until `go_on`, without keeping the letter; `is_pausing` tells."""
        self._pause = threading.Event()

    def go_on(self):
        self._pause.set()
        self._pause = None

    def hang_in(self, phase):
        """Fall silent in a phase of every conversation: "banner", EHLO, MAIL, RCPT, DATA, or "dot" after the letter."""
        self._hangs_in = phase

    def think_before_answering(self, seconds):
        """Keep every letter, and answer only some seconds later."""
        self._thinks = seconds

    async def fall_silent(self, phase):
        while self._hangs_in == phase:  # noqa: ASYNC110 - it is let go by another thread
            await asyncio.sleep(0.02)

    def accept_again(self):
        self._hangs_in, self._thinks = None, 0
        self._refusals.clear()
        self._hang_up, self._hang_ups_left = None, 0

    def letters_to(self, address):
        return [letter for letter in self.letters if address in letter.recipients]

    def wait_for_letters(self, count=1, *, to=None, timeout=10):
        """The letters (to this address), as soon as there are `count`."""
        end = time.monotonic() + timeout
        with self._arrived:
            while True:
                found = list(self.letters) if to is None else self.letters_to(to)
                if len(found) >= count:
                    return found
                if not self._arrived.wait(end - time.monotonic()):
                    whom = f" to {to}" if to else ""
                    raise AssertionError(f"{len(found)} letters{whom} arrived in {timeout} s, expected {count}")

    def clear(self):
        self.letters.clear()

    # --- what aiosmtpd calls ---

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        key = address if address in self._refusals else "*"
        if key in self._refusals:
            answer, left = self._refusals[key]
            if left is None or left > 0:
                self._refusals[key][1] = None if left is None else left - 1
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if pause := self._pause:
            self.is_pausing.set()
            while not pause.is_set():  # noqa: ASYNC110 - it is set by another thread
                await asyncio.sleep(0.02)
            return "451 4.3.0 Probeer het later nog eens"
        await self.fall_silent("dot")
        breaks = self._hang_up if self._hang_ups_left > 0 else None
        if breaks:
            self._hang_ups_left -= 1
        if breaks != "before":
            with self._arrived:
                self.letters.append(Letter(envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content)))
                self._arrived.notify_all()
        if breaks:
            server.transport.abort()
        await asyncio.sleep(self._thinks)
        return "250 OK"
