"""Reading over what cannot be read: voids, damage, and either beside the other, wherever they stand in a segment."""

from pathlib import Path

import pytest

from nameplate_ingestion.log.frame import HEADER, MAGIC, record_header, void_header
from nameplate_ingestion.log.segment import segment_path
from tests.nameplate_ingestion.log.using import a_log, keep, read_count

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
    whole = path.read_bytes()
    for place in range(0, len(whole), FRAME):
        if whole[place : place + 4] == MAGIC and whole[place + FRAME - 1 : place + FRAME] == b"x":
            with path.open("r+b") as file:
                file.seek(place + FRAME - 1)
                file.write(b"?")


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
            for path in filter(Path.exists, paths):
                rot(path)
        await keep(log, b"appended")
        records = await read_count(log, len(expected) + 1, most_octets)
        assert [octets for _, octets in records] == [*(letter.encode() * SIZE for letter in expected), b"appended"]
