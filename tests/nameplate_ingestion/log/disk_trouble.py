"""A layer between the log and its files that counts what is asked, and fails where a test wants it."""

import errno
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from nameplate_ingestion.log.files import Files

Trouble = Callable[[str, str], None]
"""Is told an operation and the name of its file before it is done; raises OSError, or blocks."""


def broken(*_: str) -> None:
    """Fail as a disk does that cannot be written to any more."""
    raise OSError(errno.EIO, "input/output error")


def held_by(gate: threading.Event) -> Trouble:
    """Return a trouble that lasts until the gate is set."""

    def wait(*_: str) -> None:
        if not gate.wait(20):
            raise TimeoutError("the test never opened the gate")

    return wait


class DiskTrouble:
    """The operations of the files below."""

    def __init__(self, files: Files) -> None:
        self.trouble: dict[str, Trouble] = {}
        """By operation."""
        self.counts: Counter[tuple[str, str]] = Counter()
        """By operation and name of the file, also of those that failed."""
        self._files = files
        self._paths: dict[int, str] = {}
        self._mutex = threading.Lock()

    def _before(self, operation: str, name: str) -> None:
        with self._mutex:
            self.counts[operation, name] += 1
        trouble = self.trouble.get(operation)
        if trouble is not None:
            trouble(operation, name)

    def make_directory(self, path: Path) -> None:
        self._files.make_directory(path)

    def names(self, directory: Path) -> list[str]:
        return self._files.names(directory)

    def lock(self, path: Path) -> int:
        return self._files.lock(path)

    def create(self, path: Path) -> int:
        self._before("create", path.name)
        descriptor = self._files.create(path)
        self._paths[descriptor] = path.name
        return descriptor

    def open(self, path: Path) -> int:
        self._before("open", path.name)
        descriptor = self._files.open(path)
        self._paths[descriptor] = path.name
        return descriptor

    def close(self, descriptor: int) -> None:
        self._files.close(descriptor)

    def size(self, descriptor: int) -> int:
        return self._files.size(descriptor)

    def read(self, descriptor: int, size: int, offset: int) -> bytes:
        self._before("read", self._paths[descriptor])
        return self._files.read(descriptor, size, offset)

    def write(self, descriptor: int, buffers: Sequence[bytes], offset: int) -> int:
        # Zeros are what a segment is prepared with; they are told apart from records.
        self._before("write" if any(buffers[0][:1]) else "prepare", self._paths[descriptor])
        return self._files.write(descriptor, buffers, offset)

    def truncate(self, descriptor: int, size: int) -> None:
        self._before("truncate", self._paths[descriptor])
        self._files.truncate(descriptor, size)

    def has_name(self, descriptor: int) -> bool:
        return self._files.has_name(descriptor)

    def sync(self, descriptor: int) -> None:
        self._before("sync", self._paths[descriptor])
        self._files.sync(descriptor)

    def sync_directory(self, directory: Path) -> None:
        self._before("sync_directory", directory.name)
        self._files.sync_directory(directory)

    def remove(self, path: Path) -> None:
        self._before("remove", path.name)
        self._files.remove(path)

    def asked(self, operation: str) -> int:
        """Return how often an operation was asked for, whatever the file."""
        with self._mutex:
            return sum(times for (what, _), times in self.counts.items() if what == operation)
