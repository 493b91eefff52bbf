"""The backlog: the segments that hold what is not retired, in order. All of it belongs to the loop's thread."""

from collections import deque
from typing import NamedTuple

from nameplate_ingestion.log.segment import Segment
from nameplate_ingestion.position import Position

_MARK_EVERY = 1.0
"""Seconds by which the age of the oldest record may be told too high."""


class Stretch(NamedTuple):
    """Part of a segment that can be read at once."""

    segment: Segment
    start: int
    end: int


class Backlog:
    """What is between the cursor and the tail."""

    def __init__(self, retired: Position) -> None:
        """Begin without a segment."""
        self.retired = retired
        self._segments: list[Segment] = []
        self._marks: deque[tuple[Position, float]] = deque()
        """Records from this position on were taken at this time or later."""

    def add(self, segment: Segment) -> None:
        """Let the segment follow those before; that one gets no more records."""
        if self._segments:
            segment.base = self._segments[-1].base + self._segments[-1].tail
        self._segments.append(segment)

    def mark(self, segment: Segment, offset: int, now: float) -> None:
        """Note that the record at this place was taken now, by a clock that only goes forward."""
        if not self._marks or now - self._marks[-1][1] >= _MARK_EVERY:
            self._marks.append((Position(segment.number, offset), now))

    @property
    def octets(self) -> int:
        """What is not retired, with headers."""
        if not self._segments:
            return 0
        first, last = self._segments[0], self._segments[-1]
        begun = min(self.retired.offset, first.tail) if first.number == self.retired.segment else 0
        return last.base + last.tail - first.base - begun

    @property
    def oldest_at(self) -> float | None:
        """When the oldest record that is not retired was taken; None if there is none."""
        return self._marks[0][1] if self._marks else None

    def retire(self, position: Position) -> list[Segment]:
        """Move the cursor up to `position`, and over what cannot be read; return the segments that it leaves behind."""
        self.retired = max(position, self.retired)
        left: list[Segment] = []
        self._pass_gaps()
        while len(self._segments) > 1 and self.retired >= (self._segments[0].number, self._segments[0].tail):
            left.append(self._segments.pop(0))
            self._pass_gaps()
        while len(self._marks) > 1 and self._marks[1][0] <= self.retired:
            self._marks.popleft()
        if not self.octets:
            self._marks.clear()
        return left

    def unread(self, after: Position) -> Stretch | None:
        """Return the first stretch behind `after` that can be read; None if there is none yet."""
        after = max(after, self.retired)
        for segment in self._segments:
            if segment.number < after.segment:
                continue
            start = segment.pass_gaps(after.offset if segment.number == after.segment else 0)
            end = next((gap.start for gap in segment.gaps if gap.start > start), segment.synced)
            if start < end:
                return Stretch(segment, start, end)
        return None

    def _pass_gaps(self) -> None:
        # Nobody will ever retire them, and what is left behind the last record would keep the log from getting empty.
        if not self._segments or self._segments[0].number < self.retired.segment:
            return
        first = self._segments[0]
        begun = self.retired.offset if first.number == self.retired.segment else 0
        passed = first.pass_gaps(begun)
        if passed > begun:
            self.retired = Position(first.number, passed)
