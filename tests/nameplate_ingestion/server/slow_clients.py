"""Clients that take their time, each in a way of its own, until the server has had enough."""

import asyncio
import contextlib
import socket
from typing import NamedTuple

HEAD = b"POST /slow HTTP/1.1\r\nHost: a.example\r\nX-Kept: "
UPLOAD = b"POST /slow HTTP/1.1\r\nHost: a.example\r\nContent-Length: 400000\r\n\r\n"
CHUNKS = b"POST /slow HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = b"GET /large HTTP/1.1\r\nHost: a.example\r\n\r\n"


class Ending(NamedTuple):
    """How a slow connection ended: after how many seconds, with what answer."""

    after: float
    answer: bytes


async def _trickle(writer: asyncio.StreamWriter, octets: bytes, every: float) -> None:
    with contextlib.suppress(OSError):
        while True:
            writer.write(octets)
            await asyncio.sleep(every)


async def send_slowly(port: int, start: bytes, piece: bytes, every: float) -> Ending:
    """Send `start`, then a piece now and then, and wait for the end."""
    loop = asyncio.get_running_loop()
    # Before the server can have begun to count.
    began = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)
    trickling = asyncio.create_task(_trickle(writer, piece, every))
    answer = b""
    try:
        with contextlib.suppress(ConnectionError):
            answer = await reader.read()
        return Ending(loop.time() - began, answer)
    finally:
        trickling.cancel()
        writer.transport.abort()


async def read_slowly(port: int, requests: int) -> Ending:
    """Ask for large answers, take none, and wait until the server resets the connection."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connected:
        connected.setblocking(False)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await loop.sock_connect(connected, ("127.0.0.1", port))
        began = loop.time()
        await loop.sock_sendall(connected, LARGE * requests)
        while not connected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.1)
    return Ending(loop.time() - began, b"")
