"""What has arrived at the file sink, each line read once, however often somebody waits for it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.cluster.waiting import until
from tests.world.ingestion_process import SinkLines


class Arrivals:
    """Events of all domains of one service."""

    def __init__(self, data: Path) -> None:
        """Take the data directory."""
        self._lines = SinkLines(data)
        self._events: list[dict[str, Any]] = []

    def wait_for(self, wanted: Callable[[Mapping[str, Any]], bool], count: int, what: str) -> list[dict[str, Any]]:
        """Wait until so many events are there that are wanted, and return all of those in their order."""

        def enough() -> list[dict[str, Any]] | None:
            found = self.of(wanted)
            return found if len(found) >= count else None

        return until(enough, f"{count} {what} to arrive")

    def of(self, wanted: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
        """Return the events that are wanted and there."""
        self._events += [line["event"] for line in self._lines.read_on()]
        return [event for event in self._events if wanted(event)]
