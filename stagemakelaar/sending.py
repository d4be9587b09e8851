"""How a letter leaves: over SMTP, or as a file in a folder. Trouble is told in two kinds: for now, and for good."""

import email
import email.policy
import select
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from stagemakelaar.jobs import NotEver, NotNow

TIMEOUT = 20  # seconds for each step of a conversation
# After the last dot the host may have taken the letter: who hangs up then sends it twice. RFC 5321 (4.5.3.2.6) asks for
# ten minutes; a host that thinks for longer than this is rarer than one that died.
VERDICT = 120
NO_ACCESS = {530, 534, 535, 538}  # a matter of our own settings, which someone will mend


class _Patient(smtplib.SMTP):
    """Geduldig: has little patience for each step, and much for the answer to a letter that was handed over whole."""

    _answers_until_verdict = 0

    def data(self, msg):
        """Hand a letter over."""
        self._answers_until_verdict = 2  # "go ahead", and what became of it
        try:
            return super().data(msg)
        finally:
            self._answers_until_verdict = 0

    def getreply(self):
        """The next answer; waits long for the verdict on a letter."""
        self._answers_until_verdict -= 1
        if self._answers_until_verdict == 0 and self.sock is not None:
            has_more = isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()
            if not has_more and not select.select([self.sock], [], [], VERDICT)[0]:
                raise TimeoutError("no answer to a letter that was handed over")
        return super().getreply()


class _PatientOverTls(_Patient, smtplib.SMTP_SSL):
    """The same, over TLS from the first sign."""


class MailHost:
    """Mailhost: one conversation for a batch of letters, begun at the first and begun anew when the line breaks."""

    def __init__(self, address):
        parts = urlsplit(address)
        self.implicit_tls = parts.scheme == "smtps"
        self.tls = parse_qs(parts.query).get("tls", ["starttls"])[0]
        self.host = parts.hostname
        self.port = parts.port or (465 if self.implicit_tls else 587)
        self.user = unquote(parts.username) if parts.username else None
        self.secret = unquote(parts.password) if parts.password else ""
        self._line: smtplib.SMTP | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_trouble):
        self._hang_up()

    def __call__(self, letter):
        """Hand a letter over; raises NotNow or NotEver when the host does not take it."""
        line = self._line or self._call()
        try:
            line.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            self._start_over()
            raise _judged(code, words) from refused
        except smtplib.SMTPSenderRefused as refused:
            self._start_over()
            raise _judged(refused.smtp_code, refused.smtp_error) from refused
        except smtplib.SMTPDataError as refused:
            self._start_over()
            raise _judged(refused.smtp_code, refused.smtp_error) from refused
        except (smtplib.SMTPException, OSError) as trouble:
            self._hang_up()
            raise NotNow(_told(trouble)) from trouble
        except (UnicodeError, ValueError) as wrong:
            self._hang_up()
            raise NotEver(_told(wrong)) from wrong

    def _call(self):
        line: smtplib.SMTP
        try:
            if self.implicit_tls:
                line = _PatientOverTls(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
            else:
                line = _Patient(self.host, self.port, timeout=TIMEOUT)
            self._line = line
            if not self.implicit_tls and self.tls != "none":
                line.starttls(context=ssl.create_default_context())
            if self.user:
                line.login(self.user, self.secret)
        except (smtplib.SMTPException, OSError) as trouble:
            self._hang_up()
            raise NotNow(_told(trouble), host_is_away=True) from trouble
        return line

    def _start_over(self):
        """Make the conversation ready for the next letter after a refusal."""
        try:
            if self._line is not None:
                self._line.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self):
        line, self._line = self._line, None
        if line is not None:
            try:
                line.quit()
            except (smtplib.SMTPException, OSError):
                line.close()


class Folder:
    """Map: letters as files, for the demo. A letter that is written twice is one file."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.path.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_trouble):
        pass

    def __call__(self, letter):
        """Write a letter, whole or not at all."""
        name = letter["Message-ID"].strip("<>").partition("@")[0]
        unfinished = self.path / f".{name}.part"
        try:
            unfinished.write_bytes(letter.as_bytes(policy=email.policy.SMTP))
            unfinished.replace(self.path / f"{name}.eml")
        except OSError as trouble:
            raise NotNow(_told(trouble), host_is_away=True) from trouble


@dataclass(frozen=True)
class DeliveredLetter:
    """Bezorgde brief: what the page of the demo shows of a file."""

    to: str
    subject: str
    sent_at: datetime
    paragraphs: list


def delivered_letters(folder, most):
    """How many letters lie in the folder, and the newest of them."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return len(files), [_read(file) for file in files[:most]]


def _read(file):
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = letter.get_body(preferencelist=("plain",))
    text = body.get_content().replace("\r\n", "\n") if body is not None else ""
    return DeliveredLetter(
        to=letter["To"],
        subject=letter["Subject"],
        sent_at=letter["Date"].datetime,
        paragraphs=[part.strip().split("\n") for part in text.split("\n\n") if part.strip()],
    )


def _judged(code, words):
    """A refusal in the 500s is for good; anything else may pass."""
    told = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    if code in NO_ACCESS:
        return NotNow(told, host_is_away=True)
    return NotEver(told) if 500 <= code < 600 else NotNow(told)


def _told(trouble):
    return f"{type(trouble).__name__}: {trouble}"
