"""An event loop whose time leaps to the next timer whenever nothing can run: what waits, waits exactly and at once."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_TICK = 1e-9


class _LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.instant = 0.0
        super().__init__(_LeapingSelector(self))

    def time(self) -> float:
        return self.instant

    def call_at(self, when: float, *rest: Any, **more: Any) -> asyncio.TimerHandle:
        # Time goes on by itself elsewhere: who asks for less than a clock can tell is not called for ever.
        return super().call_at(max(when, self.instant + _TICK), *rest, **more)


class _LeapingSelector(selectors.DefaultSelector):
    def __init__(self, loop: _LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits, and nothing will wake it")
        self._loop.instant += max(timeout, 0.0)
        return super().select(0)


def run_leaping(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in such a loop, which begins at 0; nothing in it may wait for the outside."""
    with asyncio.Runner(loop_factory=_LeapingLoop) as runner:
        return runner.run(work)
