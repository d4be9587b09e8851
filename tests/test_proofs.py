"""What is written down of a proof: broken, or not given at all."""

import pytest

from tests import proofs


def aimed(*, landed):
    if not landed:
        raise proofs.Invalid("nothing fell where it was aimed")
    raise AssertionError


@pytest.mark.parametrize(("landed", "is_invalid"), [(True, False), (False, True)])
def test_a_proof_that_broke_is_not_told_as_one_that_was_not_given(landed, is_invalid):
    with pytest.raises((proofs.Invalid, AssertionError)) as raised:
        aimed(landed=landed)
    failure = raised.getrepr()
    assert "proofs.Invalid" in str(failure)
    assert proofs.is_invalid(failure) is is_invalid


def test_what_broke_before_a_test_began_is_no_invalid_proof():
    assert not proofs.is_invalid("a fixture that is not there")
