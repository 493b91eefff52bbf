"""What recovery makes of a directory: a torn tail is cut, damage hides nothing behind it, and both are reported."""

import pytest

from nameplate_ingestion.log.recovery import Cut, Losses
from nameplate_ingestion.log.terms import Caps
from tests.nameplate_ingestion.log.using import SMALL, Told, a_log, keep, read_all, read_count

TEN = [b"record %d" % number + bytes([number]) * 91 for number in range(10)]
FRAME = 24 + 99


def segments(directory):
    return sorted(directory.glob("*.segment"))


def overwrite(path, offset, octets):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(octets)


async def write_ten(directory, caps=SMALL, *, together=False):
    async with a_log(directory, caps) as log:
        if together:
            told = Told()
            for octets in TEN:
                told.append(log, octets)
        else:
            await keep(log, *TEN)
    return segments(directory)[0]


async def reopen(directory, caps=SMALL):
    async with a_log(directory, caps) as log:
        return log.losses, await read_all(log)


async def test_an_unharmed_log_loses_nothing_and_reports_nothing(tmp_path):
    first = await write_ten(tmp_path)
    assert await reopen(tmp_path) == (Losses(), TEN)
    assert first.stat().st_size == 10 * FRAME


@pytest.mark.parametrize("kept", [0, 1, 10, 23, 24, 25, FRAME - 2])
async def test_a_torn_tail_is_cut_and_reported_once(tmp_path, kept):
    first = await write_ten(tmp_path)
    whole = first.read_bytes()
    first.write_bytes(whole[: 9 * FRAME + kept].ljust(SMALL.segment, b"\0"))
    torn = (Cut(1, 9 * FRAME, 9 * FRAME + kept),) if kept else ()
    losses, found = await reopen(tmp_path)
    assert losses.damaged == ()
    assert [(cut.segment, cut.start) for cut in losses.torn] == [(cut.segment, cut.start) for cut in torn]
    assert found == TEN[:9]
    assert await reopen(tmp_path) == (Losses(), TEN[:9])


@pytest.mark.parametrize("at", [0, 5, 9, 14, 20, 24, 60, FRAME - 1])
async def test_damage_in_the_middle_is_told_from_a_torn_tail_and_hides_nothing(tmp_path, at):
    first = await write_ten(tmp_path)
    octet = first.read_bytes()[4 * FRAME + at]
    overwrite(first, 4 * FRAME + at, bytes([octet ^ 0xFF]))
    damaged = Losses(damaged=(Cut(1, 4 * FRAME, 5 * FRAME),))
    assert await reopen(tmp_path) == (damaged, TEN[:4] + TEN[5:])
    assert await reopen(tmp_path) == (damaged, TEN[:4] + TEN[5:])


async def test_in_the_last_group_a_hole_is_reported_as_torn_and_what_follows_is_kept(tmp_path):
    first = await write_ten(tmp_path, together=True)
    overwrite(first, 4 * FRAME, bytes(FRAME))
    assert await reopen(tmp_path) == (Losses(torn=(Cut(1, 4 * FRAME, 5 * FRAME),)), TEN[:4] + TEN[5:])
    async with a_log(tmp_path) as log:
        assert log.losses == Losses()
        await keep(log, b"in a later segment")
        assert await read_all(log) == [*TEN[:4], *TEN[5:], b"in a later segment"]
    assert await reopen(tmp_path) == (Losses(), [*TEN[:4], *TEN[5:], b"in a later segment"])


async def test_in_a_segment_that_was_followed_by_another_any_hole_is_damage(tmp_path):
    await write_ten(tmp_path, Caps(segment=5 * FRAME + 10))
    overwrite(segments(tmp_path)[0], 4 * FRAME + 50, b"\xff")
    losses, found = await reopen(tmp_path)
    assert [(cut.segment, cut.start) for cut in losses.damaged] == [(1, 4 * FRAME)]
    assert losses.torn == ()
    assert found == TEN[:4] + TEN[5:]


async def test_a_hole_in_the_first_group_of_a_segment_is_torn_whatever_went_before(tmp_path):
    await write_ten(tmp_path, Caps(segment=6 * FRAME), together=True)
    second = segments(tmp_path)[1]
    overwrite(second, FRAME + 50, b"\xff")
    losses, found = await reopen(tmp_path)
    assert losses == Losses(torn=(Cut(int(second.stem), FRAME, 2 * FRAME),))
    assert found == TEN[:7] + TEN[8:]


async def test_a_file_of_another_segment_holds_nothing_for_this_one(tmp_path):
    first = await write_ten(tmp_path)
    (tmp_path / f"{9:016d}.segment").write_bytes(first.read_bytes())
    first.unlink()
    losses, found = await reopen(tmp_path)
    assert found == []
    assert [cut.segment for cut in losses.torn] == [9]


async def test_a_life_begins_a_segment_with_a_number_that_none_had(tmp_path):
    await write_ten(tmp_path)
    highest = int(segments(tmp_path)[-1].stem)
    async with a_log(tmp_path) as log:
        await keep(log, b"next")
        assert (await read_count(log, 11))[-1][0].segment == highest + 1


async def test_half_prepared_and_retired_segments_are_removed(tmp_path):
    caps = Caps(segment=5 * FRAME)
    await write_ten(tmp_path, caps)
    (tmp_path / f"{50:016d}.segment").write_bytes(bytes(100))
    async with a_log(tmp_path, caps) as log:
        records = await read_count(log, 10)
        assert not (tmp_path / f"{50:016d}.segment").exists()
        log.retire(records[6][0])
    async with a_log(tmp_path, caps) as log:
        assert await read_all(log) == TEN[7:]
        assert not (tmp_path / f"{1:016d}.segment").exists()
