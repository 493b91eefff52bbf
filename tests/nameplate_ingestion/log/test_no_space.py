"""A full disk: told like a full log, nothing is lost, and it heals; on a real small file system and on the layer."""

import pytest

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.files import DiskFiles
from nameplate_ingestion.log.terms import Caps, NotTaken
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.disk_trouble import DiskTrouble
from tests.nameplate_ingestion.log.forgetful_files import ForgetfulFiles
from tests.nameplate_ingestion.log.using import KEPT, Told, a_log, keep, read_all, read_count
from tests.nameplate_ingestion.volumes import small_volume

CAPS = Caps(segment=1 << 16)
SPACE = 1 << 18


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 KiB."""
    directory = tmp_path / "small"
    directory.mkdir()
    with small_volume(directory, str(SPACE)):
        yield directory


def record(number):
    return b"%06d" % number + bytes(5000)


async def fill(log, level):
    """Append until the log refuses, and return what was kept."""
    told, kept = Told(), []
    for number in range(1000):
        octets = record(number)
        outcome = told.append(log, octets, level) or await told.of(octets)
        if outcome is NotTaken.FULL:
            return kept
        assert outcome == KEPT
        kept.append(octets)
    raise AssertionError("the disk never got full")


async def fill_and_heal(directory, files, level):
    async with a_log(directory, CAPS, files) as log:
        kept = await fill(log, level)
        assert len(kept) > CAPS.segment // len(record(0))
        assert log.ready
        records = await read_count(log, len(kept))
        assert [octets for _, octets in records] == kept
        log.retire(records[-1][0])
        told = Told()
        await eventually(lambda: told.append(log, record(1000)) is None, "it takes records again")
        assert await told.of(record(1000)) == KEPT
        assert await read_all(log) == [record(1000)]
    async with a_log(directory, CAPS, files) as log:
        assert await read_all(log) == [record(1000)]


@pytest.mark.parametrize("level", [Durability.DISK, Durability.MEMORY])
async def test_a_small_disk_is_a_full_log_that_heals(small_disk, level):
    await fill_and_heal(small_disk, DiskFiles(), level)


@pytest.mark.parametrize("level", [Durability.DISK, Durability.MEMORY])
async def test_no_space_in_the_layer_is_a_full_log_that_heals(tmp_path, level):
    await fill_and_heal(tmp_path, ForgetfulFiles(space=SPACE), level)


async def test_who_waits_for_a_segment_that_cannot_be_prepared_is_told(tmp_path):
    files, told = ForgetfulFiles(space=3 * 8192), Told()
    async with a_log(tmp_path, CAPS, files) as log:
        assert told.append(log, b"waits") is None
        assert await told.of(b"waits") is NotTaken.FULL
        assert log.octets == 0
        assert told.append(log, b"late") is NotTaken.FULL
        assert not any(name.endswith(".segment") for name in files.names(tmp_path))
        files.space = SPACE
        await eventually(lambda: told.append(log, b"at last") is None, "it heals")
        assert await told.of(b"at last") == KEPT


async def test_a_log_opens_and_delivers_on_a_full_disk(tmp_path):
    files = ForgetfulFiles()
    async with a_log(tmp_path, CAPS, files) as log:
        await keep(log, b"one", b"two")
    left = files.after_kill()
    left.space = 0
    async with a_log(tmp_path, CAPS, left) as log:
        (_, one), (two, _) = await read_count(log, 2)
        assert one == b"one"
        log.retire(two)
        assert log.ready
    async with a_log(tmp_path, CAPS, left) as log:
        assert log.retired == two


async def test_a_write_for_which_there_is_no_space_is_made_when_there_is(tmp_path):
    files, told = DiskTrouble(DiskFiles()), Told()

    def no_space(*_):
        raise OSError(28, "no space left")

    async with a_log(tmp_path, CAPS, files) as log:
        await keep(log, b"first")
        files.trouble["write"] = no_space
        assert told.append(log, b"taken", Durability.MEMORY) is None
        assert told.append(log, b"waits") is None
        await eventually(lambda: told.append(log, b"late") is NotTaken.FULL, "it is full")
        del files.trouble["write"]
        assert await told.of(b"waits") == KEPT
        found = await read_all(log)
        assert found[:3] == [b"first", b"taken", b"waits"]
