"""A copy as a file: compressed, readable by its owner alone, and encrypted for whoever holds the key (age).

The key that encrypts is public and can lie on the server; the one that opens a copy belongs somewhere else.
"""

import gzip
import hashlib
import os
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyrage

from stagemakelaar.copies.reading import Broken
from stagemakelaar.errors import N_, DomainError

AGE = b"age-encryption.org/"


class Counting:
    """Teller: a stream that passes everything on and keeps its length and hash."""

    def __init__(self, out):
        self._out, self._digest, self.bytes = out, hashlib.sha256(), 0

    def write(self, some):
        """Pass it on."""
        self._digest.update(some)
        self.bytes += len(some)
        return self._out.write(some)

    def flush(self):
        """Pass it on."""
        self._out.flush()

    @property
    def sha256(self):
        """The hash of what went by, in hexadecimals."""
        return self._digest.hexdigest()


@contextmanager
def new_file(path, recipient=None):
    """A stream into a new file, which bears its name only when all is in it and safe on the disk.

    Gives (stream, Counting). Raises DomainError when the file is there already, or the recipient is no age key.
    """
    path, part = Path(path), Path(f"{path}.part")
    to = _recipient(recipient)
    if path.exists():
        raise DomainError(N_("Dit bestand bestaat al. Kies een andere naam: een kopie wordt nooit overschreven."))
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(descriptor, "wb") as disk:  # noqa: PTH123 - a file that is open already
            os.fchmod(descriptor, 0o600)
            counted = Counting(disk)
            with ExitStack() as pipes:
                inside = pipes.enter_context(_encrypting(counted, to)) if to else counted
                stream = pipes.enter_context(gzip.GzipFile(fileobj=inside, mode="wb", compresslevel=6, mtime=0))
                yield stream, counted
            disk.flush()
            os.fsync(descriptor)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _recipient(text):
    if not text:
        return None
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as wrong:
        raise DomainError(N_("BACKUP_RECIPIENT is geen openbare age-sleutel (age1…).")) from wrong


@contextmanager
def _encrypting(out, recipient):
    """A stream whose bytes end up in `out`, encrypted: through a pipe, since the library reads where we write."""
    reading, writing = os.pipe()
    trouble = []

    def carry():
        with open(reading, "rb") as source:  # noqa: PTH123
            try:
                pyrage.encrypt_io(source, out, [recipient])
            except Exception as wrong:  # noqa: BLE001 - told by the thread that waits
                trouble.append(wrong)

    carrier = threading.Thread(target=carry, name="encrypting")
    carrier.start()
    try:
        with open(writing, "wb") as stream:  # noqa: PTH123
            yield stream
    finally:
        carrier.join()
    if trouble:
        raise trouble[0]


@contextmanager
def lines_of_file(path, identity=None):
    """The lines of a copy, decrypted and unpacked on the way; raises Broken, or DomainError when the key is missing.

    identity    name of a file with the age key that opens it
    """
    if not Path(path).is_file():
        raise DomainError(N_("Dit bestand bestaat niet."))
    with ExitStack() as opened:
        source = opened.enter_context(Path(path).open("rb"))
        is_encrypted = source.read(len(AGE)) == AGE
        source.seek(0)
        inside = opened.enter_context(_decrypting(source, _identity(identity))) if is_encrypted else source
        yield opened.enter_context(gzip.GzipFile(fileobj=inside, mode="rb"))


def _identity(name):
    if name is None:
        raise DomainError(N_("Deze kopie is versleuteld. Geef met --identity het bestand met de sleutel op."))
    try:
        lines = Path(name).read_text(encoding="ascii").splitlines()
        return pyrage.x25519.Identity.from_str(next(one for one in lines if one.startswith("AGE-SECRET-KEY-")))
    except (OSError, ValueError, StopIteration, pyrage.IdentityError) as wrong:
        raise DomainError(N_("In dit bestand staat geen geheime age-sleutel.")) from wrong


@contextmanager
def _decrypting(source, identity):
    reading, writing = os.pipe()
    trouble = []

    def carry():
        try:
            with open(writing, "wb") as out:  # noqa: PTH123
                pyrage.decrypt_io(source, out, [identity])
        except Exception as wrong:  # noqa: BLE001 - who reads may have had enough; if not, the other thread tells it
            trouble.append(wrong)

    carrier = threading.Thread(target=carry, name="decrypting")
    carrier.start()
    try:
        with open(reading, "rb") as stream:  # noqa: PTH123
            yield stream
    except Broken:
        carrier.join()
        if trouble:
            raise DomainError(N_("De sleutel past niet op deze kopie, of de kopie is beschadigd.")) from trouble[0]
        raise
    finally:
        carrier.join()


def sha256_of(path):
    """The hash of a file, in hexadecimals."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
