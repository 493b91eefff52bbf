"""Pauses before what failed is tried again, and their clock, sleep and randomness: a test brings its own."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

FIRST_AFTER = 0.25
"""Seconds after the first failure, twice as many after each further one."""
MOST_AFTER = 60.0
MOST_RETRY_AFTER = 300.0
"""However long a sink asks us to stay away: what the SDKs allow too."""


class Timing(NamedTuple):
    """Seconds, all of them."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    """From 0 up to 1."""


class Pause:
    """How long to leave a sink alone: longer with every failure in a row, and never less than it asked for."""

    def __init__(self, timing: Timing) -> None:
        """Begin without a pause."""
        self._timing = timing
        self._failures = 0
        self._until = 0.0

    def succeeded(self) -> None:
        """The sink took something."""
        self._failures = 0

    def failed(self, retry_after: float | None) -> None:
        """The sink took nothing; it may have asked for `retry_after` seconds."""
        now = self._timing.clock()
        longest = min(MOST_AFTER, FIRST_AFTER * 2.0 ** min(self._failures, 16))
        # With what is asked for too: all who were turned away at once must not come back at once.
        jittered = longest * (0.5 + self._timing.random() / 2)
        asked = min(MOST_RETRY_AFTER, retry_after or 0.0)
        # Several lanes find out at the same time: that is one failure.
        if now >= self._until:
            self._failures += 1
            self._until = now + jittered
        if asked:
            self._until = max(self._until, now + asked + jittered)

    async def wait(self) -> None:
        """Wait until the sink may be asked again."""
        while (left := self._until - self._timing.clock()) > 0:
            await self._timing.sleep(left)
