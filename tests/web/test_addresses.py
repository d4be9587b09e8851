"""What may stand in an address: both databases answer alike, whatever stands there."""

import pytest


@pytest.mark.parametrize(
    "path", ["/studenten/99999999999999999999999", "/studenten/2147483648", "/studenten/0x1", "/studenten/٣"]
)
def test_a_number_that_no_record_can_have_is_no_page(desk, path):
    desk.get(path, status=404)


@pytest.mark.parametrize("path", ["/studenten?zoek=a%00b", "/studenten/%00", "/plekken?%00=x", "/aanmelden/a%00b"])
def test_a_sign_that_ends_a_text_elsewhere_is_refused_before_anything_is_looked_up(desk, path):
    desk.get(path, status=400)


def test_the_largest_number_is_looked_up(desk):
    desk.get("/studenten/2147483647", status=404)
