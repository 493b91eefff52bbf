"""A position: what a record in a log is called by all who take it further."""

from typing import NamedTuple


class Position(NamedTuple):
    """Where a record ends in its log; positions grow."""

    segment: int
    """Number of the segment, from 1."""
    offset: int
    """Octets from the segment's beginning."""
