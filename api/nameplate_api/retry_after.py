"""Reads the header with which a server asks to be left alone for a while."""

from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 86_400.0
"""Seconds; whoever asks for more is asked again after a day."""


def retry_after(value: str, now: float) -> float | None:
    """Return the seconds that Retry-After asks to wait (RFC 9110, section 10.2.3), None if it says nothing usable.

    The header holds seconds or a date; ``now`` is in seconds since 1970.
    """
    text = value.strip()[:64]
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return min(max(at - now, 0.0), LONGEST)
