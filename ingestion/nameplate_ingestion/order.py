"""What a worker is started with by the process that watches over it, and how long it may take to end."""

import json
import sys
from dataclasses import asdict, dataclass
from typing import Self

from nameplate_api.mounts import END_TIMEOUT

GRACE = END_TIMEOUT - 5.0
"""Seconds from SIGTERM to the end of a worker at the latest, whatever the sink has by then."""


@dataclass(frozen=True, slots=True)
class Order:
    """Where it works, and descriptors that it inherits."""

    number: int
    """Counted from 0."""
    workers: int
    data: str
    library: str
    """Directory of Analytics.js."""
    listener: int
    """Of a listening socket."""
    control: int
    """Of a socket that tells it what is served, takes its reports, and ends with the process that watches over it."""

    def command(self) -> list[str]:
        """Return the command line that starts it."""
        return [sys.executable, "-m", "nameplate_ingestion.worker", json.dumps(asdict(self))]

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what a command line says."""
        return cls(**json.loads(text))
