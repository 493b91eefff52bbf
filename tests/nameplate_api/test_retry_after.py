"""Retry-After: seconds or a date, whatever a server sends."""

import pytest

from nameplate_api.retry_after import retry_after

NOW = 784_111_777.0
"""Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110."""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("17", 17),
        (" 120 ", 120),
        ("9" * 60, 86_400),
        ("9" * 600, 86_400),
        ("Sun, 06 Nov 1994 08:51:37 GMT", 120),
        ("Sunday, 06-Nov-94 08:51:37 GMT", 120),
        ("Sun Nov  6 08:51:37 1994", 120),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u00b2", None),
        ("\u0661\u0667", None),
        ("Sun, 06 Nov 99999 08:51:37 GMT", None),
        ("Sun, 06 Nov 1994 08:51:37 +999999", None),
    ],
)
def test_what_is_asked_for_is_read_and_bounded(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
