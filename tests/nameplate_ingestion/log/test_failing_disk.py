"""A disk that fails: intake ends for good, all who wait learn it, and no file is synced again that once was not."""

import pytest

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.files import DiskFiles
from nameplate_ingestion.log.terms import NotTaken
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.disk_trouble import DiskTrouble, broken
from tests.nameplate_ingestion.log.using import KEPT, SMALL, Told, a_log, keep, read_count


@pytest.mark.parametrize("operation", ["sync", "write"])
async def test_all_who_wait_are_told_and_nobody_is_let_in_again(tmp_path, operation):
    files, told = DiskTrouble(DiskFiles()), Told()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        told.append(log, b"sink before", Durability.SINK)
        await read_count(log, 2)
        files.trouble[operation] = broken
        told.append(log, b"memory", Durability.MEMORY)
        levels = {b"disk 1": Durability.DISK, b"disk 2": Durability.DISK, b"sink": Durability.SINK}
        for octets, level in levels.items():
            told.append(log, octets, level)
        assert await told.of(b"sink before") is NotTaken.FAILED
        assert told.by_record == {
            b"memory": KEPT,
            **dict.fromkeys([b"sink before", b"disk 1", b"disk 2", b"sink"], NotTaken.FAILED),
        }
        assert not log.ready
        assert isinstance(log.failure, OSError)
        files.trouble.clear()
        assert told.append(log, b"late") is NotTaken.FAILED
        records = await read_count(log, 2)
        assert [octets for _, octets in records] == [b"first", b"sink before"]
        log.retire(records[-1][0])
        assert told.by_record[b"sink before"] is NotTaken.FAILED


async def test_a_file_whose_sync_failed_is_never_synced_again(tmp_path):
    files, told = DiskTrouble(DiskFiles()), Told()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        (segment,) = {name for (what, name) in files.counts if what == "write" and name.endswith(".segment")}
        files.trouble["sync"] = broken
        before = files.counts["sync", segment]
        told.append(log, b"disk")
        assert await told.of(b"disk") is NotTaken.FAILED
        files.trouble.clear()
    assert files.counts["sync", segment] == before + 1


@pytest.mark.parametrize("operation", ["create", "prepare", "sync_directory"])
async def test_a_segment_that_cannot_be_prepared_ends_the_log(tmp_path, operation):
    files, told = DiskTrouble(DiskFiles()), Told()
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        files.trouble[operation] = broken
        records = [b"%d" % number + bytes(SMALL.segment // 2) for number in range(3)]
        for octets in records:
            if told.append(log, octets) is None:
                await told.of(octets)
        await eventually(lambda: not log.ready, "the log ends")
        assert set(told.by_record.values()) <= {KEPT, NotTaken.FAILED}
        assert told.append(log, b"late") is NotTaken.FAILED
        files.trouble.clear()


async def test_a_cursor_that_cannot_be_saved_ends_the_log(tmp_path):
    files = DiskTrouble(DiskFiles())
    async with a_log(tmp_path, files=files) as log:
        await keep(log, b"first")
        ((position, _),) = await read_count(log, 1)
        files.trouble["sync"] = lambda _, name: broken() if name == "cursor" else None
        log.retire(position)
        await eventually(lambda: not log.ready, "the log ends")
        files.trouble.clear()
    assert isinstance(log.failure, OSError)
