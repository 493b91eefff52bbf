"""Speaks HTTP with PowerDNS: one bounded request, and every failure in words for the owner of the domain."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from nameplate_api.conditions import Reason
from nameplate_api.retry_after import retry_after
from nameplate_api.text import printable
from nameplate_operator.adapters.httpx_connections import Transport
from nameplate_operator.adapters.patience import Patience
from nameplate_operator.ports import ProviderError
from nameplate_operator.settings import PowerDnsSettings

_CONNECT_TIMEOUT = 3.0
# As many as passes can run: a zone that hangs keeps no other from being asked.
_MOST_CONNECTIONS = 64
_LARGEST_ANSWER = 1 << 20
_LONGEST_REMARK = 200
_CREDENTIALS_EVERY = 60.0
_REFUSED_EVERY = 300.0
_RETRY_AFTER = 30.0
_LONGEST_RETRY_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What PowerDNS said: the status, and the body if that is JSON."""

    status: int
    body: Any = None


class PowerDnsApi:
    """The HTTP API of one PowerDNS server; the key file is read for every request, so a new key counts at once."""

    def __init__(self, settings: PowerDnsSettings, timeout: float) -> None:
        self._settings = settings
        self._timeout = timeout
        self._patience = Patience(timeout)
        self._base = f"{settings.url.rstrip('/')}/api/v1/servers/{settings.server_id}"
        self._client: httpx.AsyncClient | None = None

    async def request(self, method: str, path: str, body: Any = None, *, expected: tuple[int, ...]) -> Answer:
        """Return the answer if its status is expected; raises ProviderError."""
        headers = {"X-API-Key": self._key(), "Accept": "application/json"}
        loop = asyncio.get_running_loop()
        granted = self._patience.grant(loop.time())
        try:
            async with asyncio.timeout(granted):
                status, pause, octets = await self._exchange(method, path, headers, body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            if _is_timeout(error):
                self._patience.lose(granted, loop.time())
            raise _failed(Reason.PROVIDER_UNAVAILABLE, _silence(error)) from None
        self._patience.regain()
        if status in expected:
            return Answer(status, _decoded(octets))
        raise _refusal(status, pause, octets)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _exchange(
        self, method: str, path: str, headers: dict[str, str], body: Any
    ) -> tuple[int, float | None, bytes]:
        if self._client is None:
            # The settings name the server: no proxy of the environment may see the key.
            transport = Transport(httpx.create_ssl_context(), _MOST_CONNECTIONS)
            timeout = httpx.Timeout(self._timeout, connect=min(self._timeout, _CONNECT_TIMEOUT))
            self._client = httpx.AsyncClient(
                transport=transport, timeout=timeout, trust_env=False, follow_redirects=False
            )
        async with self._client.stream(method, self._base + path, headers=headers, json=body) as response:
            octets = b""
            async for chunk in response.aiter_bytes():
                octets += chunk
                if len(octets) > _LARGEST_ANSWER:
                    raise _failed(Reason.PROVIDER_UNAVAILABLE, "The DNS provider's answer is too large.")
            pause = retry_after(response.headers.get("Retry-After", ""), time.time())
            return response.status_code, pause, octets

    def _key(self) -> str:
        try:
            key = self._settings.api_key_file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            key = ""
        if not key or not key.isascii() or not key.isprintable():
            raise _credentials("The operator's key for the DNS provider cannot be read.")
        return key


def bounded(text: str) -> str:
    """Return what a server said, bounded, in printable characters."""
    return printable(text[:_LONGEST_REMARK]) + ("…" if len(text) > _LONGEST_REMARK else "")


def _decoded(octets: bytes) -> Any:
    if not octets.strip():
        return None
    try:
        return json.loads(octets)
    except ValueError:
        return None


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, TimeoutError | httpx.TimeoutException)


def _silence(error: Exception) -> str:
    if _is_timeout(error):
        return "The DNS provider did not answer in time."
    if isinstance(error, httpx.ConnectError):
        return "The DNS provider cannot be reached."
    return "The connection to the DNS provider broke."


def _failed(reason: Reason, said: str, *, retry_after: float | None = None, refused: bool = False) -> ProviderError:
    """Return the error: what happened, and what is to be done then."""
    return ProviderError(reason, f"{said} {reason.remedy}", retry_after=retry_after, refused=refused)


def _credentials(message: str) -> ProviderError:
    return _failed(Reason.CREDENTIALS_REJECTED, message, refused=True, retry_after=_CREDENTIALS_EVERY)


def _refusal(status: int, pause: float | None, octets: bytes) -> ProviderError:
    match status:
        case 401 | 403:
            return _credentials("The DNS provider refuses the operator's key.")
        case 429:
            message = "The DNS provider asks us to slow down."
            wanted = _RETRY_AFTER if pause is None else min(max(pause, 1.0), _LONGEST_RETRY_AFTER)
            return _failed(Reason.RATE_LIMITED, message, retry_after=wanted)
        case 400 | 422:
            body = _decoded(octets)
            remark = bounded(str(body.get("error", ""))) if isinstance(body, dict) else ""
            cause = remark or "it gives no cause"
            message = f"The DNS provider refuses the request: {cause}. Platform team: read the DNS provider's log."
            return ProviderError(Reason.PROVIDER_UNAVAILABLE, message, refused=True, retry_after=_REFUSED_EVERY)
        case _:
            return _failed(Reason.PROVIDER_UNAVAILABLE, f"The DNS provider answers with HTTP status {status}.")
