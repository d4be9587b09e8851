"""Passwords of staff: Argon2id, as many at once as there are cores, and the same work for an account that is none."""

import os
import threading
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stagemakelaar.errors import N_, Busy, DomainError

SHORTEST, LONGEST = 12, 200
PATIENCE = 0.25  # seconds that a sign-in waits for its turn

_state: dict = {}
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


def configure(memory_kib, passes, lanes):
    """Set how costly a hash is; the settings know."""
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
    _state.update(hasher=hasher, nobody=hasher.hash("nobody has this password"))


def hash_password(password):
    """The hash to keep of a password."""
    with _turn():
        return _state["hasher"].hash(_bytes(password))


def is_right(password_hash, password):
    """Whether a password fits; with None as hash it is wrong after the same work."""
    with _turn():
        try:
            _state["hasher"].verify(password_hash or _state["nobody"], _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def refuse_weak(password, *, email, field="password"):
    """Raise DomainError when a new password is easy to guess; it is taken exactly as typed."""
    if len(password) < SHORTEST:
        raise DomainError(
            N_("Kies een wachtwoord van minstens %(least)s tekens. Drie of vier losse woorden onthoudt u makkelijk."),
            field=field,
            least=SHORTEST,
        )
    if len(password) > LONGEST:
        raise DomainError(N_("Dit wachtwoord is te lang. Er passen %(most)s tekens."), field=field, most=LONGEST)
    folded = password.casefold()
    if "stagemakelaar" in folded or email.split("@")[0] in folded or email in folded:
        raise DomainError(N_("Gebruik niet uw e-mailadres of de naam Stagemakelaar in uw wachtwoord."), field=field)
    if len(set(folded)) < 5:
        raise DomainError(N_("Dit wachtwoord is makkelijk te raden. Kies meer verschillende tekens."), field=field)


def _bytes(password):
    return password.encode("utf-8", "surrogatepass")


@contextmanager
def _turn():
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy(N_("Het is nu te druk om in te loggen. Probeer het zo nog eens."))
    try:
        yield
    finally:
        _turns.release()
