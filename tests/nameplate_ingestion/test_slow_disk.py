"""A disk that takes its time with one domain's files: the threads that all share are left to the others."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.log.files import DiskFiles
from nameplate_ingestion.position import Position
from nameplate_ingestion.sinks.file import FileSink

CAPS = FileCaps(file=1000, all=100_000)
EVENT = Delivery(Position(1, 1), "d", "web", "u", "m", b"{}")
LANES = 8


class SlowFiles(DiskFiles):
    """Syncs nothing before it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def sync(self, descriptor: int) -> None:
        self.let.wait()
        super().sync(descriptor)


def deliver(directory: Path, files: SlowFiles) -> Callable[[], Awaitable[object]]:
    sink = FileSink(directory, CAPS, files)
    return lambda: sink.deliver([EVENT])


def park(directory: Path, files: SlowFiles) -> Callable[[], Awaitable[object]]:
    letters = DeadLetters(directory, CAPS, files=files)
    return lambda: letters.park([(EVENT, "no")])


def lines(directory: Path) -> int:
    return sum(len(file.read_bytes().splitlines()) for file in directory.iterdir())


@pytest.mark.parametrize("make", [deliver, park])
async def test_all_lanes_of_a_domain_hold_one_thread_while_its_disk_is_slow(
    tmp_path: Path, make: Callable[[Path, SlowFiles], Callable[[], Awaitable[object]]]
):
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    files = SlowFiles()
    write = make(tmp_path, files)
    writing = [asyncio.ensure_future(write()) for _ in range(LANES)]
    try:
        await asyncio.sleep(0)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 20) == "done"
        assert not any(each.done() for each in writing)
    finally:
        files.let.set()
        await asyncio.gather(*writing)
    assert lines(tmp_path) == LANES
