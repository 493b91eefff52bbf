"""Passes requests on to backends as a reverse proxy does, and keeps a log of them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from tests.world.edge_routes import Rotation, Routes

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
_ADDED_BY_CLIENT = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
# A backend listens a moment after its Pod became ready.
_BACKEND_TIMEOUT = 5.0
_LOOK_EVERY = 0.01


@dataclass
class Request:
    """A row of the edge's log."""

    host: str
    method: str
    path: str
    time: float = field(default_factory=time.time)
    status: int = 0
    pod: str | None = None
    """uid of the Pod that it went to."""


Instead = Callable[[web.BaseRequest], web.Response | None]


class Proxy:
    """Handles the requests of all connections; `socket_of` tells where a Pod's backend answers."""

    def __init__(self, socket_of: Callable[[str], File | None]) -> None:
        self.routes = Routes()
        self.log: list[Request] = []
        self.instead: Instead = lambda _: None
        """May answer a request before anybody else does."""
        self.flowing = asyncio.Event()
        """While it is not set, requests get no answer."""
        self.flowing.set()
        self.server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._socket_of = socket_of
        self._rotation = Rotation()

    async def close(self) -> None:
        """End what is under way."""
        await self.server.shutdown(0.1)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.headers.get("Host", "").partition(":")[0].lower()
        row = Request(host, request.method, request.raw_path)
        self.log.append(row)
        await self.flowing.wait()
        response = self.instead(request) or await self._answer(host, request, row)
        row.status = response.status
        return response

    async def _answer(self, host: str, request: web.BaseRequest, row: Request) -> web.Response:
        path = self.routes.find(host, request.path)
        if path is None:
            return web.Response(status=404, text="no such host or path\n")
        if not path.pods:
            return web.Response(status=503, text="no endpoint is ready\n")
        row.pod = self._rotation.next(path)
        try:
            async with asyncio.timeout(_BACKEND_TIMEOUT):
                socket = await self._listening(row.pod)
                return await self._forward(host, request, socket)
        except (aiohttp.ClientError, OSError):
            return web.Response(status=502, text="the backend broke off\n")
        except TimeoutError:
            return web.Response(status=504, text="the backend does not answer\n")

    async def _listening(self, pod: str) -> str:
        while (socket := self._socket_of(pod)) is None or not socket.exists():  # noqa: ASYNC110 - a file
            await asyncio.sleep(_LOOK_EVERY)
        return str(socket)

    async def _forward(self, host: str, request: web.BaseRequest, socket: str) -> web.Response:
        body = await request.read()
        headers = _end_to_end(request.headers)
        before = request.headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = f"{before}, {request.remote}" if before else str(request.remote)
        headers["X-Forwarded-Proto"] = "https"
        headers["X-Forwarded-Host"] = host
        client = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(socket, force_close=True),
            auto_decompress=False,
            skip_auto_headers=_ADDED_BY_CLIENT,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        url = URL(f"http://backend{request.raw_path}", encoded=True)
        async with (
            client,
            client.request(request.method, url, headers=headers, data=body or None, allow_redirects=False) as answer,
        ):
            content = await answer.read()
            return web.Response(status=answer.status, body=content, headers=_end_to_end(answer.headers))


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP)
