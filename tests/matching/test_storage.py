"""What is stored comes back as it was, in few bytes; what was stored before can be read."""

import hashlib
import zlib

import numpy as np
import pytest

from stagemakelaar.matching.storage import MAGIC, canonical, fingerprint, pack, unpack

FACTS = {"weights": {"learning": 50}}
COLUMNS = {
    "keys": np.array([1, 5, 2**62, 7, 0]),
    "extremes": np.array([-(2**63), 2**63 - 1, -(2**63), 0]),
    "rows": np.array([[1, 900], [1, 901], [2, 0]]),
    "small": np.array([-1, 127, 3], dtype=np.int16),
    "wide": np.array([-1, 70_000], dtype=np.int32),
    "yes": np.array([True, False]),
    "none": np.zeros((0, 3), dtype=np.int64),
}


def test_columns_come_back_with_their_numbers_types_and_shapes_closed_for_writing():
    facts, columns = unpack("problem", 1, pack("problem", 1, FACTS, COLUMNS))
    assert facts == FACTS
    assert list(columns) == list(COLUMNS)
    for name, values in columns.items():
        assert (values.dtype, values.shape) == (COLUMNS[name].dtype, COLUMNS[name].shape)
        assert values.tolist() == COLUMNS[name].tolist()
        assert not values.flags.writeable


def test_what_was_stored_before_can_be_read():
    before = MAGIC + zlib.compress(b"".join(map(bytes, canonical("problem", 1, FACTS, COLUMNS))), 6)
    facts, columns = unpack("problem", 1, before)
    assert facts == FACTS
    assert {name: values.tolist() for name, values in columns.items()} == {
        name: values.tolist() for name, values in COLUMNS.items()
    }


def test_the_fingerprint_is_that_of_the_canonical_form():
    whole = b"".join(map(bytes, canonical("problem", 1, FACTS, COLUMNS)))
    assert fingerprint("problem", 1, FACTS, COLUMNS) == hashlib.sha256(whole).hexdigest()
    assert (2**62).to_bytes(8, "little") in whole


def test_sorted_keys_take_hardly_any_room():
    keys = np.repeat(np.arange(10**6, 10**6 + 1000), 100)
    assert len(pack("problem", 1, {}, {"keys": keys})) < len(keys) / 20


@pytest.mark.parametrize("lost", [1, 10])
def test_bytes_that_were_cut_off_are_refused(lost):
    with pytest.raises(ValueError, match="damaged"):
        unpack("problem", 1, pack("problem", 1, FACTS, COLUMNS)[:-lost])
