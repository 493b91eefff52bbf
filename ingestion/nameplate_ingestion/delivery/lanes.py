"""The lanes of one log: what shares a user, a visitor or a former name is in one lane while it is under way."""

import asyncio
import zlib
from collections.abc import Iterable

from nameplate_ingestion.delivery.lane import Lane
from nameplate_ingestion.delivery.sink import Delivery


class Lanes:
    """Each lane keeps its order, and lanes go in parallel."""

    def __init__(self, number: int) -> None:
        """Begin with so many empty ones."""
        self.all = tuple(Lane() for _ in range(number))
        self._under_way: dict[str, tuple[int, int]] = {}
        """By name: the lane, and how many events that name it are not settled."""
        self._left = asyncio.Event()

    async def add(self, delivery: Delivery) -> None:
        """Put a delivery behind all that share a name with it; if those are in several lanes, once they are not."""
        names = delivery.names
        while len(taken := {self._under_way[name][0] for name in names if name in self._under_way}) > 1:
            self._left.clear()
            await self._left.wait()
        lane = taken.pop() if taken else self._lane_of(delivery)
        for name in names:
            _, events = self._under_way.get(name, (lane, 0))
            self._under_way[name] = lane, events + 1
        self.all[lane].add(delivery)

    def settle(self, deliveries: Iterable[Delivery]) -> None:
        """These are where they belong."""
        for delivery in deliveries:
            for name in delivery.names:
                lane, events = self._under_way.pop(name)
                if events > 1:
                    self._under_way[name] = lane, events - 1
        self._left.set()

    def _lane_of(self, delivery: Delivery) -> int:
        name = delivery.user or delivery.message_id
        return zlib.crc32(name.encode(errors="surrogatepass")) % len(self.all)
