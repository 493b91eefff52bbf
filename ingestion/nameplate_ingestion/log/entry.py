"""An entry: a record on its way into the log, and whom to tell what became of it."""

from nameplate_api.sources import Durability
from nameplate_ingestion.log.frame import HEADER
from nameplate_ingestion.log.segment import Segment
from nameplate_ingestion.log.terms import Done
from nameplate_ingestion.position import Position


class Entry:
    """Made when the record is taken; its place is given later, if no segment is ready."""

    __slots__ = ("done", "level", "octets", "offset", "segment", "size", "taken_at")

    segment: Segment
    offset: int

    def __init__(self, octets: bytes, level: Durability, done: Done, taken_at: int) -> None:
        self.octets = octets
        self.level = level
        self.done = done
        self.taken_at = taken_at
        """Seconds since 1970."""
        self.size = HEADER + len(octets)
        """Octets that it takes in a segment."""

    @property
    def end(self) -> int:
        """Where it ends in its segment."""
        return self.offset + self.size

    @property
    def lost(self) -> bool:
        """Whether it cannot be read any more."""
        return self.segment.pass_gaps(self.offset) > self.offset

    @property
    def position(self) -> Position:
        """What it is called once it is in the log."""
        return Position(self.segment.number, self.end)
