"""When a record is told to be kept: taken, synced or retired."""

import threading

import pytest

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.files import DiskFiles
from nameplate_ingestion.log.terms import NotTaken
from nameplate_ingestion.position import Position
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.disk_trouble import DiskTrouble, held_by
from tests.nameplate_ingestion.log.using import KEPT, SMALL, Told, a_log, keep, open_log, read_count


async def test_memory_is_told_before_the_disk_has_it(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        files.trouble["sync"] = held_by(gate)
        assert told.append(log, b"memory", Durability.MEMORY) is None
        assert told.by_record == {b"memory": KEPT}
        gate.set()
        assert [octets for _, octets in await read_count(log, 2)] == [b"first", b"memory"]


async def test_disk_is_told_after_a_completed_sync_and_not_before(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        syncs = files.asked("sync")
        files.trouble["sync"] = held_by(gate)
        told.append(log, b"disk")
        await eventually(lambda: files.asked("sync") > syncs, "the sync begins")
        assert told.by_record == {}
        gate.set()
        assert await told.of(b"disk") == KEPT


async def test_sink_is_told_when_it_is_retired(tmp_path):
    told = Told()
    async with a_log(tmp_path) as log:
        told.append(log, b"one", Durability.SINK)
        told.append(log, b"two", Durability.SINK)
        (one, _), (two, _) = await read_count(log, 2)
        assert told.by_record == {}
        log.retire(one)
        assert told.by_record == {b"one": KEPT}
        log.retire(two)
        assert told.by_record == {b"one": KEPT, b"two": KEPT}


async def test_what_comes_during_a_sync_shares_the_next_one(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        before = files.asked("sync")
        files.trouble["sync"] = held_by(gate)
        told.append(log, b"alone")
        await eventually(lambda: files.asked("sync") == before + 1, "the sync begins")
        together = [b"together %d" % number for number in range(100)]
        for octets in together:
            told.append(log, octets)
        gate.set()
        for octets in together:
            assert await told.of(octets) == KEPT
        assert files.asked("sync") == before + 2


async def test_the_first_record_waits_for_the_first_segment(tmp_path):
    files, told, gate = DiskTrouble(DiskFiles()), Told(), threading.Event()
    files.trouble["prepare"] = held_by(gate)
    async with a_log(tmp_path, files=files) as log:
        assert told.append(log, b"memory", Durability.MEMORY) is None
        assert told.append(log, b"disk") is None
        assert told.by_record == {}
        assert log.octets > 0
        gate.set()
        assert await told.of(b"disk") == KEPT
        assert told.by_record == {b"memory": KEPT, b"disk": KEPT}


async def test_closing_keeps_what_was_taken_and_says_so(tmp_path):
    told = Told()
    log = open_log(tmp_path)
    await keep(log, b"first")
    told.append(log, b"disk")
    told.append(log, b"memory", Durability.MEMORY)
    told.append(log, b"sink", Durability.SINK)
    await log.close()
    assert told.by_record == {b"disk": KEPT, b"memory": KEPT, b"sink": NotTaken.FAILED}
    assert told.append(log, b"late") is NotTaken.FAILED
    assert not log.ready
    async with a_log(tmp_path) as log:
        assert [octets for _, octets in await read_count(log, 4)] == [b"first", b"disk", b"memory", b"sink"]


async def test_a_record_that_fits_into_no_segment_is_a_mistake(tmp_path):
    async with a_log(tmp_path) as log:
        with pytest.raises(ValueError, match="does not fit"):
            Told().append(log, bytes(SMALL.segment))


async def test_an_empty_record_and_one_of_zeros_come_back(tmp_path):
    async with a_log(tmp_path) as log:
        await keep(log, b"", bytes(5000))
    async with a_log(tmp_path) as log:
        assert [octets for _, octets in await read_count(log, 2)] == [b"", bytes(5000)]
        assert log.retired == Position(0, 0)
