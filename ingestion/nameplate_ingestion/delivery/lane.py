"""A lane: the deliveries of some users, in order."""

import asyncio
from collections import deque

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery


class Lane:
    """A queue that is taken from in batches."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: deque[Delivery] = deque()
        self._filled = asyncio.Event()

    def add(self, delivery: Delivery) -> None:
        """Put a delivery at the end."""
        self._waiting.append(delivery)
        self._filled.set()

    async def take(self, limits: BatchLimits) -> list[Delivery]:
        """Wait until there is something, and take as much as a sink wants at once."""
        await self._filled.wait()
        taken: list[Delivery] = []
        passed_by: list[Delivery] = []
        held: set[str] = set()
        room = limits.octets
        while self._waiting and len(taken) < limits.deliveries:
            delivery = self._waiting[0]
            if (
                limits.one_source
                and taken
                and (delivery.source != taken[0].source or not held.isdisjoint(delivery.names))
            ):
                # Whoever is passed by has to wait with all that comes after.
                held.update(delivery.names)
                passed_by.append(self._waiting.popleft())
                continue
            room -= len(delivery.event)
            if taken and room < 0:
                break
            taken.append(self._waiting.popleft())
        self._waiting.extendleft(reversed(passed_by))
        if not self._waiting:
            self._filled.clear()
        return taken
