"""How tests use a log: open it, append and note what is told, read all that is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.files import DiskFiles, Files
from nameplate_ingestion.log.terms import Caps, Clock, NotTaken
from nameplate_ingestion.position import Position
from tests.cluster.waiting import eventually

SMALL = Caps(segment=1 << 16)
KEPT = "kept"
STOPPED = Clock(lambda: 1_900_000_000.0, lambda: 0.0)


def open_log(directory: Path, caps: Caps = SMALL, files: Files | None = None, clock: Clock | None = None) -> DurableLog:
    """Open the log for the running loop."""
    clock = clock or STOPPED
    return DurableLog.open(directory, caps, asyncio.get_running_loop(), files or DiskFiles(), clock)


@asynccontextmanager
async def a_log(
    directory: Path, caps: Caps = SMALL, files: Files | None = None, clock: Clock | None = None
) -> AsyncIterator[DurableLog]:
    """Open the log and close it in the end."""
    log = open_log(directory, caps, files, clock)
    try:
        yield log
    finally:
        await log.close()


class Told:
    """What each record's `done` was told."""

    def __init__(self) -> None:
        self.by_record: dict[bytes, str | NotTaken] = {}

    def append(self, log: DurableLog, octets: bytes, level: Durability = Durability.DISK) -> NotTaken | None:
        """Append and note what is told later. Records of a test differ from each other."""

        def done(reason: NotTaken | None) -> None:
            assert octets not in self.by_record, "told twice"
            self.by_record[octets] = KEPT if reason is None else reason

        return log.append(octets, level, done)

    async def of(self, octets: bytes) -> str | NotTaken:
        """Wait for what the record is told."""
        await eventually(lambda: octets in self.by_record, f"what became of {octets[:20]!r}", look_every=0.001)
        return self.by_record[octets]


async def keep(log: DurableLog, *records: bytes) -> None:
    """Append records, each synced before the next is appended."""
    told = Told()
    for octets in records:
        assert told.append(log, octets) is None
        assert await told.of(octets) == KEPT


async def read_count(log: DurableLog, count: int, most_octets: int = 1 << 16) -> list[tuple[Position, bytes]]:
    """Read so many records from the first that is not retired."""
    records: list[tuple[Position, bytes]] = []
    after = log.retired
    while len(records) < count:
        async with asyncio.timeout(20):
            records += await log.read(after, most_octets)
        after = records[-1][0]
    assert len(records) == count
    return records


async def read_all(log: DurableLog) -> list[bytes]:
    """Read all that is there to be read and not retired."""
    found: list[bytes] = []
    after = log.retired
    while log._backlog.unread(after) is not None:
        records = await log.read(after, 1 << 16)
        found += [octets for _, octets in records]
        after = records[-1][0]
    return found
