"""The lanes of one log: what shares a user, a visitor or a former name is in one lane while it is under way."""

import asyncio
import zlib
from collections.abc import Iterable

from nameplate_ingestion.delivery.lane import Lane
from nameplate_ingestion.delivery.sink import Delivery


class _Tie:
    """Ties a name to the lane that its events are in, until they are settled."""

    __slots__ = ("lane", "left")

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.left = 0


class Lanes:
    """Each lane keeps its order, and lanes go in parallel."""

    def __init__(self, number: int) -> None:
        """Begin with so many empty ones."""
        self.all = tuple(Lane() for _ in range(number))
        self._ties: dict[str, _Tie] = {}
        """By name; of names that have events under way."""
        self._left = asyncio.Event()

    async def add(self, delivery: Delivery) -> None:
        """Put a delivery behind all that share a name with it; if those are in several lanes, once they are not."""
        names, ties = delivery.names, self._ties
        while len(taken := {ties[name].lane for name in names if name in ties}) > 1:
            self._left.clear()
            await self._left.wait()
        lane = taken.pop() if taken else self._lane_of(delivery)
        for name in names:
            tie = ties.get(name)
            if tie is None:
                tie = ties[name] = _Tie(lane)
            tie.left += 1
        lane.add(delivery)

    def settle(self, deliveries: Iterable[Delivery]) -> None:
        """These are where they belong."""
        for delivery in deliveries:
            for name in delivery.names:
                tie = self._ties[name]
                tie.left -= 1
                if not tie.left:
                    del self._ties[name]
        self._left.set()

    def _lane_of(self, delivery: Delivery) -> Lane:
        name = delivery.user or delivery.message_id
        return self.all[zlib.crc32(name.encode(errors="surrogatepass")) % len(self.all)]
