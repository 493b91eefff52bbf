"""A segment: one file of the log, filled with zeros before it is needed and then with frames from front to back."""

import contextlib
from pathlib import Path

from nameplate_ingestion.log.files import Files, write_all
from nameplate_ingestion.log.scan import Gap

_SUFFIX = ".segment"
_ZEROS = bytes(1024**2)


class Segment:
    """What is known of the file without looking."""

    __slots__ = ("base", "descriptor", "gaps", "number", "path", "size", "synced", "tail")

    descriptor: int
    """Of one that is written to; the committer closes it."""
    base: int
    """Octets in the log before this segment, counted from when the log was opened."""
    tail: int
    """Where the next record goes; of the loop's thread."""
    synced: int
    """Up to where it may be read; of the loop's thread."""
    gaps: tuple[Gap, ...]
    """What of it holds nothing that can be read, in order; they do not overlap."""

    def __init__(self, path: Path, number: int, size: int, descriptor: int = -1) -> None:
        self.path = path
        self.number = number
        self.size = size
        self.descriptor = descriptor
        self.base = self.tail = self.synced = 0
        self.gaps = ()

    def pass_gaps(self, offset: int) -> int:
        """Return where there may be a record, at this offset or behind the gaps that begin here."""
        for gap in self.gaps:
            if gap.start <= offset < gap.end:
                offset = gap.end
        return offset


def segment_path(directory: Path, number: int) -> Path:
    """Return where the segment stands."""
    return directory / f"{number:016d}{_SUFFIX}"


def segment_number(name: str) -> int | None:
    """Return the number of the segment of that name; None if it names none."""
    digits = name.removesuffix(_SUFFIX)
    return int(digits) if digits != name and digits.isdecimal() else None


def prepare(files: Files, directory: Path, number: int, size: int) -> Segment:
    """Return a new segment whose zeros and whose name are safe on disk.

    Overwriting them later changes nothing of the file but its content, which makes syncing cheaper, and takes no space.
    Raises OSError, and then leaves nothing behind.
    """
    path = segment_path(directory, number)
    descriptor = files.create(path)
    try:
        for offset in range(0, size, len(_ZEROS)):
            write_all(files, descriptor, [_ZEROS[: size - offset]], offset)
        files.sync(descriptor)
        files.sync_directory(directory)
    except OSError:
        files.close(descriptor)
        with contextlib.suppress(OSError):
            files.remove(path)
        raise
    return Segment(path, number, size, descriptor)
