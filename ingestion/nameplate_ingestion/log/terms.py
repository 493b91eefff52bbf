"""What the log and those who use it say to each other."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class NotTaken(Enum):
    """Why a record is not kept."""

    FULL = "full"
    """There is no room, on disk or by the caps: come back later."""
    FAILED = "failed"
    """The disk failed or the log is closed: this log never takes a record again."""


Done = Callable[[NotTaken | None], None]
"""Takes what became of a record, exactly once: None says that it is kept as firmly as was asked."""


@dataclass(frozen=True, slots=True)
class Caps:
    """When a log is full. On disk it takes up to `octets` and three segments more."""

    octets: int = 1024**3
    """Of what is not retired."""
    full_after: float = 24 * 3600.0
    """Age in seconds of the oldest record that is not retired."""
    unwritten: int = 16 * 1024**2
    """Octets that wait in memory for a disk that does not keep up."""
    segment: int = 16 * 1024**2
    """Octets of one file, which also bounds a record."""


class Clock(NamedTuple):
    """Both return seconds."""

    wall: Callable[[], float] = time.time
    """Since 1970: what a record is marked with for a later life."""
    monotonic: Callable[[], float] = time.monotonic
    """What ages are measured by in this life: nobody sets it, so that no record gets a day older at once."""


class LogInUseError(Exception):
    """Another process writes to this directory."""
