"""The records that are under way: which of them a sink has whole, and how many octets of events are in memory."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nameplate_ingestion.delivery.budget import Budget
from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.position import Position

EVENT_COST = 1024
"""How many octets an event weighs besides its own."""
RECORD_COST = 256


@dataclass(slots=True)
class _Open:
    position: Position
    octets: int
    left: int = 1
    """Events that are under way, and one until all have been added."""


class Window:
    """Retires records in the order of their log, each once all of its events are settled."""

    def __init__(self, retire: Callable[[Position], None], budget: Budget) -> None:
        """Take what is told how far all is settled, and whose share bounds what is under way."""
        self._retire = retire
        self._budget = budget
        self._order: deque[_Open] = deque()
        self._by_position: dict[Position, _Open] = {}
        self._changed = asyncio.Event()
        self.record_octets = 0
        """Of records that have not retired, with their cost."""
        self.event_octets = 0
        """Of events that are not settled, with their cost."""

    @property
    def octets(self) -> int:
        """All that is under way."""
        return self.record_octets + self.event_octets

    @property
    def left(self) -> int:
        """How many octets more may be under way now."""
        return self._budget.share - self.octets

    def open(self, position: Position, octets: int) -> None:
        """Begin with a record."""
        record = _Open(position, RECORD_COST + octets)
        self._order.append(record)
        self._by_position[position] = record
        self.record_octets += record.octets
        self._budget.taken += record.octets

    def add(self, delivery: Delivery) -> None:
        """An event of a record that is open is under way."""
        self._by_position[delivery.position].left += 1
        octets = EVENT_COST + len(delivery.event)
        self.event_octets += octets
        self._budget.taken += octets

    def close(self, position: Position) -> None:
        """All events of a record have been added."""
        self._by_position[position].left -= 1
        self._retire_settled()

    def settle(self, deliveries: Iterable[Delivery]) -> None:
        """These events are where they belong."""
        octets = 0
        for delivery in deliveries:
            self._by_position[delivery.position].left -= 1
            octets += EVENT_COST + len(delivery.event)
        self.event_octets -= octets
        self._budget.taken -= octets
        self._changed.set()
        self._retire_settled()

    async def wait_for_room(self) -> None:
        """Wait until another record may begin."""
        while self.octets and self.left <= 0:
            self._changed.clear()
            await self._changed.wait()

    async def wait_for_event_room(self) -> None:
        """Wait until an open record may go on."""
        while self.event_octets >= self._budget.share:
            self._changed.clear()
            await self._changed.wait()

    def abandon(self) -> None:
        """Nothing is under way any more, wherever it was."""
        self._budget.taken -= self.octets
        self.record_octets = self.event_octets = 0

    def _retire_settled(self) -> None:
        settled = None
        while self._order and self._order[0].left == 0:
            record = self._order.popleft()
            del self._by_position[record.position]
            self.record_octets -= record.octets
            self._budget.taken -= record.octets
            settled = record.position
        if settled is not None:
            self._retire(settled)
            self._changed.set()
