"""Scanning a segment: what of it can be read, where it cannot, and whether that was acknowledged. Pure."""

from typing import NamedTuple

from nameplate_ingestion.log.frame import MAGIC, Frame, frame_at


class Gap(NamedTuple):
    """A stretch between frames that cannot be read."""

    start: int
    end: int
    acknowledged: bool
    """Whether it certainly held records that were acknowledged; a power cut leaves only gaps of which this is False."""


class Scan(NamedTuple):
    """What stands in one segment."""

    end: int
    """Of the last whole frame; 0 if there is none."""
    gaps: tuple[Gap, ...]
    voids: tuple[Gap, ...]
    """Frames that say of themselves that nothing is to be read there."""
    torn: int
    """Octets behind the last whole frame that are not all zeros."""
    taken_at: int | None
    """When the first record behind `since` was taken; None if there is none."""


def scan(segment: int, data: bytes, since: int = 0) -> Scan:
    """Find every whole frame: one that cannot be read hides none that follows it."""
    view = memoryview(data)
    offset = synced = 0
    holes: list[tuple[int, int]] = []
    voids: list[Gap] = []
    taken_at: int | None = None
    while (frame := frame_at(segment, view, offset) or _next(segment, data, offset + 1)) is not None:
        if frame.start > offset:
            holes.append((offset, frame.start))
        if frame.void:
            voids.append(Gap(frame.start, frame.end, acknowledged=False))
        elif taken_at is None and frame.end > since:
            taken_at = frame.taken_at
        offset, synced = frame.end, max(synced, frame.synced)
    gaps = tuple(Gap(start, end, start < synced) for start, end in holes)
    return Scan(offset, gaps, tuple(voids), len(data[offset:].rstrip(b"\0")), taken_at)


def _next(segment: int, data: bytes, offset: int) -> Frame | None:
    view = memoryview(data)
    while (offset := data.find(MAGIC, offset)) >= 0:
        if (frame := frame_at(segment, view, offset)) is not None:
            return frame
        offset += 1
    return None
