"""Files of lines: safe before they are called so, rotated, whole after a crash, and never removed by us."""

import errno
import os

import pytest

from nameplate_ingestion.delivery.line_files import FileCaps, LineFiles

ROOMY = FileCaps(file=1000, all=100_000)


def lines_of(directory):
    return [line for path in sorted(directory.glob("*")) for line in path.read_bytes().splitlines()]


def test_lines_are_synced_before_append_returns(tmp_path, monkeypatch):
    synced = []
    fdatasync = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (synced.append(os.fstat(fd).st_size), fdatasync(fd)))
    files = LineFiles(tmp_path / "new" / "events", "events", ROOMY)
    files.append([b"one", b"two"])
    assert synced == [0, 8]
    assert lines_of(tmp_path / "new" / "events") == [b"one", b"two"]


def test_a_full_file_is_followed_by_another(tmp_path):
    files = LineFiles(tmp_path, "events", FileCaps(file=10, all=1000))
    for number in range(5):
        files.append([b"%06d" % number])
    assert [path.name for path in files.paths()] == [f"events-00000{number}.jsonl" for number in (1, 2, 3)]
    assert [path.stat().st_size for path in files.paths()] == [14, 14, 7]


def test_another_life_goes_on_behind_the_last_line(tmp_path):
    LineFiles(tmp_path, "events", ROOMY).append([b"one"])
    LineFiles(tmp_path, "events", ROOMY).append([b"two"])
    assert lines_of(tmp_path) == [b"one", b"two"]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "torn", [b"t", b"x" * 3_000_000, b"", b"\0" * 9 + b"tail\n", b"tw\0\0o\nthree\n", b"x" * 1_048_572 + b"\0\n"]
)
def test_lines_that_a_crash_tore_are_cut(tmp_path, torn):
    caps = FileCaps(file=10**7, all=10**7)
    LineFiles(tmp_path, "events", caps).append([b"one"])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + torn)
    LineFiles(tmp_path, "events", caps).append([b"two"])
    assert lines_of(tmp_path) == [b"one", b"two"]


def test_a_file_of_nothing_but_a_torn_line_is_emptied(tmp_path):
    (tmp_path / "events-000001.jsonl").write_bytes(b"x" * 100)
    LineFiles(tmp_path, "events", ROOMY).append([b"one"])
    assert lines_of(tmp_path) == [b"one"]


def test_at_the_cap_nothing_more_is_taken_until_somebody_takes_files_away(tmp_path):
    files = LineFiles(tmp_path, "events", FileCaps(file=10, all=30))
    for number in range(4):
        files.append([b"%06d" % number])
    with pytest.raises(OSError, match="take some away") as caught:
        files.append([b"000004"])
    assert caught.value.errno == errno.ENOSPC
    files.paths()[0].unlink()
    files.append([b"000004"])
    assert lines_of(tmp_path) == [b"000002", b"000003", b"000004"]


def test_a_file_that_is_taken_away_while_all_are_counted_counts_no_more(tmp_path, monkeypatch):
    files = LineFiles(tmp_path, "events", FileCaps(file=10, all=30))
    for number in range(4):
        files.append([b"%06d" % number])
    paths, taken = files.paths, []

    def taken_between():
        found = paths()
        if not taken:
            taken.append(found[0])
            found[0].unlink()
        return found

    monkeypatch.setattr(files, "paths", taken_between)
    files.append([b"000004"])
    assert lines_of(tmp_path) == [b"000002", b"000003", b"000004"]


def test_files_are_counted_again_only_when_they_may_have_reached_the_cap(tmp_path, monkeypatch):
    files = LineFiles(tmp_path, "events", FileCaps(file=100, all=1000))
    looks = []
    total = files.total
    monkeypatch.setattr(files, "total", lambda: looks.append(None) or total())
    for _ in range(300):
        files.append([b"123456"])
        for path in files.paths()[:-1]:
            path.unlink()
    assert 2 <= len(looks) <= 4


def test_what_an_fsync_failed_for_is_not_called_safe_and_the_next_lines_go_to_another_file(tmp_path, monkeypatch):
    files = LineFiles(tmp_path, "events", ROOMY)
    files.append([b"one"])
    fdatasync = os.fdatasync

    def broken(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(OSError, match="Input/output"):
        files.append([b"two"])
    monkeypatch.setattr(os, "fdatasync", fdatasync)
    files.append([b"two"])
    assert [path.read_bytes() for path in files.paths()] == [b"one\n", b"two\n"]


@pytest.mark.parametrize("operation", ["pwritev", "fdatasync"])
def test_a_disk_that_takes_nothing_for_long_is_not_filled_with_empty_files(tmp_path, monkeypatch, operation):
    files = LineFiles(tmp_path, "events", ROOMY)
    files.append([b"one"])
    works = getattr(os, operation)

    def broken(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, operation, broken)
    for _ in range(50):
        with pytest.raises(OSError, match="No space"):
            files.append([b"two"])
    assert len(files.paths()) <= 2
    monkeypatch.setattr(os, operation, works)
    files.append([b"two"])
    assert lines_of(tmp_path) == [b"one", b"two"]


def test_half_a_write_on_a_full_disk_leaves_no_torn_line(tmp_path, monkeypatch):
    files = LineFiles(tmp_path, "events", ROOMY)
    files.append([b"one"])
    write = os.pwritev

    def short(descriptor, buffers, offset):
        octets = b"".join(buffers)
        if len(octets) <= 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, [octets[:2]], offset)

    monkeypatch.setattr(os, "pwritev", short)
    with pytest.raises(OSError, match="No space"):
        files.append([b"two"])
    monkeypatch.setattr(os, "pwritev", write)
    files.append([b"three"])
    assert lines_of(tmp_path) == [b"one", b"three"]


def test_a_file_that_was_removed_under_the_writer_is_noticed_and_another_begun(tmp_path):
    files = LineFiles(tmp_path, "events", ROOMY)
    files.append([b"one"])
    files.paths()[0].unlink()
    with pytest.raises(OSError, match="was removed"):
        files.append([b"two"])
    files.append([b"two"])
    assert lines_of(tmp_path) == [b"two"]


def test_what_comes_too_late_is_not_written_into_the_files_of_a_successor(tmp_path):
    files, successor = LineFiles(tmp_path, "events", ROOMY), LineFiles(tmp_path, "events", ROOMY)
    files.append([b"one"])
    files.close()
    successor.append([b"two"])
    with pytest.raises(OSError, match="closed"):
        files.append([b"late"])
    successor.append([b"three"])
    assert lines_of(tmp_path) == [b"one", b"two", b"three"]
