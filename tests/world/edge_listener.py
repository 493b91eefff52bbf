"""The listening socket of the edge: ends TLS, and can refuse connections, or take them and never say a word."""

import asyncio
import random
import socket
import ssl
from collections.abc import Callable

_BACKLOG = 1024
_HANDSHAKE_TIMEOUT = 10.0


class Listener:
    """Accepts on one address and port and hands each connection to a protocol; runs in one event loop."""

    def __init__(self, protocol: Callable[[], asyncio.Protocol], context: ssl.SSLContext) -> None:
        self.address, self.port = "", 0
        self.silent = False
        self._protocol, self._context = protocol, context
        self._socket: socket.socket | None = None
        self._held: list[socket.socket] = []
        self._open: set[asyncio.Task[None]] = set()
        self._transports: set[asyncio.BaseTransport] = set()

    @property
    def is_open(self) -> bool:
        """Whether connections are accepted."""
        return self._socket is not None

    def open(self, address: str, port: int) -> None:
        """Listen there; port 0 is any free one."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(_BACKLOG)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        self._socket = listener
        self.address, self.port = listener.getsockname()
        # A wait for a connection that is cancelled as one comes would lose it.
        asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    async def close(self) -> None:
        """Refuse connections from now on, and cut those that are there."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        self.cut()
        # A task that never began cannot close the connection that it was made for.
        await asyncio.sleep(0)
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def cut(self) -> None:
        """End every connection without a word."""
        while self._held:
            self._held.pop().close()
        for transport in self._transports:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        self._transports = set()

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        connection.setblocking(False)
        if self.silent:
            self._held.append(connection)
            return
        task = asyncio.create_task(self._serve(connection))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(
                self._protocol, connection, ssl=self._context, ssl_handshake_timeout=_HANDSHAKE_TIMEOUT
            )
        except (OSError, ssl.SSLError):
            connection.close()
            return
        except asyncio.CancelledError:
            connection.close()
            raise
        self._transports = {each for each in self._transports if not each.is_closing()} | {transport}


def own_address() -> str:
    """Return an address of 127.0.0.0/8 that hardly anybody else uses."""
    chance = random.SystemRandom()
    return f"127.{chance.randrange(1, 255)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
