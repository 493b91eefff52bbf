"""Reading over what cannot be read: voids, damage, and either beside the other, wherever they stand in a segment."""

import asyncio
import contextlib

import pytest

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.frame import HEADER, MAGIC, record_header, void_header
from nameplate_ingestion.log.segment import segment_path
from nameplate_ingestion.log.terms import NotTaken
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.using import KEPT, Told, a_log, keep, read_count

SIZE = 50
FRAME = HEADER + SIZE


def frame(letter, segment, offset, synced):
    """Return a record of this letter; `v` is a void in its place, and `x` a record that will rot."""
    if letter == "v":
        return void_header(segment, offset, offset + FRAME) + b"?" * SIZE
    octets = letter.encode() * SIZE
    return record_header(segment, offset, octets, synced, 1_900_000_000) + octets


def segment(number, letters):
    octets = b""
    for letter in letters:
        octets += frame(letter, number, len(octets), len(octets))
    return octets


def rot(path):
    with path.open("r+b") as file:
        whole = file.read()
        for place in range(0, len(whole), FRAME):
            if whole[place : place + 4] == MAGIC and whole[place + FRAME - 1 : place + FRAME] == b"x":
                file.seek(place + FRAME - 1)
                file.write(b"?")


def rot_what_is_left(paths):
    """Let segments rot but those that their log deletes meanwhile."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            rot(path)


@pytest.mark.parametrize("most_octets", [0, 60, 3 * FRAME, 1 << 16])
@pytest.mark.parametrize("when", ["before it is opened", "while it is open"])
@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param(["AvxC"], "AC", id="a void before damage"),
        pytest.param(["vxC"], "C", id="at the beginning"),
        pytest.param(["AxvC"], "AC", id="a void after damage"),
        pytest.param(["AxvxvvxxC"], "AC", id="one after the other"),
        pytest.param(["AvxvB", "vxC"], "ABC", id="over two segments"),
        pytest.param(["Avx", "C"], "AC", id="damage at a segment's end"),
        pytest.param(["Axv", "C"], "AC", id="a void at a segment's end"),
        pytest.param(["A", "vx", "x", "v", "C"], "AC", id="segments that hold nothing"),
        pytest.param(["A" + "v" * 1500 + "C"], "AC", id="more voids than calls may nest"),
    ],
)
async def test_whatever_is_whole_is_read(tmp_path, segments, expected, when, most_octets):
    paths = [segment_path(tmp_path, number) for number in range(1, len(segments) + 1)]
    for number, (path, letters) in enumerate(zip(paths, segments, strict=True), 1):
        path.write_bytes(segment(number, letters))
        if when == "before it is opened":
            rot(path)
    async with a_log(tmp_path) as log:
        if when == "while it is open":
            rot_what_is_left(paths)
        await keep(log, b"appended")
        records = await read_count(log, len(expected) + 1, most_octets)
        assert [octets for _, octets in records] == [*(letter.encode() * SIZE for letter in expected), b"appended"]


@pytest.mark.parametrize("when", ["before it is read", "after it is read", "after it is retired"])
@pytest.mark.parametrize(
    ("segments", "letters"),
    [
        pytest.param(["Av"], "A", id="a void at the end"),
        pytest.param(["Avxv"], "A", id="voids and damage at the end"),
        pytest.param(["Ax", "vx"], "A", id="over two segments"),
        pytest.param(["A", "xxv"], "A", id="a whole segment at the end"),
        pytest.param(["x"], "", id="damage alone"),
    ],
)
async def test_an_idle_log_whose_end_cannot_be_read_gets_empty(tmp_path, segments, letters, when):
    paths = [segment_path(tmp_path, number) for number in range(1, len(segments) + 1)]
    for number, (path, content) in enumerate(zip(paths, segments, strict=True), 1):
        path.write_bytes(segment(number, content))

    async with a_log(tmp_path) as log:
        if when == "before it is read":
            rot_what_is_left(paths)
        records = await read_count(log, len(letters), 0)
        if when == "after it is read":
            rot_what_is_left(paths)
        for position, _ in records:
            log.retire(position)
        if when == "after it is retired":
            rot_what_is_left(paths)
        waiting = asyncio.create_task(log.read(log.retired, 1 << 16))
        await eventually(lambda: log.octets == 0, "the log to be empty")
        assert log.oldest_age == 0
        assert not waiting.done()
        await keep(log, b"appended")
        ((position, octets),) = await waiting
        assert octets == b"appended"
        log.retire(position)
        assert log.octets == 0
    async with a_log(tmp_path) as log:
        assert log.octets == 0


async def test_a_record_that_rots_before_a_sink_has_it_is_not_said_to_be_delivered(tmp_path):
    told = Told()
    async with a_log(tmp_path) as log:
        for letter in (b"A", b"x"):
            assert told.append(log, letter * SIZE, Durability.SINK) is None
        ((position, _), *_) = await read_count(log, 2)
        (path,) = (path for path in tmp_path.glob("*.segment") if MAGIC in path.read_bytes())
        rot(path)
        log.retire(position)
        assert told.by_record == {b"A" * SIZE: KEPT}
        waiting = asyncio.create_task(log.read(position, 1 << 16))
        assert await told.of(b"x" * SIZE) is NotTaken.FAILED
        assert log.octets == 0
        waiting.cancel()
