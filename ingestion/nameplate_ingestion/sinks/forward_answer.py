"""What the endpoint of the forward sink answers, as much of it as is wanted."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

_MOST_OCTETS = 2048
_MOST_CHARACTERS = 300


class Answer(NamedTuple):
    """Status and words of an answer."""

    status: int
    retry_after: float | None
    """Seconds."""
    text: str

    @property
    def taken(self) -> bool:
        """Whether the events are the endpoint's from now on."""
        return 200 <= self.status < 300


async def read_answer(response: httpx.Response, now: float) -> Answer:
    """Read the beginning of an answer, of which an endpoint may send any amount. Raises httpx.HTTPError."""
    octets = b""
    async for chunk in response.aiter_raw(_MOST_OCTETS):
        octets += chunk
        if len(octets) >= _MOST_OCTETS:
            break
    text = octets[:_MOST_OCTETS].decode(errors="replace")[:_MOST_CHARACTERS]
    return Answer(response.status_code, retry_after(response.headers.get("Retry-After", ""), now), text)


def retry_after(value: str, now: float) -> float | None:
    """Return the seconds that the header asks to wait: itself a number or a date (RFC 9110, section 10.2.3)."""
    text = value.strip()[:64]
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
