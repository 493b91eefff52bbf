"""Copies on disk: what was kept is found again whole, or not at all."""

import threading

import pytest

from nameplate_ingestion.library.upstream.disk import DiskCopies
from nameplate_ingestion.library.upstream.terms import Copy

ALL = 10**9


def a_copy(body, **changes):
    return Copy.of(body, "text/javascript", gzip=False, validator='"v"')._replace(**changes)


@pytest.fixture
def kept(tmp_path):
    """Return a function that keeps copies in a directory, as a process does that ends in order."""

    def keep(**copies):
        disk = DiskCopies(tmp_path / "d")
        for name, copy in copies.items():
            disk.keep(f"https://c.example/{name}", copy)
        disk.close(60)
        return tmp_path / "d"

    return keep


def test_another_process_finds_what_was_kept(kept):
    copies = {"a": a_copy(b"\x1f\x8b\n\nx", gzip=True), "b": a_copy(b"", validator=""), "c": a_copy(bytes(500_000))}
    directory = kept(**copies)
    assert dict(DiskCopies(directory).load(ALL)) == {f"https://c.example/{name}": c for name, c in copies.items()}


def test_a_later_copy_replaces_the_one_before_and_what_was_dropped_is_gone(kept):
    kept(a=a_copy(b"1"), b=a_copy(b"b"))
    directory = kept(a=a_copy(b"2"))
    disk = DiskCopies(directory)
    disk.drop("https://c.example/b")
    disk.close(60)
    assert dict(DiskCopies(directory).load(ALL)) == {"https://c.example/a": a_copy(b"2")}


def test_a_directory_that_was_never_written_holds_nothing(tmp_path):
    assert DiskCopies(tmp_path / "none").load(ALL) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda octets: octets[:-1],
        lambda octets: octets[:20],
        lambda octets: octets[:0],
        lambda octets: bytes(len(octets)),
        lambda octets: octets[:-1] + b"!",
        lambda octets: b"[]\n" + octets,
        lambda octets: b"\xff\n" + octets,
    ],
)
def test_a_damaged_copy_is_not_served_and_goes(kept, damage):
    directory = kept(a=a_copy(b"var a = 1"))
    (file,) = directory.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert DiskCopies(directory).load(ALL) == []
    assert list(directory.iterdir()) == []


def test_a_copy_that_was_being_written_is_none(kept):
    directory = kept(a=a_copy(b"var a = 1"))
    (file,) = directory.iterdir()
    file.rename(directory / "new")
    assert DiskCopies(directory).load(ALL) == []
    assert list(directory.iterdir()) == []


def test_what_is_more_than_may_be_kept_goes_the_eldest_first(kept):
    for number in range(10):
        directory = kept(**{f"n{number}": a_copy(bytes(10_000))})
    found = [url for url, _ in DiskCopies(directory).load(35_000)]
    assert found == ["https://c.example/n7", "https://c.example/n8", "https://c.example/n9"]
    assert len(list(directory.iterdir())) == 3


def test_a_disk_that_cannot_be_written_troubles_nobody(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    disk = DiskCopies(tmp_path / "file" / "d")
    for number in range(5):
        disk.keep(f"https://c.example/{number}", a_copy(b"a"))
    disk.close(60)
    assert len([record for record in caplog.records if "not kept on disk" in record.message]) == 1


def test_a_disk_that_hangs_is_given_a_bounded_number_of_changes(tmp_path, monkeypatch):
    go_on, begun = threading.Event(), threading.Event()
    disk = DiskCopies(tmp_path / "d")

    def hang(url, copy):
        begun.set()
        go_on.wait(60)

    monkeypatch.setattr(disk, "_write", hang)
    disk.keep("https://c.example/a", a_copy(b"a"))
    assert begun.wait(60)
    for number in range(1000):
        disk.keep(f"https://c.example/{number}", a_copy(b"a"))
    assert disk._changes.qsize() == 64
    go_on.set()
    disk.close(60)
