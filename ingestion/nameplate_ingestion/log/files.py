"""All file operations on which acknowledged events rest, in the log and behind it: tests put another layer here."""

import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Each raises OSError as the call of the same sense does."""

    def make_directory(self, path: Path) -> None:
        """Make it with its parents, so that a power cut does not undo it."""

    def names(self, directory: Path) -> list[str]:
        """Return the names of all files."""

    def lock(self, path: Path) -> int:
        """Return a descriptor that no second process gets. Raises BlockingIOError if another has it."""

    def create(self, path: Path) -> int:
        """Return a descriptor of a new, empty file; its name is safe after `sync_directory`."""

    def open(self, path: Path) -> int:
        """Return a descriptor for reading and writing."""

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""

    def size(self, descriptor: int) -> int:
        """Return the octets in the file."""

    def read(self, descriptor: int, size: int, offset: int) -> bytes:
        """Return up to `size` octets; fewer at the end of the file."""

    def write(self, descriptor: int, buffers: Sequence[bytes], offset: int) -> int:
        """Write the buffers one after the other and return how many octets were taken."""

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file."""

    def has_name(self, descriptor: int) -> bool:
        """Tell whether nobody has removed the file since it was opened."""

    def sync(self, descriptor: int) -> None:
        """Return when all that was written, and the file's size, survives a power cut."""

    def sync_directory(self, directory: Path) -> None:
        """Return when the names in the directory survive a power cut."""

    def remove(self, path: Path) -> None:
        """Take the file's name away."""


class DiskFiles:
    """The real ones."""

    def __init__(self, mode: int = 0o600) -> None:
        """Take the permissions of new files."""
        self._mode = mode

    def make_directory(self, path: Path) -> None:
        if path.is_dir():
            return
        self.make_directory(path.parent)
        path.mkdir(mode=0o750, exist_ok=True)
        self.sync_directory(path.parent)

    def names(self, directory: Path) -> list[str]:
        return os.listdir(directory)  # noqa: PTH208 - names are wanted, not paths

    def lock(self, path: Path) -> int:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def create(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, self._mode)

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def size(self, descriptor: int) -> int:
        return os.fstat(descriptor).st_size

    def read(self, descriptor: int, size: int, offset: int) -> bytes:
        return os.pread(descriptor, size, offset)

    def write(self, descriptor: int, buffers: Sequence[bytes], offset: int) -> int:
        return os.pwritev(descriptor, buffers, offset)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def has_name(self, descriptor: int) -> bool:
        return os.fstat(descriptor).st_nlink > 0

    def sync(self, descriptor: int) -> None:
        os.fdatasync(descriptor)

    def sync_directory(self, directory: Path) -> None:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        path.unlink()


BUFFERS_MOST = 1024
"""IOV_MAX of Linux: pwritev(2) takes no more buffers at once."""


def write_all(files: Files, descriptor: int, buffers: Sequence[bytes], offset: int) -> None:
    """Write all of the buffers, in as many calls as it takes."""
    for first in range(0, len(buffers), BUFFERS_MOST):
        part = buffers[first : first + BUFFERS_MOST]
        left = sum(map(len, part))
        while left:
            written = files.write(descriptor, part, offset)
            offset, left = offset + written, left - written
            if left:
                part = [b"".join(part)[written:]]


def lacks_space(error: OSError) -> bool:
    """Tell a full disk, which heals, from a broken one."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
