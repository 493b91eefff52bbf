"""Files of one domain among hundreds: whatever a sink is given or refuses at once gets in, once files are collected."""

import asyncio
import json
from pathlib import Path

import pytest

from nameplate_api.mounts import VOLUME
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, SinkUnavailable, Undeliverable
from nameplate_ingestion.forwarder import Forwarder, Outlets
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import Record, encode
from nameplate_ingestion.served import ToFiles
from nameplate_ingestion.sink_choice import make_sink
from nameplate_ingestion.station import Room
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.memory_log import MemoryLog
from tests.nameplate_ingestion.played_sink import PlayedSink
from tests.nameplate_ingestion.simulated_time import SimulatedTime

BODY = 512_000
STATIONS = 300
ROOM = Room.of(VOLUME, STATIONS, BODY)
LETTERS = FileCaps(file=ROOM.letters // 4, all=ROOM.letters)


class Collector:
    """Takes away every file but the newest, as whoever processes them does, and what it holds at the end."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.lines: list[bytes] = []

    def collect(self, *, leave: int = 1) -> None:
        files = sorted(self._directory.glob("*.jsonl"))
        for file in files[: len(files) - leave]:
            self.lines += file.read_bytes().splitlines()
            file.unlink()


@pytest.mark.parametrize("octets", [1000, 30_000], ids=["many", "large"])
async def test_a_full_batch_of_one_user_gets_into_the_files(tmp_path: Path, octets: int):
    sink, collector = make_sink(ToFiles(), tmp_path, ROOM.events), Collector(tmp_path)
    count = sink.limits.octets // octets
    event = json.dumps({"text": "x" * octets}).encode()
    rest = [Delivery(Position(1, number), "d", "web", "u", f"m-{number}", event) for number in range(count)]
    rest *= 3
    for _ in range(100):
        try:
            await sink.deliver(rest)
            break
        except SinkUnavailable as away:
            rest = rest[len(away.verdicts) :]
            collector.collect()
    else:
        pytest.fail("it never got in")
    await sink.close()
    collector.collect(leave=0)
    assert len(collector.lines) == 3 * count


async def test_all_that_a_sink_refuses_at_once_becomes_dead_letters(tmp_path: Path):
    time, log, collector = SimulatedTime(), MemoryLog(), Collector(tmp_path)
    refused = Undeliverable("it answered 400", "x" * 300)
    sink = PlayedSink(lambda batch: [refused] * len(batch), BatchLimits(deliveries=2500, octets=500_000))
    batch = json.dumps({"batch": [{"userId": "u", "messageId": f"m-{number}"} for number in range(2500)]}).encode()
    log.append(encode(Record("web", "batch", 0.0, "", "a", 2500, batch)))
    last = log.append(b"\xc1" * BODY)
    forwarder = Forwarder("d", log, Outlets(sink, DeadLetters(tmp_path, LETTERS)), time.timing())
    tasks = [asyncio.create_task(forwarder.serve()), asyncio.create_task(time.jumping())]

    def collected() -> bool:
        if forwarder.letters_away:
            collector.collect()
        return log.retired == last

    await eventually(collected, "both records to retire")
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    collector.collect(leave=0)
    letters = [json.loads(line) for line in collector.lines]
    assert sorted(letter["messageId"] for letter in letters if "event" in letter) == sorted(
        f"m-{number}" for number in range(2500)
    )
    assert len(letters) == 2501
