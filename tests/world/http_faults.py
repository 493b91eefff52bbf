"""A reverse proxy on loopback that logs each request and injects faults: delays, other answers, cuts, hooks.

    with FaultProxy(powerdns.api_url) as proxy:
        proxy.url                                                              # give this to the client
        proxy.inject(HttpFault(status=503, body=b"away"), path="/zones", times=2)
        proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True), methods={"POST"})
        proxy.inject(HttpFault(Point.AFTER_ANSWER, hook=kill_operator), methods=WRITES, nth=7)
        proxy.exchanges                                                        # what passed, oldest first
        proxy.go_down(); proxy.come_up()                                       # refuse connections for a while
        proxy.hold(); proxy.release()                                          # open but silent connections
        proxy.cut_connections()                                                # end watches now

Answers are streamed, so watches pass. Connections are never upgraded (`kubectl exec`, `port-forward`).
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Collection
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from yarl import URL

from tests.world.http_exchange import WRITES, Exchange, Hook, HttpFault, HttpInjection, Point, end_to_end
from tests.world.loop_thread import LoopThread

__all__ = ["WRITES", "Exchange", "FaultProxy", "Hook", "HttpFault", "HttpInjection", "Point"]

log = logging.getLogger(__name__)

_ADDED_BY_CLIENT = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")


class FaultProxy:
    """Runs in a thread of its own; every method may be called from any thread."""

    def __init__(
        self,
        upstream: str,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        upstream_tls: ssl.SSLContext | None = None,
    ) -> None:
        self.upstream = upstream.rstrip("/")
        self.exchanges: list[Exchange] = []
        self.injections: list[HttpInjection] = []
        self._address, self.port = address, port
        self._tls, self._upstream_tls = tls, upstream_tls
        self._thread: LoopThread | None = None
        self._late: set[asyncio.Task[web.StreamResponse | None]] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the client finds the proxy; stays the same while it is down."""
        return f"{'http' if self._tls is None else 'https'}://{self._address}:{self.port}"

    def start(self) -> None:
        """Listen."""
        self._thread = LoopThread("fault-proxy")
        try:
            self._running.run(self._open())
        except BaseException:
            self._thread.close()
            raise

    def stop(self) -> None:
        """Cut all connections and end."""
        if self._thread is not None:
            self._running.run(self._close())
            self._running.close()
            self._thread = None

    def inject(
        self,
        fault: HttpFault,
        *,
        methods: Collection[str] = (),
        path: str = "",
        nth: int | None = None,
        times: int | None = None,
        query: str = "",
    ) -> HttpInjection:
        """Put a fault in force for requests whose path and query hold these patterns; the first that fits wins."""
        injection = HttpInjection(fault, methods, path, nth, times, query)
        self.injections = [*self.injections, injection]
        return injection

    def heal(self) -> None:
        """End all faults."""
        self.injections = []

    def go_down(self) -> None:
        """Refuse new connections and cut the present ones, until `come_up`."""
        self._running.run(self._refuse())
        self.cut_connections()

    def come_up(self) -> None:
        """Listen again on the same port."""
        self._running.run(self._listen())

    def hold(self) -> None:
        """Let no octet of any answer pass any more, watches included, until `release`."""
        self._running.loop.call_soon_threadsafe(self._flowing.clear)

    def release(self) -> None:
        """Let answers pass again."""
        self._running.loop.call_soon_threadsafe(self._flowing.set)

    def cut_connections(self) -> None:
        """Reset every open connection of clients."""

        async def cut() -> None:
            for connection in self._server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

        self._running.run(cut())

    @property
    def _running(self) -> LoopThread:
        if self._thread is None:
            raise RuntimeError("the proxy is not running")
        return self._thread

    async def _open(self) -> None:
        self._flowing = asyncio.Event()
        self._flowing.set()
        # A fresh connection per request: a kept one that the upstream closed would look like a fault of ours.
        connector = aiohttp.TCPConnector(limit=0, force_close=True, ssl=self._upstream_tls or True)
        self._client = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            skip_auto_headers=_ADDED_BY_CLIENT,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )
        # A compressed body is passed on as it came.
        self._server = web.Server(self._handle, handler_cancellation=True, access_log=None, auto_decompress=False)
        self._runner = web.ServerRunner(self._server, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await self._listen()
        except OSError:
            await self._close()
            raise

    async def _listen(self) -> None:
        self._socket = socket.create_server((self._address, self.port))
        self.port = self._socket.getsockname()[1]
        await web.SockSite(self._runner, self._socket, ssl_context=self._tls).start()

    async def _refuse(self) -> None:
        # CPython 3.11 loses a connection that it accepted in the very turn in which its server is closed.
        asyncio.get_running_loop().remove_reader(self._socket)
        await asyncio.sleep(0)
        for site in self._runner.sites:
            await site.stop()

    async def _close(self) -> None:
        if self._runner.sites:
            await self._refuse()
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        await self._client.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.content.read()
        number = len(self.exchanges) + 1
        exchange = Exchange(number, request.method, request.path, request.query_string, body, request.headers)
        self.exchanges.append(exchange)
        taken = [injection.fault for injection in self.injections if injection.takes(exchange)]
        exchange.fault = taken[0] if taken else None
        fault = exchange.fault or HttpFault()
        if fault.at is Point.BEFORE_FORWARDING and (early := await self._happen(fault, request, exchange)):
            return early
        try:
            async with self._forward(request, body) as upstream:
                exchange.status = upstream.status
                if fault.at is Point.AFTER_EFFECT:
                    await upstream.read()
                    if instead := await self._happen(fault, request, exchange):
                        return instead
                response = await self._stream(request, upstream)
        except aiohttp.ClientError as failure:
            log.warning("%s %s: %r", request.method, request.raw_path, failure)
            return _cut(request)
        if fault.at is Point.AFTER_ANSWER:
            # A client that hangs up once it has its answer ends this handler, but not what was planned.
            late = asyncio.create_task(self._happen(fault, request, exchange))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            await asyncio.shield(late)
        return response

    async def _happen(
        self, fault: HttpFault, request: web.BaseRequest, exchange: Exchange
    ) -> web.StreamResponse | None:
        await asyncio.sleep(fault.delay)
        if fault.hook is not None:
            await asyncio.to_thread(fault.hook, exchange)
        if fault.drop and fault.at is Point.AFTER_ANSWER:
            # A reset would take back what the client has not read yet.
            if request.transport is not None:
                request.transport.close()
            return None
        if fault.drop:
            return _cut(request)
        if fault.status is not None:
            return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
        return None

    def _forward(self, request: web.BaseRequest, body: bytes) -> "aiohttp.client._RequestContextManager":
        url = URL(self.upstream + request.raw_path, encoded=True)
        headers = end_to_end(request.headers)
        return self._client.request(request.method, url, headers=headers, data=body or None, allow_redirects=False)

    async def _stream(self, request: web.BaseRequest, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
        response = web.StreamResponse(
            status=upstream.status, reason=upstream.reason, headers=end_to_end(upstream.headers)
        )
        await self._flowing.wait()
        await response.prepare(request)
        async for chunk in upstream.content.iter_any():
            await self._flowing.wait()
            await response.write(chunk)
        await response.write_eof()
        return response


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)
