"""Reading and retiring: in order, only what is synced, no more than asked, and once more only after a crash."""

import asyncio
import threading

import pytest

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.files import DiskFiles
from nameplate_ingestion.log.recovery import Cut
from nameplate_ingestion.log.terms import Caps, LogInUseError
from nameplate_ingestion.position import Position
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.disk_trouble import DiskTrouble, held_by
from tests.nameplate_ingestion.log.using import SMALL, Told, a_log, keep, open_log, read_all, read_count

FRAME = 24 + 1000
RECORDS = [b"%04d" % number + bytes(996) for number in range(20)]
CAPS = Caps(segment=4 * FRAME)


async def test_records_come_in_order_over_segments(tmp_path):
    async with a_log(tmp_path, CAPS) as log:
        await keep(log, *RECORDS)
        records = await read_count(log, 20)
        assert [octets for _, octets in records] == RECORDS
        positions = [position for position, _ in records]
        assert positions == sorted(set(positions))


@pytest.mark.parametrize(
    ("most_octets", "count"),
    [
        pytest.param(0, 1, id="at least one"),
        pytest.param(FRAME - 1, 1, id="one that is larger than asked"),
        pytest.param(2 * FRAME, 2, id="as many as fit"),
        pytest.param(3 * FRAME - 1, 2, id="none that fits only in part"),
        pytest.param(1 << 30, 4, id="those of one segment"),
    ],
)
async def test_a_read_is_bounded(tmp_path, most_octets, count):
    async with a_log(tmp_path, CAPS) as log:
        await keep(log, *RECORDS)
        assert [octets for _, octets in await log.read(Position(0, 0), most_octets)] == RECORDS[:count]


async def test_reading_waits_for_the_sync(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        ((first, _),) = await read_count(log, 1)
        before = files.asked("sync")
        files.trouble["sync"] = held_by(gate)
        reading = asyncio.create_task(log.read(first, 1000))
        told.append(log, b"second", Durability.MEMORY)
        await eventually(lambda: files.asked("sync") > before, "the sync begins")
        assert not reading.done()
        gate.set()
        assert [octets for _, octets in await reading] == [b"second"]


async def test_retired_segments_are_removed_while_the_log_is_open(tmp_path):
    async with a_log(tmp_path, CAPS) as log:
        await keep(log, *RECORDS)
        assert len(list(tmp_path.glob("*.segment"))) >= 5
        records = await read_count(log, 20)
        log.retire(records[-1][0])
        await eventually(lambda: len(list(tmp_path.glob("*.segment"))) <= 2, "the retired segments are gone")
        log.retire(records[0][0])
        assert log.retired == records[-1][0]


async def test_retiring_record_by_record_syncs_hardly_ever(tmp_path):
    files = DiskTrouble(DiskFiles())
    async with a_log(tmp_path, Caps(segment=1 << 20), files) as log:
        await keep(log, *(b"%d" % number for number in range(500)))
        records = await read_count(log, 500)
        before = files.counts["sync", "cursor"]
        for position, _ in records:
            log.retire(position)
            await asyncio.sleep(0)
        assert files.counts["sync", "cursor"] - before < 50


async def test_a_closed_log_goes_on_behind_what_was_retired(tmp_path):
    async with a_log(tmp_path, CAPS) as log:
        await keep(log, *RECORDS)
        records = await read_count(log, 20)
        log.retire(records[12][0])
    async with a_log(tmp_path, CAPS) as log:
        assert log.retired == records[12][0]
        assert await read_all(log) == RECORDS[13:]


async def test_what_rots_while_the_log_is_open_is_skipped_and_reported(tmp_path):
    async with a_log(tmp_path, SMALL) as log:
        await keep(log, *RECORDS)
        with (tmp_path / f"{1:016d}.segment").open("r+b") as file:
            file.seek(7 * FRAME + 500)
            file.write(b"\xff")
        assert await read_all(log) == RECORDS[:7] + RECORDS[8:]
        assert log.losses.damaged == (Cut(1, 7 * FRAME, 8 * FRAME),)
        with pytest.raises(ValueError, match="no record"):
            await log.read(Position(1, 100), 1000)


async def test_a_second_opening_of_the_same_directory_is_refused(tmp_path):
    async with a_log(tmp_path) as log:
        with pytest.raises(LogInUseError):
            open_log(tmp_path)
        await keep(log, b"the first goes on")
    async with a_log(tmp_path) as log:
        assert await read_all(log) == [b"the first goes on"]


async def test_a_segment_is_ready_before_it_is_needed(tmp_path):
    async with a_log(tmp_path, CAPS) as log:
        await keep(log, b"first")
        for octets in RECORDS:
            await eventually(lambda: not log._places.coming or log._places._spares, "what is ordered stands by")
            told = Told()
            told.append(log, octets, Durability.MEMORY)
            assert octets in told.by_record, "a record had to wait for its place"
