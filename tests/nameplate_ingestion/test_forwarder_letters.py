"""The forwarder while dead letters cannot be kept: what they would hold waits, and that is told."""

import asyncio
import errno

from nameplate_ingestion.delivery.sink import SinkUnavailable, Undeliverable
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.memory_log import MemoryLog
from tests.nameplate_ingestion.played_sink import PlayedSink, a_record
from tests.nameplate_ingestion.simulated_time import SimulatedTime
from tests.nameplate_ingestion.test_forwarder import forwarding, letters

OTHERS = range(1, 23)


async def test_what_cannot_be_parked_waits_and_nothing_behind_it_retires(tmp_path, monkeypatch):
    def decide(batch):
        return [Undeliverable("no") if delivery.message_id == "m-1" else None for delivery in batch]

    time, log, room = SimulatedTime(), MemoryLog(), asyncio.Event()
    first, *_, last = [log.append(a_record(number, "u")) for number in range(3)]
    jumping = asyncio.create_task(time.jumping())
    sink = PlayedSink(decide)
    async with forwarding(log, sink, tmp_path, timing=time.timing()) as forwarder:
        park = forwarder._outlets.dead_letters.park

        async def full(refused):
            if not room.is_set():
                raise OSError(errno.ENOSPC, "No space left on device")
            return await park(refused)

        monkeypatch.setattr(forwarder._outlets.dead_letters, "park", full)
        await eventually(lambda: forwarder.away, "the forwarder finds no room")
        assert "No space left" in forwarder.away
        assert log.retired <= first
        room.set()
        await eventually(lambda: log.retired == last, "all records retire")
    jumping.cancel()
    assert [letter["messageId"] for letter in letters(tmp_path)] == ["m-1"]
    assert set(sink.counts().values()) == {1}


async def test_dead_letters_that_cannot_be_kept_are_told_of_although_the_sink_takes_others(tmp_path):
    def decide(batch):
        return [Undeliverable("no") if delivery.message_id == "m-0" else None for delivery in batch]

    log, sink = MemoryLog(), PlayedSink(decide)
    (tmp_path / "letters").write_text("in the way")
    async with forwarding(log, sink, tmp_path / "letters", timing=SimulatedTime().timing()) as forwarder:
        log.append(a_record(0, "u0"))
        await eventually(lambda: forwarder.away, "the forwarder finds no place")
        for number in OTHERS:
            log.append(a_record(number, f"u{number}"))
        await eventually(lambda: forwarder.counts.delivered, "the sink takes others")
        assert forwarder.away.startswith("dead letters cannot be kept")


async def test_a_sink_that_is_away_is_told_of_although_dead_letters_are_kept(tmp_path):
    def decide(batch):
        raise SinkUnavailable("down")

    log = MemoryLog()
    async with forwarding(log, PlayedSink(decide), tmp_path, timing=SimulatedTime().timing()) as forwarder:
        log.append(a_record(0, "u0"))
        await eventually(lambda: forwarder.away, "the sink is found to be away")
        log.append(b"no record")
        await eventually(lambda: forwarder.counts.parked, "the record is kept aside")
        assert forwarder.away == "down"
