"""The layer above the disk's own calls: writes that are taken only in part, and the kinds of failure."""

import errno

import pytest

from nameplate_ingestion.log.files import DiskFiles, lacks_space, write_all


class ShortWrites(DiskFiles):
    """Takes no more than some octets at a time."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def write(self, descriptor, buffers, offset):
        return super().write(descriptor, [b"".join(buffers)[: self.most]], offset)


@pytest.mark.parametrize("most", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    "buffers", [[], [b"", b""], [b"abc"], [b"abc", b"", b"defg", b"h"], [b"%d" % n for n in range(3000)]]
)
def test_all_is_written_however_little_is_taken_at_once(tmp_path, most, buffers):
    files = ShortWrites(most)
    descriptor = files.create(tmp_path / "file")
    write_all(files, descriptor, buffers, 5)
    files.close(descriptor)
    wanted = b"".join(buffers)
    assert (tmp_path / "file").read_bytes() == (bytes(5) + wanted if wanted else b"")


def test_more_buffers_than_the_system_takes_at_once_are_written(tmp_path):
    files = DiskFiles()
    descriptor = files.create(tmp_path / "file")
    buffers = [b"%05d" % number for number in range(5000)]
    write_all(files, descriptor, buffers, 0)
    files.close(descriptor)
    assert (tmp_path / "file").read_bytes() == b"".join(buffers)


@pytest.mark.parametrize(
    ("number", "lacks"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False), (errno.EROFS, False)]
)
def test_a_full_disk_is_told_from_a_broken_one(number, lacks):
    assert lacks_space(OSError(number, "it failed")) is lacks


def test_a_directory_is_made_with_its_parents(tmp_path):
    DiskFiles().make_directory(tmp_path / "a" / "b" / "c")
    DiskFiles().make_directory(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
