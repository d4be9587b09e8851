"""A copy as a file: for its owner alone, never over another, and closed to who has no key."""

import pyrage
import pytest

from stagemakelaar.copies.keeping import lines_of_file, new_file, sha256_of
from stagemakelaar.copies.reading import look_over
from stagemakelaar.errors import DomainError

NOTHING = b'{"copy": 1, "schema": "x", "kind": null, "made_at": "", "head": "", "erasures": 0}\n{"tables": {}}\n'


@pytest.fixture
def key(tmp_path):
    """(public key, file with the secret one)"""
    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / "key.txt"
    path.write_text(f"# made by age-keygen\n{identity}\n")
    return str(identity.to_public()), path


def kept(path, recipient=None, text=NOTHING):
    with new_file(path, recipient) as (stream, counted):
        stream.write(text)
    return counted


def test_only_its_owner_reads_it_and_the_hash_is_that_of_the_file(tmp_path):
    path = tmp_path / "copy"
    counted = kept(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (counted.bytes, counted.sha256) == (path.stat().st_size, sha256_of(path))
    with lines_of_file(path) as lines:
        assert look_over(lines).schema == "x"


def test_a_file_is_never_overwritten(tmp_path):
    path = tmp_path / "copy"
    path.write_text("somebody's")
    with pytest.raises(DomainError):
        kept(path)
    assert path.read_text() == "somebody's"


def test_what_broke_off_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "copy") as (stream, _counted):
        stream.write(NOTHING)
        1 / 0  # noqa: B018
    assert list(tmp_path.iterdir()) == []


def test_an_encrypted_copy_opens_with_its_key_alone(tmp_path, key):
    recipient, identity = key
    path = tmp_path / "copy"
    counted = kept(path, recipient)
    assert counted.sha256 == sha256_of(path)
    assert b"schema" not in path.read_bytes()
    with lines_of_file(path, identity) as lines:
        assert look_over(lines).schema == "x"
    with pytest.raises(DomainError, match="versleuteld"), lines_of_file(path):
        pass


def test_another_key_does_not_open_it(tmp_path, key):
    path, other = tmp_path / "copy", tmp_path / "other.txt"
    kept(path, key[0])
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(DomainError, match="sleutel past niet"), lines_of_file(path, other) as lines:
        look_over(lines)


def test_a_damaged_encrypted_copy_is_refused(tmp_path, key):
    path = tmp_path / "copy"
    kept(path, key[0], NOTHING)
    some = bytearray(path.read_bytes())
    some[-5] ^= 1
    path.write_bytes(some)
    with pytest.raises(DomainError), lines_of_file(path, key[1]) as lines:
        look_over(lines)


@pytest.mark.parametrize("text", ["", "not a key", "AGE-SECRET-KEY-1WRONG"])
def test_a_file_without_a_key_is_told_from_one_with(tmp_path, key, text):
    path, wrong = tmp_path / "copy", tmp_path / "wrong.txt"
    kept(path, key[0])
    wrong.write_text(text)
    with pytest.raises(DomainError, match="geen geheime"), lines_of_file(path, wrong):
        pass


def test_a_recipient_that_is_no_key_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(DomainError, match="BACKUP_RECIPIENT"):
        kept(tmp_path / "copy", "ssh-rsa AAAA")
    assert list(tmp_path.iterdir()) == []
