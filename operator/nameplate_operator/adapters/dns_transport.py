"""Sends one DNS query over UDP or TCP and waits for its answer, whatever else arrives meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import dns.message

from nameplate_operator.adapters.dnspython_messages import Query, Unreadable

_MOST_PACKETS = 1000
"""Packets looked at while waiting for one answer."""


class _Inbox(asyncio.DatagramProtocol):
    """Queues what arrives; the socket is connected, so the kernel lets in packets of that address and port only."""

    def __init__(self) -> None:
        self.packets: asyncio.Queue[bytes | OSError] = asyncio.Queue(_MOST_PACKETS)

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - the protocol's signature
        with contextlib.suppress(asyncio.QueueFull):
            self.packets.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.packets.put_nowait(exc if isinstance(exc, OSError) else OSError(str(exc)))


async def over_udp(query: Query, address: str, port: int) -> dns.message.Message:
    """Return the answer; waits until it comes. Raises OSError where the network says no."""
    async with _socket(address, port) as (transport, inbox):
        transport.sendto(query.wire)
        for _ in range(_MOST_PACKETS):
            packet = await inbox.packets.get()
            if isinstance(packet, OSError):
                raise packet
            with contextlib.suppress(Unreadable):
                return query.read(packet, exact=True)
    raise ConnectionError("too many packets that answer nothing")


async def over_tcp(query: Query, address: str, port: int) -> dns.message.Message:
    """Return the answer (RFC 7766). Raises OSError, EOFError or Unreadable."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(len(query.wire).to_bytes(2, "big") + query.wire)
        await writer.drain()
        length = int.from_bytes(await reader.readexactly(2), "big")
        return query.read(await reader.readexactly(length), exact=False)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def _socket(address: str, port: int) -> AsyncIterator[tuple[asyncio.DatagramTransport, _Inbox]]:
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(_Inbox, remote_addr=(address, port))
    try:
        yield transport, inbox
    finally:
        transport.close()
