"""Asks an upstream CDN for one file over HTTP; nothing of whoever wants it is passed on."""

import asyncio
import re
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy

import httpx

from nameplate_api.retry_after import retry_after
from nameplate_ingestion.library.upstream.freshness import lifetime
from nameplate_ingestion.library.upstream.terms import Address, Copy, Fetched, NotThere, UpstreamTrouble

FETCH_TIMEOUT = 10.0
"""Of a whole exchange."""
CONNECTIONS = 8
_STEP_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_ABSENT = frozenset({404, 410})
_DENIED = 403
_UNCHANGED = 304
_TOO_MANY = 429
_SCRIPT = "text/javascript; charset=utf-8"
_SCRIPT_TYPE = re.compile(r"(text|application)/(x-)?(java|ecma)script\s*(;.*)?", re.IGNORECASE)
_TYPE = re.compile(r"[-+.\w]{1,80}/[-+.\w]{1,80}(\s*;\s*charset=[-\w]{1,40})?", re.ASCII)
_VALIDATOR = re.compile(r'(W/)?"[\x21\x23-\x7e]{1,200}"')
# What stands in between answers in HTML, with any status: a page that asks for a password, or says what is wrong.
_NO_FILE = "text/html"


class UpstreamClient:
    """One for all upstreams: each request has a connection of its own, for there are few."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """Make connections when there is something to ask for."""
        self._now = now
        # Proxies and passwords of the environment are not ours, but for OpenSSL's own variables. A kept connection that
        # the other end has just closed would look like an upstream that is away.
        self._client = httpx.AsyncClient(
            verify=httpx.create_ssl_context(),
            trust_env=False,
            timeout=_STEP_TIMEOUT,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
        )
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    async def file(self, address: Address, validator: str, most_octets: int) -> Fetched:
        """Return a file, compressed if the upstream likes. Raises NotThere and UpstreamTrouble."""
        return await self._get(address, validator, most_octets, "gzip")

    async def document(self, address: Address, validator: str, most_octets: int) -> Fetched:
        """Return a document as it is. Raises NotThere and UpstreamTrouble."""
        return await self._get(address, validator, most_octets, "identity")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _get(self, address: Address, validator: str, most_octets: int, encoding: str) -> Fetched:
        headers = {"Accept-Encoding": encoding, "Connection": "close", "User-Agent": "nameplate"}
        if validator:
            headers["If-None-Match"] = validator
        try:
            async with (
                asyncio.timeout(FETCH_TIMEOUT),
                self._client.stream("GET", address.url, headers=headers) as response,
            ):
                if response.status_code == _UNCHANGED and validator:
                    return Fetched(None, lifetime(response.headers))
                self._check(response, kept=bool(validator))
                kind = _content_type(address.path, response.headers.get("Content-Type", ""))
                zipped = _is_gzip(response.headers.get("Content-Encoding", ""), encoding)
                body = await _body(response, most_octets)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UpstreamTrouble(type(error).__name__, everything=True) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise UpstreamTrouble(type(error).__name__) from error
        named = response.headers.get("ETag", "")
        copy = Copy.of(body, kind, gzip=zipped, validator=named if _VALIDATOR.fullmatch(named) else "")
        return Fetched(copy, lifetime(response.headers))

    def _check(self, response: httpx.Response, *, kept: bool) -> None:
        status = response.status_code
        # S3 denies what it does not have to those who may not list; what was there once is not taken for gone.
        if status in _ABSENT or (status == _DENIED and not kept):
            raise NotThere
        if status != httpx.codes.OK:
            asked = retry_after(response.headers.get("Retry-After", ""), self._now())
            everything = status == _TOO_MANY or asked is not None
            raise UpstreamTrouble(f"it answered {status}", everything=everything, retry_after=asked)


def _content_type(path: str, said: str) -> str:
    """Return what a browser needs to be told, which runs no script that is called otherwise (nosniff)."""
    if said.strip().lower().startswith(_NO_FILE):
        raise UpstreamTrouble("it answered in HTML")
    if path.endswith((".js", ".js.gz")):
        return said if _SCRIPT_TYPE.fullmatch(said) and _TYPE.fullmatch(said) else _SCRIPT
    return said if _TYPE.fullmatch(said) else "application/octet-stream"


def _is_gzip(said: str, wanted: str) -> bool:
    coding = said.strip().lower()
    if coding in ("", "identity"):
        return False
    if coding != "gzip" or wanted != "gzip":
        raise UpstreamTrouble("it chose a content coding that was not asked for")
    return True


async def _body(response: httpx.Response, most_octets: int) -> bytes:
    headers = response.headers
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        # It ends with its connection: half of it would look like all of it.
        raise UpstreamTrouble("it did not say where its answer ends")
    parts, octets = [], 0
    async for chunk in response.aiter_raw():
        parts.append(chunk)
        octets += len(chunk)
        if octets > most_octets:
            raise UpstreamTrouble("its answer is too large")
    return b"".join(parts)
