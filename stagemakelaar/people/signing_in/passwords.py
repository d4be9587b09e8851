"""Passwords of staff: Argon2id, one at a time in each process, and the same work for an account that is none."""

import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from stagemakelaar.errors import N_, Busy, DomainError

SHORTEST, LONGEST = 12, 200
STRONG_ENOUGH = 4  # the most in zxcvbn: more than 10^10 guesses
READ = 72  # characters that are judged; judging longer ones takes long, and these are enough
# What people here would think of first; the lists of leaked passwords know it in English.
_HERE = (
    "stage stagemakelaar makelaar stageplek leerplaats leerbedrijf student school docent mbo roc gemeente bedrijf"
    " wachtwoord welkom geheim inloggen beheerder medewerker collega nederland amsterdam rotterdam utrecht"
    " lente zomer herfst winter januari februari maart april juni juli augustus september oktober november december"
    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ajax feyenoord fiets koffie hallo liefje schatje"
)
CONTEXT = _HERE.split()
# A hash takes a core and its thread for as long as it lasts. So a crowd at the door gets two of the four threads of a
# process, one to work and one to wait; whoever comes next is told at once to come back, and pages go on beside it.
AT_ONCE, IN_LINE = 1, 1
PATIENCE = 0.25  # seconds that a sign-in waits for its turn
STEPS_BACK = 5  # of the 19 of Linux: beside a page that has work to do, a hash gets a quarter of a core

_state: dict = {}
_turns = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(AT_ONCE + IN_LINE)


def configure(memory_kib, passes, lanes):
    """Set how costly a hash is; the settings know."""
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
    _state.update(hasher=hasher, nobody=hasher.hash("nobody has this password"))


def hash_password(password):
    """The hash to keep of a password."""
    with _turn():
        return _behind_pages(_state["hasher"].hash, _bytes(password))


def is_right(password_hash, password):
    """Whether a password fits; with None as hash it is wrong after the same work."""
    with _turn():
        try:
            _behind_pages(_state["hasher"].verify, password_hash or _state["nobody"], _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def renewed(password_hash, password):
    """A new hash of a right password when the old one was made with other costs than now; else the old one."""
    if not _state["hasher"].check_needs_rehash(password_hash):
        return password_hash
    try:
        return hash_password(password)
    except Busy:
        return password_hash  # the next time will do


def refuse_weak(password, *, email, name="", field="password"):
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
    if _strength(password, [*re.split(r"[^\w]+", email), *re.split(r"[^\w]+", name)]) < STRONG_ENOUGH:
        raise DomainError(
            N_(
                "Dit wachtwoord is makkelijk te raden: het lijkt op wachtwoorden die veel mensen kiezen of die zijn"
                " gelekt. Kies drie of vier losse woorden."
            ),
            field=field,
        )


def _strength(password, own_words):
    """From 0 to 4: how many guesses it takes who knows leaked passwords, names, dates, rows of keys and our words."""
    known = [word for word in (*CONTEXT, *own_words) if len(word) > 2]
    return zxcvbn(password[:READ], user_inputs=known)["score"]


def _bytes(password):
    return password.encode("utf-8", "surrogatepass")


def _behind_pages(work, *on):
    """What `work` gives, in a thread of its own that lets pages go first; it takes a tenth of a millisecond more."""
    with ThreadPoolExecutor(1, initializer=_step_back) as thread:
        return thread.submit(work, *on).result()


def _step_back():
    if sys.platform == "linux":  # elsewhere this would slow down the whole process, and not the thread
        os.nice(STEPS_BACK)


@contextmanager
def _turn():
    with _held(_places, 0), _held(_turns, PATIENCE):
        yield


@contextmanager
def _held(room, seconds):
    if not room.acquire(timeout=seconds):
        raise Busy(N_("Het is nu te druk om in te loggen. Probeer het zo nog eens."))
    try:
        yield
    finally:
        room.release()
