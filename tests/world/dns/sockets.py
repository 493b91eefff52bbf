"""The UDP and TCP sockets of one server, driven by an event loop in another thread."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterable

from tests.world.dns.query import Reply, Sender, Transport

_IDLE_TIMEOUT = 10.0
_LARGEST_PACKET = 65535

Receive = Callable[[bytes, tuple[str, int], Transport], Iterable[tuple[Reply, bytes]]]


class Sockets:
    """Opens and closes at once from any thread; packets are handled in the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str, port: int, receive: Receive) -> None:
        self._loop = loop
        self._where = (address, port)
        self._receive = receive
        self._udp: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._connections: set[asyncio.Task[None]] = set()

    def open(self, *, tcp: bool) -> None:
        """Bind; from here on the kernel queues packets, so nobody has to wait for readiness."""
        if self._udp is None:
            self._udp = self._bind(socket.SOCK_DGRAM)
            self._loop.call_soon_threadsafe(self._loop.add_reader, self._udp, self._read_udp, self._udp)
        if tcp and self._listener is None:
            self._listener = self._bind(socket.SOCK_STREAM)
            self._listener.listen(128)
            self._loop.call_soon_threadsafe(self._loop.add_reader, self._listener, self._accept, self._listener)

    def close(self) -> None:
        """Close both transports and every open connection."""
        self.close_tcp()
        udp, self._udp = self._udp, None
        self._in_loop(self._drop, udp)

    def close_tcp(self) -> None:
        """Close the listening socket and every open connection."""
        listener, self._listener = self._listener, None
        self._in_loop(self._drop, listener)

    def _bind(self, kind: socket.SocketKind) -> socket.socket:
        bound = socket.socket(socket.AF_INET, kind)
        try:
            bound.setblocking(False)
            if kind == socket.SOCK_STREAM:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(self._where)
        except OSError:
            bound.close()
            raise
        return bound

    def _in_loop(self, function: Callable[[socket.socket | None], None], argument: socket.socket | None) -> None:
        async def call() -> None:
            function(argument)
            if argument is not None and self._connections:
                await asyncio.wait(self._connections)

        asyncio.run_coroutine_threadsafe(call(), self._loop).result(timeout=60)

    def _drop(self, closing: socket.socket | None) -> None:
        if closing is None:
            return
        self._loop.remove_reader(closing)
        closing.close()
        for task in self._connections:
            task.cancel()

    def _read_udp(self, udp: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            while True:
                wire, source = udp.recvfrom(_LARGEST_PACKET)
                for reply, packet in self._receive(wire, source, Transport.UDP):
                    if reply.delay > 0:
                        self._loop.call_later(reply.delay, self._send, udp, reply.sender, packet, source)
                    else:
                        self._send(udp, reply.sender, packet, source)

    def _send(self, udp: socket.socket, sender: Sender, packet: bytes, target: tuple[str, int]) -> None:
        address, port = self._where
        with contextlib.suppress(OSError):
            if sender is Sender.OWN:
                udp.sendto(packet, target)
                return
            other = {Sender.OTHER_PORT: (address, 0), Sender.OTHER_ADDRESS: ("127.0.0.1", port)}[sender]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
                forger.bind(other)
                forger.sendto(packet, target)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            connection, source = listener.accept()
            connection.setblocking(False)
            task = self._loop.create_task(self._converse(connection, source))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
            # One that is cancelled before it began never came to its own end.
            task.add_done_callback(lambda _: connection.close())

    async def _converse(self, connection: socket.socket, source: tuple[str, int]) -> None:
        with connection, contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
            while True:
                async with asyncio.timeout(_IDLE_TIMEOUT):
                    length = int.from_bytes(await self._exactly(connection, 2), "big")
                    wire = await self._exactly(connection, length)
                for reply, packet in self._receive(wire, source, Transport.TCP):
                    await asyncio.sleep(reply.delay)
                    await self._loop.sock_sendall(connection, len(packet).to_bytes(2, "big") + packet)

    async def _exactly(self, connection: socket.socket, length: int) -> bytes:
        received = b""
        while len(received) < length:
            part = await self._loop.sock_recv(connection, length - len(received))
            if not part:
                raise ConnectionResetError("the peer has closed")
            received += part
        return received
