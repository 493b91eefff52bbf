"""Numbered files of lines in one directory: what was appended survives a power cut, and nothing here removes it."""

import contextlib
import errno
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nameplate_ingestion.log.files import DiskFiles, write_all

_TAIL = 64 * 1024
_FILES = DiskFiles()


class Caps(NamedTuple):
    """How large files may grow, in octets."""

    file: int
    """One file: the append that reaches it is the last one in it."""
    all: int
    """All files together: what would go beyond is refused until somebody takes files away."""


class LineFiles:
    """Files ``<name>-000001.jsonl`` and so on; blocking, for the threads of one process.

    Whoever collects the files may take away every one but the newest, and that one too if need be.
    """

    def __init__(self, directory: Path, name: str, caps: Caps) -> None:
        """Take the directory, which is made when there is something to write."""
        self._directory = directory
        self._name = name
        self._caps = caps
        self._descriptor: int | None = None
        self._number = 0
        self._size = 0
        self._most = caps.all
        """All files together have no more than this: others only take away."""
        self._lock = threading.Lock()

    def append(self, lines: Sequence[bytes]) -> None:
        """Write all lines and return once they are safe, or none of them. Raises OSError, ENOSPC at the cap."""
        octets = b"".join([line + b"\n" for line in lines])
        with self._lock:
            self._append(octets)

    def total(self) -> int:
        """Return the octets of all files that are there now."""
        total = 0
        for path in self.paths():
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    def paths(self) -> list[Path]:
        """Return the files that are there now, oldest first."""
        return sorted(self._directory.glob(f"{self._name}-*.jsonl"), key=_number)

    def close(self) -> None:
        """Close the file that is open."""
        with self._lock:
            self._close()

    def _append(self, octets: bytes) -> None:
        if self._most + len(octets) > self._caps.all:
            self._most = self.total()
        if self._most + len(octets) > self._caps.all:
            raise OSError(errno.ENOSPC, f"the files of {self._directory} have reached their cap; take some away")
        descriptor = self._open()
        try:
            write_all(_FILES, descriptor, [octets], self._size)
            os.fdatasync(descriptor)
        except OSError:
            # What an fsync failed for is never to be trusted to a second one: the next append begins a new file.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, self._size)
            self._begin_anew()
            self._most = self._caps.all
            raise
        self._size += len(octets)
        self._most += len(octets)
        if os.fstat(descriptor).st_nlink == 0:
            self._begin_anew()
            raise OSError(errno.ESTALE, f"a file of {self._directory} was removed while it was written")
        if self._size >= self._caps.file:
            self._begin_anew()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _begin_anew(self) -> None:
        self._close()
        self._number += 1

    def _open(self) -> int:
        if self._descriptor is None:
            _FILES.make_directory(self._directory)
            newest = self.paths()[-1:]
            self._number = max([1, self._number, *map(_number, newest)])
            while self._descriptor is None:
                self._try_open(self._directory / f"{self._name}-{self._number:06}.jsonl")
        return self._descriptor

    def _try_open(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            size = _cut_torn_line(descriptor)
            _FILES.sync_directory(self._directory)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor, self._size = descriptor, size
        if size >= self._caps.file:
            self._begin_anew()


def _number(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _cut_torn_line(descriptor: int) -> int:
    """Remove what a crash left of a line without an end; it was never called safe. Return the size that remains."""
    end = os.fstat(descriptor).st_size
    size = end
    while size:
        start = max(0, size - _TAIL)
        found = os.pread(descriptor, size - start, start).rfind(b"\n")
        size = start if found < 0 else start + found + 1
        if found >= 0:
            break
    if size < end:
        os.ftruncate(descriptor, size)
    return size
