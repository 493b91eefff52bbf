"""Recovery: what an earlier life left in the directory, made safe to read, and what of it was lost.

A new life never writes behind the records of an earlier one but begins a segment of its own. Since a segment is synced
before the next one is written to, a power cut can only have torn the last one that holds anything.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nameplate_ingestion.log.files import Files, write_all
from nameplate_ingestion.log.frame import HEADER, void_header
from nameplate_ingestion.log.scan import Gap, Scan, scan
from nameplate_ingestion.log.segment import Segment, segment_number, segment_path
from nameplate_ingestion.position import Position


class Cut(NamedTuple):
    """Octets of a segment that cannot be read."""

    segment: int
    start: int
    end: int


class Losses(NamedTuple):
    """What recovery could not keep."""

    torn: tuple[Cut, ...] = ()
    """Left half-written by a power cut or a kill: never acknowledged, if the disk keeps its word."""
    damaged: tuple[Cut, ...] = ()
    """Here acknowledged records are lost; what follows is kept."""


class Recovered(NamedTuple):
    """What there is to go on with."""

    segments: tuple[Segment, ...]
    """Those with something to retire, in order."""
    taken_at: tuple[int, ...]
    """When the first such record of each was taken, in seconds since 1970."""
    next_number: int
    losses: Losses


def recover(files: Files, directory: Path, retired: Position) -> Recovered:
    """Read all segments, cut the torn tail, remove those without a record behind `retired`. Raises OSError."""
    numbers = sorted(number for name in files.names(directory) if (number := segment_number(name)) is not None)
    scans = {number: _scan(files, directory, number, retired) for number in numbers if number >= retired.segment}
    last = max((number for number, found in scans.items() if found.end or found.torn), default=None)
    segments, ages = [], []
    for number in numbers:
        found = scans.get(number)
        if found is None or found.taken_at is None:
            files.remove(segment_path(directory, number))
            continue
        segments.append(_settle(files, directory, number, found, last=number == last))
        ages.append(found.taken_at)
    losses = _losses({number: _unreadable(found, last=number == last) for number, found in scans.items()})
    return Recovered(tuple(segments), tuple(ages), max([*numbers, retired.segment]) + 1, losses)


def _scan(files: Files, directory: Path, number: int, retired: Position) -> Scan:
    content = read_segment(files, segment_path(directory, number))
    return scan(number, content, retired.offset if number == retired.segment else 0)


def read_segment(files: Files, path: Path) -> bytes:
    """Return the whole file. Raises OSError."""
    descriptor = files.open(path)
    try:
        return files.read(descriptor, files.size(descriptor), 0)
    finally:
        files.close(descriptor)


def _unreadable(found: Scan, *, last: bool) -> list[Gap]:
    tail = [Gap(found.end, found.end + found.torn, acknowledged=False)] if found.torn else []
    return [gap if last else gap._replace(acknowledged=True) for gap in (*found.gaps, *tail)]


def _losses(unreadable: dict[int, list[Gap]]) -> Losses:
    cuts = [(Cut(number, gap.start, gap.end), gap.acknowledged) for number, gaps in unreadable.items() for gap in gaps]
    return Losses(
        torn=tuple(cut for cut, acknowledged in cuts if not acknowledged),
        damaged=tuple(cut for cut, acknowledged in cuts if acknowledged),
    )


def _settle(files: Files, directory: Path, number: int, found: Scan, *, last: bool) -> Segment:
    segment = Segment(segment_path(directory, number), number, found.end)
    segment.tail = segment.synced = found.end
    segment.gaps = tuple(sorted((*found.gaps, *found.voids)))
    if last:
        _mend(files, segment, found.gaps)
    return segment


def _mend(files: Files, segment: Segment, gaps: Iterable[Gap]) -> None:
    descriptor = files.open(segment.path)
    try:
        for gap in gaps:
            if not gap.acknowledged and gap.end - gap.start >= HEADER:
                header = void_header(segment.number, gap.start, gap.end)
                write_all(files, descriptor, [header], gap.start)
        files.truncate(descriptor, segment.tail)
        files.sync(descriptor)
    finally:
        files.close(descriptor)
