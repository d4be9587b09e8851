"""Passwords of staff."""

import os
import sys
import threading
import time

import pytest

from stagemakelaar.errors import Busy, DomainError
from stagemakelaar.people.signing_in import passwords


@pytest.fixture(autouse=True)
def cheap_hashing(app):
    """The application has set how costly a hash is."""


def test_a_password_fits_its_own_hash_only():
    kept = passwords.hash_password("veertig groene fietsen")
    assert passwords.is_right(kept, "veertig groene fietsen")
    assert not passwords.is_right(kept, "veertig groene fietsen ")


def test_a_hash_lets_pages_go_first(monkeypatch):
    class Hasher:
        def hash(self, _password):
            return os.nice(0)

    monkeypatch.setitem(passwords._state, "hasher", Hasher())
    behind = passwords.STEPS_BACK if sys.platform == "linux" else 0  # only there does a thread step back by itself
    assert passwords.hash_password("veertig groene fietsen") == min(os.nice(0) + behind, 19)


def test_nothing_fits_where_there_is_no_account():
    assert not passwords.is_right(None, "nobody has this password")


@pytest.mark.parametrize("typed", ["ü" * 3, "\ud800abc", "nul\x00byte", "x" * 5000])
def test_whatever_is_typed_is_compared_and_never_breaks(typed):
    assert not passwords.is_right(passwords.hash_password("iets anders"), typed)


@pytest.mark.parametrize(
    "weak",
    [
        "elf tekens!",
        "stagemakelaar2027",
        "fatima-el-idrissi",
        "aaaaaaaaaaaaaaa",
        "x1" * 200,
        "password1234",
        "P@ssw0rd2027",
        "qwertyuiop123",
        "Welkom2027!!",
        "zomer2027zomer",
        "iloveyou1234",
        "demo.example",
    ],
)
def test_a_weak_password_is_refused_at_its_field(weak):
    with pytest.raises(DomainError) as refused:
        passwords.refuse_weak(weak, email="fatima@demo.example")
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "good", ["lamp trein boter wolk", "veertig-groene-fietsen", "  blank aan de rand ✓ ", "ü" * 3 + "9!kQzp-Vb2"]
)
def test_loose_words_and_random_signs_are_good_enough(good):
    passwords.refuse_weak(good, email="fatima@demo.example", name="Fatima el Idrissi")


def test_the_longest_password_is_judged_in_a_moment():
    before = time.process_time()
    passwords.refuse_weak("".join(chr(33 + at * at % 90) for at in range(200)), email="fatima@demo.example")
    assert time.process_time() - before < 2


def test_beyond_the_number_of_cores_hashing_is_refused(monkeypatch):
    monkeypatch.setattr(passwords, "_turns", threading.BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(Busy):
        passwords.is_right(None, "whatever")
