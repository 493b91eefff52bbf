"""Opens connections to the API server so that none is left behind by whoever stops waiting for it."""

import asyncio
from typing import Any
from weakref import WeakSet

import aiohttp
from kubernetes.aio.client.rest import RESTClientObject


class Connections(RESTClientObject):
    """The official client's pool, on a connector of ours."""

    def _create_connector(self) -> aiohttp.TCPConnector:
        return _WholeConnector(limit=self.maxsize, ssl=self.ssl_context)


class _WholeConnector(aiohttp.TCPConnector):
    """Finishes what it began, and at its end leaves nothing to the garbage collector.

    CPython 3.11 loses a socket whose TLS handshake is cancelled, so the connection is made whole and then let go; the
    request that nobody waits for is never sent. And TLS that is being ended politely is in no pool any more.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._openings: set[asyncio.Task[Any]] = set()
        self._opened: WeakSet[asyncio.Transport] = WeakSet()

    async def _wrap_create_connection(self, *args: Any, **kwargs: Any) -> Any:
        opening = asyncio.create_task(super()._wrap_create_connection(*args, **kwargs))
        self._openings.add(opening)
        opening.add_done_callback(self._openings.discard)
        try:
            transport, protocol = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_let_go)
            raise
        self._opened.add(transport)
        return transport, protocol

    async def close(self, *, abort_ssl: bool = False) -> None:
        """Close all connections, those that are being opened or ended too."""
        await super().close(abort_ssl=abort_ssl)
        if self._openings:
            await asyncio.wait(self._openings)
        for transport in tuple(self._opened):
            transport.abort()
        # The socket of a transport that was aborted is closed in the next turn of the loop.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _let_go(opening: "asyncio.Task[Any]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[0].abort()
