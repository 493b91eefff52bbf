"""Reading records back, for whoever takes them further: in order, and no more at a time than was asked for."""

from nameplate_ingestion.log.backlog import Stretch
from nameplate_ingestion.log.files import Files
from nameplate_ingestion.log.frame import HEADER, frame_at, whole_length
from nameplate_ingestion.log.recovery import read_segment
from nameplate_ingestion.log.scan import Gap, scan
from nameplate_ingestion.log.segment import Segment
from nameplate_ingestion.position import Position

Records = list[tuple[Position, bytes]]


class DamagedError(Exception):
    """What was whole when it was written, or at recovery, cannot be read any more."""


def read_records(files: Files, stretch: Stretch, most_octets: int) -> Records:
    """Return the first records of the stretch: up to `most_octets` with headers, but at least one.

    Blocks on the disk. Raises OSError, and DamagedError if the first is not whole.
    """
    segment, start, end = stretch
    descriptor = files.open(segment.path)
    try:
        data = files.read(descriptor, min(max(most_octets, HEADER), end - start), start)
        length = whole_length(segment.number, start, data[:HEADER])
        if length is None or length > end - start:
            raise DamagedError
        if length > len(data):
            data = files.read(descriptor, length, start)
    finally:
        files.close(descriptor)
    records: Records = []
    view = memoryview(data)
    offset = start
    while (frame := frame_at(segment.number, view, offset, start)) is not None and not frame.void:
        records.append((Position(segment.number, frame.end), data[offset - start + HEADER : frame.end - start]))
        offset = frame.end
    if not records:
        raise DamagedError
    return records


def find_gaps(files: Files, segment: Segment) -> tuple[Gap, ...]:
    """Return what of the segment cannot be read, though all of it once was whole, and its voids. Raises OSError."""
    # Asked for first: what is synced while the file is read must not count as unreadable.
    synced = segment.synced
    found = scan(segment.number, read_segment(files, segment.path)[:synced])
    tail = [Gap(found.end, synced, acknowledged=True)] if found.end < synced else []
    return tuple(sorted((*found.gaps, *found.voids, *tail)))
