"""The forward sink: any endpoint that speaks Segment's Tracking API (HTTP Tracking API, "Batch")."""

import asyncio
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby

import httpx

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, SinkUnavailable, Undeliverable, Verdict
from nameplate_ingestion.delivery.times import at, show_time
from nameplate_ingestion.served import ToForward
from nameplate_ingestion.sinks.forward_answer import EndpointAnswer, read_answer
from nameplate_ingestion.sinks.forward_body import compressed_batch

MOST_OCTETS = 500_000
"""Of a body, before it is compressed."""
MOST_EVENTS = 2500
_ROOM = 4096
"""For what stands around events and between them."""
_TIMEOUT = 60.0
"""Of a whole exchange."""
_STEP_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
MOST_CHARACTERS = 300
"""Of an error's own words."""
# The batch itself is found fault with, so that some event in it is the cause; any other refusal is meant for us.
_CONTENT_STATUSES = frozenset({400, 413, 422})


class ForwardSink:
    """Posts to ``/v1/batch``; a batch of several sources is sent source by source, since each has its own write key."""

    limits = BatchLimits(deliveries=MOST_EVENTS, octets=MOST_OCTETS - _ROOM, one_source=True)
    trouble = ""

    def __init__(self, to: ToForward, now: Callable[[], float] = time.time) -> None:
        """Take whom to send to; connections are made when there is something to send."""
        self._write_keys, self._awaited = to.write_keys, frozenset(to.awaited)
        self._now = now
        self._url = f"{to.url.rstrip('/')}/v1/batch"
        # Proxies, passwords and authorities of the environment are not ours, but for OpenSSL's own variables.
        self._client = httpx.AsyncClient(
            verify=_authorities(), trust_env=False, timeout=_STEP_TIMEOUT, follow_redirects=False
        )

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        """Send a batch, in order. Raises SinkUnavailable."""
        verdicts: list[Verdict] = []
        for source, group in groupby(batch, key=lambda delivery: delivery.source):
            await self._send_source(source, list(group), verdicts)
        return verdicts

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send_source(self, source: str, group: list[Delivery], verdicts: list[Verdict]) -> None:
        write_key = self._write_keys.get(source)
        if source in self._awaited:
            raise SinkUnavailable(f"the write key of the source {source} is not there yet", verdicts=verdicts)
        if write_key is None:
            verdicts.extend([Undeliverable(f"there is no write key for the source {source}")] * len(group))
            return
        rest = [group]
        while rest:
            part = rest.pop()
            answer = await self._post(part, write_key, verdicts)
            if answer.taken:
                verdicts.extend([None] * len(part))
            elif answer.status not in _CONTENT_STATUSES:
                raise SinkUnavailable(f"it answered {answer.status}", answer.retry_after, verdicts)
            elif len(part) == 1:
                verdicts.append(Undeliverable(f"it answered {answer.status}", answer.text))
            else:
                middle = len(part) // 2
                rest += [part[middle:], part[:middle]]

    async def _post(self, part: list[Delivery], write_key: str, verdicts: list[Verdict]) -> EndpointAnswer:
        body = await asyncio.to_thread(compressed_batch, part, show_time(at(self._now())))
        headers = {
            "Accept-Encoding": "identity",
            "Authorization": f"Basic {b64encode(f'{write_key}:'.encode()).decode()}",
            "Content-Encoding": "gzip",
            "Content-Type": "application/json",
            "User-Agent": "nameplate",
        }
        try:
            async with (
                asyncio.timeout(_TIMEOUT),
                self._client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                return await read_answer(response, self._now())
        except (httpx.HTTPError, TimeoutError) as error:
            raise SinkUnavailable(_told(error), verdicts=verdicts) from error


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Read them once: they take tens of milliseconds, and most of a megabyte."""
    return httpx.create_ssl_context()


def _told(error: Exception) -> str:
    """Return the error in words of ours: once events have been sent, an error may quote an answer that quotes them."""
    words = f": {error}"[:MOST_CHARACTERS] if isinstance(error, httpx.ConnectError) else ""
    return f"{type(error).__name__}{words}"
