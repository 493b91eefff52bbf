"""Sends requests to the Kubernetes API: credentials, time-outs, a few quick repetitions, one bounded pool."""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration

from nameplate_api.retry_after import retry_after
from nameplate_api.text import printable
from nameplate_operator.adapters.kubernetes_connections import Connections
from nameplate_operator.adapters.kubernetes_login import bearer
from nameplate_operator.adapters.kubernetes_refusals import Answer, unavailable
from nameplate_operator.ports import ProviderError

log = logging.getLogger(__name__)

Requested = Callable[[str, str, float], None]
"""Told of each request: its method, the status (or why there was none), and the seconds until then."""

MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
_AGENT = f"nameplate-operator/{version('nameplate')}"
_POOL = 32
_CONNECT_TIMEOUT = 5.0
_LONGEST_RETRY_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request; ``attempts`` bounds how often it is sent."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    content_type: str = "application/json"
    timeout: float = 15.0
    attempts: int = 4

    @property
    def repeatable(self) -> bool:
        """Say whether sending it twice has the effect of sending it once."""
        return self.method != "POST"


class Requests:
    """The API server, as requests and answers. Raises ProviderError when no answer came."""

    def __init__(self, configuration: Configuration, requested: Requested = lambda *_: None) -> None:
        self._configuration = configuration
        self._requested = requested
        configuration.connection_pool_maxsize = _POOL
        self._client = _client(configuration)
        # Each watch holds a connection for as long as it lives: they must not use up the pool.
        streaming = Configuration()
        streaming.__dict__.update(configuration.__dict__)
        streaming.connection_pool_maxsize = 0
        self._streaming = _client(streaming)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()  # type: ignore[no-untyped-call]
        await self._streaming.close()  # type: ignore[no-untyped-call]

    async def send(self, call: Call) -> Answer:
        """Return the answer, whatever its status; one that asks to come again is waited for if it is quick."""
        attempt = 0
        while True:
            attempt += 1
            last = attempt == call.attempts
            pause = min(0.1 * 2**attempt, _LONGEST_RETRY_AFTER) * random.uniform(0.5, 1)  # noqa: S311 - only spreads load
            try:
                answer = await self._once(call)
            except TimeoutError as failure:
                raise _unanswered(call, failure) from None
            except aiohttp.ClientConnectorError as failure:
                if last:
                    raise _unanswered(call, failure) from None
            except (aiohttp.ClientError, OSError, ValueError) as failure:
                if last or not call.repeatable:
                    raise _unanswered(call, failure) from None
            else:
                pause = max(pause, answer.retry_after or 0)
                if last or pause > _LONGEST_RETRY_AFTER or not _asks_again(answer, call):
                    return answer
            await asyncio.sleep(pause)

    async def _once(self, call: Call) -> Answer:
        started, code = time.monotonic(), "<error>"
        try:
            async with asyncio.timeout(call.timeout):
                response = await self._open(
                    self._client, call, aiohttp.ClientTimeout(total=call.timeout, sock_connect=_CONNECT_TIMEOUT)
                )
                async with response:
                    code = str(response.status)
                    return Answer(response.status, _json(await response.read()), _seconds(response))
        finally:
            self._requested(call.method, code, time.monotonic() - started)

    @contextlib.asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[tuple[Answer, aiohttp.StreamReader]]:
        """Open a watch: its first answer, and what then comes line by line. Raises ProviderError, then aiohttp's."""
        started, code = time.monotonic(), "<error>"
        endless = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_TIMEOUT)
        try:
            async with asyncio.timeout(call.timeout):
                response = await self._open(self._streaming, call, endless)
            code = str(response.status)
        except (aiohttp.ClientError, OSError) as failure:
            raise _unanswered(call, failure) from None
        finally:
            self._requested("WATCH", code, time.monotonic() - started)
        try:
            body = {} if response.status < 400 else _json(await response.read())
            yield Answer(response.status, body, _seconds(response)), response.content
        finally:
            # A polite end of TLS would wait for the other side, which may be gone.
            if response.connection is not None and response.connection.transport is not None:
                response.connection.transport.abort()
            response.close()

    async def _open(self, client: ApiClient, call: Call, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientResponse:  # noqa: ASYNC109
        headers = {
            "Accept": "application/json",
            "Content-Type": call.content_type,
            "User-Agent": _AGENT,
        }
        if authorization := await bearer(self._configuration):
            headers["Authorization"] = authorization
        url = self._configuration.host + call.path + (f"?{urlencode(call.query)}" if call.query else "")
        sent = await client.call_api(call.method, url, headers, body=call.body, _request_timeout=timeout)
        response: aiohttp.ClientResponse = sent.response
        return response


def _client(configuration: Configuration) -> ApiClient:
    client = ApiClient(configuration)
    client.rest_client = Connections(configuration)
    return client


def _unanswered(call: Call, failure: Exception) -> ProviderError:
    # Whoever has to find out why needs more than a status may say: which address, and refused, reset or silent.
    log.info("%s %s: no answer: %s", call.method, call.path, printable(str(failure)) or type(failure).__name__)
    return unavailable()


def _asks_again(answer: Answer, call: Call) -> bool:
    # The token may have been replaced just now; what is refused so, or held off, has had no effect.
    if answer.status in (401, 429):
        return True
    return answer.status >= 500 and (call.repeatable or answer.retry_after is not None)


def _seconds(response: aiohttp.ClientResponse) -> float | None:
    return retry_after(response.headers.get("Retry-After", ""), time.time())


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
