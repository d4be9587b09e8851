"""What a line of the trail keeps of the address from which somebody acted."""

import pytest

from stagemakelaar.audit import network_of


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1234:5678:9abc::1", "2001:db8:1234::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("::1", "::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("no address", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_only_the_network_is_kept(address, kept):
    assert network_of(address) == kept
