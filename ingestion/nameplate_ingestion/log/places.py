"""Places: where in which segment the next record goes. All of it belongs to the loop's thread.

A record that has its place cannot run out of space any more: the place was written full of zeros beforehand.
"""

from collections import deque
from collections.abc import Iterator

from nameplate_ingestion.log.entry import Entry
from nameplate_ingestion.log.segment import Segment


class Places:
    """The segment that is being filled, those prepared to follow it, and those who wait for one."""

    def __init__(self) -> None:
        """Begin without a segment."""
        self.disk_full = False
        """Whether the last try to prepare a segment found no space."""
        self.waiting: deque[Entry] = deque()
        self.waiting_octets = 0
        self.coming = 0
        """Segments that are ordered or spare."""
        self._filling: Segment | None = None
        self._spares: deque[Segment] = deque()

    def add(self, segment: Segment) -> None:
        """Let a segment follow the others."""
        self.disk_full = False
        self._spares.append(segment)

    def give(self, entry: Entry) -> bool:
        """Give the entry the next place; tell whether there was one in the segment that is being filled."""
        segment = self._filling
        if segment is None or (end := segment.tail + entry.size) > segment.size:
            return False
        entry.segment, entry.offset, segment.tail = segment, segment.tail, end
        return True

    def turn(self) -> Segment | None:
        """Begin to fill the next segment and return it; None if none is prepared."""
        if not self._spares:
            return None
        self._filling = self._spares.popleft()
        self.coming -= 1
        return self._filling

    def wait(self, entry: Entry) -> None:
        """Let the entry wait for a segment."""
        self.waiting.append(entry)
        self.waiting_octets += entry.size

    def next_waiting(self) -> Entry:
        """Return the one who has waited longest, who waits no more."""
        entry = self.waiting.popleft()
        self.waiting_octets -= entry.size
        return entry

    def unused(self) -> Iterator[Segment]:
        """Yield the segments that were never written to."""
        yield from self._spares
