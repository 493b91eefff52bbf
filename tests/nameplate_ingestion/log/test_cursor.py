"""The cursor on disk: the newest whole slot counts, and a power cut in the middle of a save leaves the one before."""

import random
from pathlib import Path

import pytest

from nameplate_ingestion.log.cursor import Cursor
from nameplate_ingestion.position import Position
from tests.nameplate_ingestion.log.forgetful_files import ForgetfulFiles

DIRECTORY = Path("/log")


def saved(*positions):
    files = ForgetfulFiles()
    cursor = Cursor(files, DIRECTORY)
    for position in positions:
        cursor.save(Position(*position))
    return files


def read(files):
    return Cursor(files, DIRECTORY).position


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        pytest.param([], (0, 0), id="a new log"),
        pytest.param([(1, 50)], (1, 50), id="one save"),
        pytest.param([(1, 50), (1, 60)], (1, 60), id="both slots"),
        pytest.param([(1, 50), (1, 60), (2, 10)], (2, 10), id="the first slot again"),
        pytest.param([(1 << 40, 1 << 31)], (1 << 40, 1 << 31), id="large numbers"),
    ],
)
def test_what_was_saved_last_is_read(positions, expected):
    files = saved(*positions)
    assert read(files.after_power_cut(random.Random(1))) == expected  # noqa: S311 - repeatable, not secret


@pytest.mark.parametrize("slot", [0, 4096])
def test_one_slot_that_cannot_be_read_leaves_the_other(slot):
    files = saved((1, 50), (1, 60))
    descriptor = files.open(DIRECTORY / "cursor")
    files.write(descriptor, [b"\xff" * 28], slot)
    assert read(files) in {(1, 50), (1, 60)}
    assert read(files) == read(files)


def test_without_a_slot_that_can_be_read_all_is_delivered_again():
    files = saved((1, 50))
    descriptor = files.open(DIRECTORY / "cursor")
    files.write(descriptor, [bytes(5000)], 0)
    assert read(files) == (0, 0)


def test_saves_go_on_in_the_older_slot_after_a_restart():
    files = saved((1, 10), (1, 20), (1, 30))
    cursor = Cursor(files, DIRECTORY)
    descriptor = files.open(DIRECTORY / "cursor")
    before = {slot: files.read(descriptor, 28, slot) for slot in (0, 4096)}
    cursor.save(Position(1, 40))
    (changed,) = [slot for slot in before if files.read(descriptor, 28, slot) != before[slot]]
    files.write(descriptor, [bytes(28)], changed)
    assert read(files) == (1, 30)
