"""When a log is full: by octets, by the age of the oldest record, by what waits for the disk; and how it heals."""

import threading
from dataclasses import replace

import pytest

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.files import DiskFiles
from nameplate_ingestion.log.terms import Caps, Clock, NotTaken
from tests.nameplate_ingestion.log.disk_trouble import DiskTrouble, held_by
from tests.nameplate_ingestion.log.using import KEPT, Told, a_log, keep, read_count

HEADER = 24


class SetClock:
    """A clock that a test sets."""

    now = 1_900_000_000.0
    stepped = 0.0

    @property
    def both(self) -> Clock:
        return Clock(lambda: self.now + self.stepped, lambda: self.now)


async def test_octets_with_headers_are_capped_and_freed_by_retiring(tmp_path):
    caps, told = Caps(segment=1 << 12, octets=3 * (1000 + HEADER)), Told()
    async with a_log(tmp_path, caps) as log:
        await keep(log, *(bytes([number]) * 1000 for number in range(3)))
        assert log.octets == caps.octets
        assert told.append(log, b"") is NotTaken.FULL
        (first, _), *_ = await read_count(log, 3)
        log.retire(first)
        assert log.octets == 2 * (1000 + HEADER)
        await keep(log, bytes(1000))
        assert told.append(log, b"") is NotTaken.FULL
    async with a_log(tmp_path, caps) as log:
        assert log.octets == caps.octets
        assert told.append(log, b"") is NotTaken.FULL
        records = await read_count(log, 3)
        log.retire(records[-1][0])
        assert log.octets == 0
        await keep(log, b"again")
    assert told.by_record == {}


async def test_other_caps_hold_from_then_on(tmp_path):
    wide, told = Caps(segment=1 << 12, octets=10_000), Told()
    narrow = replace(wide, octets=2 * (1000 + HEADER))
    async with a_log(tmp_path, wide) as log:
        await keep(log, *(bytes([number]) * 1000 for number in range(3)))
        log.caps = narrow
        assert told.append(log, b"") is NotTaken.FULL
        records = await read_count(log, 3)
        log.retire(records[-1][0])
        await keep(log, bytes(1000), bytes([1]) * 1000)
        assert told.append(log, b"") is NotTaken.FULL
        log.caps = replace(wide, segment=1 << 14)
        await keep(log, bytes(5000))


async def test_octets_that_wait_for_a_segment_count_as_well(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    files.trouble["prepare"] = held_by(gate)
    async with a_log(tmp_path, Caps(segment=1 << 12, octets=100 + HEADER), files) as log:
        assert told.append(log, bytes(100)) is None
        assert log.octets == 100 + HEADER
        assert told.append(log, b"") is NotTaken.FULL
        gate.set()
        assert await told.of(bytes(100)) == KEPT


async def test_a_disk_that_does_not_keep_up_fills_memory_only_so_far(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    caps = Caps(segment=1 << 16, unwritten=2 * (1000 + HEADER))
    async with a_log(tmp_path, caps, files) as log:
        await keep(log, b"first")
        files.trouble["sync"] = held_by(gate)
        assert told.append(log, b"m" * 1000, Durability.MEMORY) is None
        assert told.append(log, b"d" * 1000) is None
        assert told.append(log, b"") is NotTaken.FULL
        gate.set()
        assert await told.of(b"d" * 1000) == KEPT
        assert told.append(log, b"") is None
        assert await told.of(b"") == KEPT


async def test_age_of_the_oldest_record_is_capped_also_after_a_restart(tmp_path):
    caps, told, clock = Caps(segment=1 << 12, full_after=60), Told(), SetClock()
    async with a_log(tmp_path, caps, clock=clock.both) as log:
        assert log.oldest_age == 0
        await keep(log, b"old")
        clock.now += 50
        await keep(log, b"young")
        clock.now += 11
        assert log.oldest_age == 61
        assert told.append(log, b"late") is NotTaken.FULL
    clock.now += 10
    async with a_log(tmp_path, caps, clock=clock.both) as log:
        assert log.oldest_age == 71
        assert told.append(log, b"late") is NotTaken.FULL
        (old, _), (young, _) = await read_count(log, 2)
        log.retire(old)
        log.retire(young)
        assert log.oldest_age == 0
        await keep(log, b"late")


async def test_retiring_the_oldest_makes_the_next_one_the_oldest(tmp_path):
    clock = SetClock()
    async with a_log(tmp_path, clock=clock.both) as log:
        await keep(log, b"old")
        clock.now += 50
        await keep(log, b"young")
        clock.now += 5
        (old, _), _ = await read_count(log, 2)
        log.retire(old)
        assert log.oldest_age == 5


@pytest.mark.parametrize("step", [86_400 * 365, -86_400 * 365])
async def test_a_step_of_the_clock_makes_no_record_older_or_younger(tmp_path, step):
    caps, clock = Caps(segment=1 << 12, full_after=60), SetClock()
    async with a_log(tmp_path, caps, clock=clock.both) as log:
        await keep(log, b"one")
        clock.stepped = step
        clock.now += 20
        assert log.oldest_age == 20
        await keep(log, b"two")
        (one, _), _ = await read_count(log, 2)
        log.retire(one)
        clock.now += 5
        assert log.oldest_age == 5


async def test_a_record_from_the_future_is_new(tmp_path):
    clock = SetClock()
    clock.stepped = 3600
    async with a_log(tmp_path, clock=clock.both) as log:
        await keep(log, b"one")
    clock.stepped = 0
    async with a_log(tmp_path, clock=clock.both) as log:
        assert log.oldest_age == 0
        clock.now += 5
        assert log.oldest_age == 5
