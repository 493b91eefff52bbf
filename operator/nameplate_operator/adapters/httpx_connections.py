"""Connections of httpx that are closed when the wait for their TLS handshake is cancelled.

httpcore closes such a connection after errors only; another lives on until the garbage collector finds it.
"""

import ssl
from typing import Any

import httpcore
import httpx


class Transport(httpx.AsyncHTTPTransport):
    """What httpx uses by default, on so many such connections at most; no proxies from the environment."""

    def __init__(self, context: ssl.SSLContext, connections: int = 10) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(context, max_connections=connections, network_backend=_Backend())


class _Backend(httpcore.AnyIOBackend):
    async def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return _Stream(await super().connect_tcp(*arguments, **options))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *arguments: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(*arguments, **options)
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
