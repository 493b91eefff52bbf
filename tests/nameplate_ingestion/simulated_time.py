"""Time that passes only where somebody sleeps: as soon as nothing else is left to do, it jumps to the next waking."""

import asyncio
import heapq
from itertools import count

from nameplate_ingestion.delivery.timing import Timing

_TURNS = 20
"""Of the loop, within which whoever has something to do will have begun."""


class SimulatedTime:
    """A clock and a sleep; `jumping` must run as a task."""

    def __init__(self) -> None:
        self.now = 0.0
        self._wakings: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        heapq.heappush(self._wakings, (self.now + seconds, next(self._numbers), waking))
        await waking

    def timing(self, random=lambda: 0.5) -> Timing:
        return Timing(self.clock, self.sleep, random)

    async def jumping(self) -> None:
        while True:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if self._wakings:
                self.now, _, waking = heapq.heappop(self._wakings)
                if not waking.done():
                    waking.set_result(None)
            else:
                # Threads that write files need the processor too.
                await asyncio.sleep(0.001)
