"""Numbered files of lines in one directory: what was appended survives a power cut, and nothing here removes it."""

import contextlib
import errno
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nameplate_ingestion.log.files import DiskFiles, Files, write_all

_PART = 1024**2
"""Octets that are looked at at once."""
_MOST_AT_ONCE = 2 * 1024**2
"""Octets that are written at once, unless a line is longer: all that a sink is given; a quarter of the cap if less."""


class FileCaps(NamedTuple):
    """How large files may grow, in octets."""

    file: int
    """One file: the append that reaches it is the last one in it."""
    all: int
    """All files together: what would go beyond is refused until somebody takes files away.

    A single file that is left is no reason to refuse, so that a line longer than this is no obstacle for good.
    """


class LineFiles:
    """Files ``<name>-000001.jsonl`` and so on; blocking, for the threads of one process.

    Whoever collects the files may take away every one but the newest, and that one too if need be.
    """

    def __init__(self, directory: Path, name: str, caps: FileCaps, files: Files | None = None) -> None:
        """Take the directory, which is made when there is something to write."""
        # Whoever collects the files may be another user of the same group.
        self._files = files or DiskFiles(mode=0o640)
        self._directory = directory
        self._name = name
        self._caps = caps
        self._descriptor: int | None = None
        self._number = 0
        self._size = 0
        self._most = caps.all
        """All files together have no more than this: others only take away."""
        self._lock = threading.Lock()
        self._closed = False

    def append(self, lines: Sequence[bytes]) -> int:
        """Write the first lines, as many as go at once but at least one, and return how many once they are safe.

        Raises OSError, ENOSPC at the cap; then none is written.
        """
        most = min(_MOST_AT_ONCE, self._caps.all // 4)
        taken: list[bytes] = []
        size = 0
        for line in lines:
            size += len(line) + 1
            if taken and size > most:
                break
            taken.append(line + b"\n")
        with self._lock:
            # A thread may come to it when nobody waits for it any more: by then the files are a successor's.
            if self._closed:
                raise OSError(errno.EBADF, f"the files of {self._directory} are closed here")
            self._append(b"".join(taken))
        return len(taken)

    def total(self) -> int:
        """Return the octets of all files that are there now."""
        total = 0
        for path in self.paths():
            with contextlib.suppress(FileNotFoundError):
                descriptor = self._files.open(path)
                total += self._files.size(descriptor)
                self._files.close(descriptor)
        return total

    def paths(self) -> list[Path]:
        """Return the files that are there now, oldest first."""
        try:
            names = self._files.names(self._directory)
        except FileNotFoundError:
            return []
        ours = (name for name in names if name.startswith(f"{self._name}-") and name.endswith(".jsonl"))
        return sorted((self._directory / name for name in ours), key=_number)

    def close(self) -> None:
        """Close the file that is open, and write no more."""
        with self._lock:
            self._closed = True
            self._close()

    def _append(self, octets: bytes) -> None:
        if self._most + len(octets) > self._caps.all:
            self._most = self.total()
        # Whoever takes away all files but the newest has done enough: then there is room, however long a line is.
        if self._most + len(octets) > self._caps.all and len(self.paths()) > 1:
            raise OSError(errno.ENOSPC, f"the files of {self._directory} have reached their cap; take some away")
        descriptor = self._open()
        written = False
        try:
            write_all(self._files, descriptor, [octets], self._size)
            written = True
            self._files.sync(descriptor)
        except OSError:
            self._take_back(descriptor, written=written)
            raise
        self._size += len(octets)
        self._most += len(octets)
        if not self._files.has_name(descriptor):
            self._begin_anew()
            raise OSError(errno.ESTALE, f"a file of {self._directory} was removed while it was written")
        if self._size >= self._caps.file:
            self._begin_anew()

    def _take_back(self, descriptor: int, *, written: bool) -> None:
        """Remove what did not become safe.

        What an fsync failed for is never to be trusted to a second one: then the next append begins a new file, unless
        nothing else is in this one. A disk that is full for days must not be filled with empty files.
        """
        try:
            self._files.truncate(descriptor, self._size)
        except OSError:
            self._most = self._caps.all
            self._begin_anew()
        else:
            if written and self._size:
                self._begin_anew()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._files.close(descriptor)

    def _begin_anew(self) -> None:
        self._close()
        self._number += 1

    def _open(self) -> int:
        if self._descriptor is None:
            self._files.make_directory(self._directory)
            there = self.paths()
            self._number = max([1, self._number, *map(_number, there[-1:])])
            while self._descriptor is None:
                self._try_open(self._directory / f"{self._name}-{self._number:06}.jsonl", there)
        return self._descriptor

    def _try_open(self, path: Path, there: Sequence[Path]) -> None:
        descriptor = self._files.open(path) if path in there else self._files.create(path)
        try:
            size = _cut_torn_lines(self._files, descriptor)
            # What a killed process did not sync must not be torn by a power cut later, when another file is the newest.
            self._files.sync(descriptor)
            self._files.sync_directory(self._directory)
        except OSError:
            self._files.close(descriptor)
            raise
        self._descriptor, self._size = descriptor, size
        if size >= self._caps.file:
            self._begin_anew()


def _number(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def _cut_torn_lines(files: Files, descriptor: int) -> int:
    """Remove what a crash left of lines that were never called safe, and return the size that remains.

    That is a line without an end, and all from where a power cut took octets out: they are zeros then, and JSON
    has none.
    """
    offset = whole = 0
    while part := files.read(descriptor, _PART, offset):
        sound, zero, _ = part.partition(b"\0")
        if b"\n" in sound:
            whole = offset + sound.rindex(b"\n") + 1
        if zero:
            break
        offset += len(part)
    if whole < files.size(descriptor):
        files.truncate(descriptor, whole)
    return whole
