"""Parts of the way of one event that need a running loop; each returns microseconds of the processor per event."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from nameplate_api.sources import Durability
from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, Verdict
from nameplate_ingestion.forwarder import Forwarder, Outlets
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps
from nameplate_ingestion.position import Position
from nameplate_ingestion.server import Deadlines, ServerLimits, Unserved
from nameplate_ingestion.server.connection import Connection
from nameplate_ingestion.server.context import ServerContext
from nameplate_ingestion.server.head import FRAMING

_AT_ONCE = 240
"""Records that one read of the log returns: half a megabyte."""
_REPLY = Reply(200, ((b"content-type", b"application/json"),), b'{"success":true}')


class _Nowhere(asyncio.Transport):
    """Takes all that is written."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


async def serve(octets: bytes, wanted: AbstractSet[bytes], times: int) -> float:
    """Read a request again and again and answer it at once."""
    loop = asyncio.get_running_loop()
    context = ServerContext(
        lambda _, answer: answer(_REPLY), _refuse, FRAMING | wanted, ServerLimits(), Deadlines(), loop
    )
    connection = Connection(context)
    connection.connection_made(_Nowhere())
    began = time.process_time()
    for _ in range(times):
        connection.data_received(octets)
    taken = time.process_time() - began
    return taken / times * 1e6


def _refuse(reason: Unserved, call: Call | None) -> Reply:  # noqa: ARG001
    raise RuntimeError(f"the request was refused: {reason}")


async def log(octets: bytes, times: int, group: int) -> float:
    """Append a record again and again, so many at a time, and wait until they are synced."""
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as place:
        opened = DurableLog.open(Path(place), Caps(), loop)
        await _append(opened, octets, group)
        began = time.process_time()
        for _ in range(times // group):
            await _append(opened, octets, group)
        taken = time.process_time() - began
        await opened.close()
    return taken / (times // group * group) * 1e6


async def _append(opened: DurableLog, octets: bytes, group: int) -> None:
    def make() -> Awaitable[object]:
        kept = asyncio.get_running_loop().create_future()
        if opened.append(octets, Durability.DISK, kept.set_result) is not None:
            raise RuntimeError("the log took nothing")
        return kept

    await asyncio.gather(*(make() for _ in range(group)))


class _SameLog:
    """A log of one record, again and again."""

    retired = Position(1, 0)

    def __init__(self, octets: bytes, times: int) -> None:
        self._octets, self._times = octets, times
        self.empty = asyncio.Event()

    async def read(self, after: Position, most_octets: int) -> list[tuple[Position, bytes]]:  # noqa: ARG002
        first, last = after.offset + 1, min(after.offset + _AT_ONCE, self._times)
        if first > last:
            await self.empty.wait()
        return [(Position(1, offset), self._octets) for offset in range(first, last + 1)]

    def retire(self, position: Position) -> None:
        if position.offset == self._times:
            self.empty.set()


class _Taker:
    """A sink that has everything at once."""

    limits = BatchLimits(deliveries=1000, octets=1024**2)
    trouble = ""

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        return [None] * len(batch)

    async def close(self) -> None:
        pass


async def forward(octets: bytes, domain: str, times: int) -> float:
    """Forward a record again and again, its decoding and its final event included."""
    source = _SameLog(octets, times)
    with tempfile.TemporaryDirectory() as place:
        letters = DeadLetters(Path(place), FileCaps(file=0, all=0))
        serving = asyncio.create_task(Forwarder(domain, source, Outlets(_Taker(), letters)).serve())
        began = time.process_time()
        await source.empty.wait()
        taken = time.process_time() - began
        serving.cancel()
        await asyncio.wait([serving])
    return taken / times * 1e6
