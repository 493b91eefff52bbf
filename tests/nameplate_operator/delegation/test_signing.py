"""Key tags and digests against the examples of RFC 4034 section 5.4 and RFC 4509 section 2.3."""

import pytest

from nameplate_operator.delegation.signing import Key, ds_values, fits

ZONE = "dskey.example.com"
KEY = (
    "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd"
    "/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="
)
SHA1 = "60485 5 1 2BB183AF5F22588179A53B0A 98631FAD1A292118"
SHA256 = "60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"
REVOKED = KEY.replace("256", "384", 1)
OTHER = "257 3 13 AAAA"


def test_the_tag_is_that_of_the_example() -> None:
    key = Key.read(KEY)
    assert key is not None
    assert key.tag == 60485


def test_the_value_to_add_is_that_of_the_example() -> None:
    assert ds_values(ZONE, [KEY]) == (SHA256.lower(),)


@pytest.mark.parametrize(
    ("ds", "keys", "fit"),
    [
        ([SHA1], [KEY], True),
        ([SHA256], [OTHER, KEY], True),
        (["1 5 2 00", SHA256], [KEY], True),
        ([SHA256], [OTHER], False),
        ([SHA256], [REVOKED], False),
        ([SHA256.replace("5 2", "8 2")], [KEY], False),
        ([SHA256], ["256 3 5 not base64!"], False),
        ([SHA256], [], False),
        (["60485 5 3 00"], [KEY], None),
        (["nonsense"], [KEY], None),
        (["nonsense", SHA256], [KEY], True),
    ],
)
def test_a_ds_value_fits_its_key_alone(ds: list[str], keys: list[str], fit: bool | None) -> None:
    assert fits(ZONE, ds, keys) is fit


def test_a_ds_value_fits_at_its_zone_alone() -> None:
    assert fits("other.example.com", [SHA256], [KEY]) is False


def test_secure_entry_points_go_before_other_keys() -> None:
    entry = KEY.replace("256", "257", 1)
    assert len(ds_values(ZONE, [KEY, entry])) == 1
    assert ds_values(ZONE, [KEY, entry]) == ds_values(ZONE, [entry])


@pytest.mark.parametrize("value", ["", "256", "x 3 5 AA==", "999999 3 5 AA==", "256 3 5 A"])
def test_what_is_no_key_is_passed_over(value: str) -> None:
    assert Key.read(value) is None
