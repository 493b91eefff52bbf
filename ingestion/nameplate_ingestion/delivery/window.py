"""The records that are under way: which of them a sink has whole, and how many octets of them there are."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nameplate_ingestion.position import Position


@dataclass(slots=True)
class _Open:
    position: Position
    octets: int
    left: int


class Window:
    """Retires records in the order of their log, each once all of its events are settled."""

    def __init__(self, retire: Callable[[Position], None], most_octets: int) -> None:
        """Take what is told how far all is settled, and the octets at which reading on must wait."""
        self._retire = retire
        self._most_octets = most_octets
        self._order: deque[_Open] = deque()
        self._by_position: dict[Position, _Open] = {}
        self._changed = asyncio.Event()
        self.octets = 0

    def open(self, position: Position, octets: int, events: int) -> None:
        """Begin with a record of so many events."""
        record = _Open(position, octets, events)
        self._order.append(record)
        self._by_position[position] = record
        self.octets += octets
        if not events:
            self.settle([])

    def settle(self, positions: Iterable[Position]) -> None:
        """One event of each of these records is where it belongs."""
        for position in positions:
            self._by_position[position].left -= 1
        settled = None
        while self._order and self._order[0].left == 0:
            record = self._order.popleft()
            del self._by_position[record.position]
            self.octets -= record.octets
            settled = record.position
        if settled is not None:
            self._retire(settled)
            self._changed.set()

    async def room(self) -> None:
        """Wait until another record may begin."""
        while self.octets >= self._most_octets:
            self._changed.clear()
            await self._changed.wait()
