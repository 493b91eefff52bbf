"""Time that a test moves by hand."""

import asyncio
import heapq
import itertools
from collections.abc import Callable

from nameplate_operator.work_queue import Time


class _Timer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeTime:
    """A clock at 0, and what calls back when it is moved."""

    def __init__(self, chance: float = 0.0) -> None:
        self.instant = 0.0
        self._chance = chance
        self._timers: list[tuple[float, int, _Timer]] = []
        self._numbers = itertools.count()

    @property
    def time(self) -> Time:
        return Time(lambda: self.instant, self._call_later, lambda: self._chance)

    def _call_later(self, after: float, callback: Callable[[], None]) -> _Timer:
        timer = _Timer(callback)
        heapq.heappush(self._timers, (self.instant + after, next(self._numbers), timer))
        return timer

    @property
    def waiting(self) -> list[float]:
        """The instants of the timers that have not been cancelled."""
        return sorted(due for due, _, timer in self._timers if timer.callback)

    async def move(self, seconds: float) -> None:
        """Let the time go by, and everything run that is due."""
        await settle()
        end = self.instant + seconds
        while self._timers and self._timers[0][0] <= end:
            self.instant, _, timer = heapq.heappop(self._timers)
            if timer.callback:
                timer.callback()
            await settle()
        self.instant = end


async def settle() -> None:
    """Let every task run that can."""
    for _ in range(20):
        await asyncio.sleep(0)
