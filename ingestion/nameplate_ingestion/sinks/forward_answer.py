"""What the endpoint of the forward sink answers, as much of it as is wanted."""

from typing import NamedTuple

import httpx

from nameplate_api.retry_after import retry_after

_MOST_OCTETS = 2048
_MOST_CHARACTERS = 300


class EndpointAnswer(NamedTuple):
    """Status and words of an answer."""

    status: int
    retry_after: float | None
    """Seconds."""
    text: str

    @property
    def taken(self) -> bool:
        """Whether the events are the endpoint's from now on."""
        return 200 <= self.status < 300


async def read_answer(response: httpx.Response, now: float) -> EndpointAnswer:
    """Read the beginning of an answer, of which an endpoint may send any amount. Raises httpx.HTTPError."""
    octets = b""
    async for chunk in response.aiter_raw(_MOST_OCTETS):
        octets += chunk
        if len(octets) >= _MOST_OCTETS:
            break
    text = octets[:_MOST_OCTETS].decode(errors="replace")[:_MOST_CHARACTERS]
    return EndpointAnswer(response.status_code, retry_after(response.headers.get("Retry-After", ""), now), text)
