"""When an event happened, on our clock: the skew of the client's clock is taken out (Segment's spec, "Timestamps")."""

from datetime import UTC, datetime

import msgspec

MOST_CHARACTERS = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_encode = msgspec.json.Encoder().encode


def parse_time(text: str | None) -> datetime | None:
    """Return the instant that ISO 8601 text names, UTC if it names no zone; None for anything else."""
    # Python also takes weeks and dates without hyphens, which no client means.
    if text is None or len(text) > MOST_CHARACTERS or text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is UTC:
            return instant
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def at(seconds: float) -> datetime:
    """Return the instant so many seconds after 1970 began, to the millisecond."""
    return datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)


def show_time(instant: datetime) -> str:
    """Return an instant of UTC as ``2030-01-02T03:04:05.678Z``."""
    # Three times as fast as isoformat, which asks the zone for its distance from UTC.
    return f"{_encode(instant)[1:20].decode()}.{instant.microsecond // 1000:03}Z"


def corrected(original: datetime | None, sent_at: datetime | None, received_at: datetime) -> datetime:
    """Return ``received_at - (sent_at - original)``.

    Without a time of sending there is no skew to know, and the original stands. Without an original, or where all this
    leads to before 1970 or out of the calendar, the time of receipt is all that is known.
    """
    if original is None:
        return received_at
    try:
        instant = original if sent_at is None else received_at - (sent_at - original)
    except OverflowError:
        return received_at
    return instant if instant >= _EPOCH else received_at
