"""The server: listens, and ends in order."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from nameplate_ingestion.call import Handler, Screen
from nameplate_ingestion.server.connection import Connection
from nameplate_ingestion.server.context import Refuse, ServerContext
from nameplate_ingestion.server.head import FRAMING
from nameplate_ingestion.server.limits import Deadlines, ServerLimits
from nameplate_ingestion.server.turned_away import TurnedAway
from nameplate_ingestion.server.watch import Watch

BACKLOG: Final = 4096
"""Connections that may wait to be accepted."""
_SEND_BUFFER: Final = 64 * 1024


class Server:
    """HTTP/1.1 for one handler, on any number of sockets."""

    def __init__(
        self,
        handler: Handler,
        refuse: Refuse,
        wanted: AbstractSet[bytes],
        limits: ServerLimits | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """Serve `handler`; of the headers it gets those in `wanted` (lower case). Call it in a running loop."""
        self._context = ServerContext(
            handler,
            refuse,
            FRAMING | wanted,
            limits or ServerLimits(),
            deadlines or Deadlines(),
            asyncio.get_running_loop(),
        )
        self._watch = Watch(self._context)
        self._listeners: list[asyncio.Server] = []

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._context.connections)

    @property
    def limits(self) -> ServerLimits:
        """The limits of connections that are made from now on."""
        return self._context.limits

    @limits.setter
    def limits(self, limits: ServerLimits) -> None:
        self._context.limits = limits

    @property
    def screen(self) -> Screen:
        """What is asked before a body is read that did not come with its head."""
        return self._context.screen

    @screen.setter
    def screen(self, screen: Screen) -> None:
        self._context.screen = screen

    async def listen(self, bound: socket.socket) -> None:
        """Accept connections on a bound TCP or Unix socket."""
        loop = self._context.loop
        create = loop.create_unix_server if bound.family == socket.AF_UNIX else loop.create_server
        self._listeners.append(await create(self._greet, sock=bound, backlog=BACKLOG))

    def _greet(self) -> asyncio.Protocol:
        context = self._context
        many = len(context.connections) >= context.limits.connections
        return TurnedAway(context) if many else Connection(context)

    def drain(self) -> None:
        """Go on serving, but end every connection with its next answer."""
        self._context.draining = True

    async def close(self, grace: float) -> int:
        """Accept nothing more, finish what has begun, and return how many were cut off after `grace` seconds."""
        self.drain()
        for listener in self._listeners:
            listener.close()
        for connection in tuple(self._context.connections):
            connection.retire()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._context.no_connections.wait(), grace)
        late = tuple(self._context.connections)
        for connection in late:
            connection.abort()
        self._watch.stop()
        return len(late)


def bind_tcp(address: str, port: int) -> socket.socket:
    """Return a socket for one of several processes that share a port; the kernel spreads connections over them."""
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # The kernel would hold megabytes for each client that does not read.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    try:
        if bound.family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


def bind_everywhere(port: int) -> socket.socket:
    """Return a socket for all addresses of this machine: of both versions of IP, or of the one that it has."""
    try:
        return bind_tcp("::", port)
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        return bind_tcp("0.0.0.0", port)  # noqa: S104


def bind_unix(path: Path) -> socket.socket:
    """Return a Unix socket; what a former process left at this path is taken away."""
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    bound.bind(str(path))
    return bound
