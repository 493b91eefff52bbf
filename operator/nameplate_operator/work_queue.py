"""Runs one pass at a time per object on a bounded number of slots, again when it is due, with backoff after failures.

A slot is a number, not a task: a task lives only while a pass runs, and one timer serves all waits.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from nameplate_operator.logs import reconciling
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import ProviderError, Ref
from nameplate_operator.schedule import Lane, Schedule, Turn

log = logging.getLogger(__name__)

Run = Callable[[Ref], Awaitable[float | None]]
"""One pass: returns the seconds until the next one, or None when the object needs none."""

FIRST_RETRY_AFTER = 1.0
LONGEST_RETRY_AFTER = 600.0
"""Seconds until a failed pass is made again: at first, and at most."""
RUN_TIMEOUT = 300.0
"""Seconds; a pass that takes longer is ended, so that it gives its slot back."""


class Timer(Protocol):
    """What calls back later; can be cancelled."""

    def cancel(self) -> object:
        """Do not call back."""
        ...


@dataclass(frozen=True, slots=True)
class Time:
    """Where the queue takes its time and chance from."""

    now: Callable[[], float]
    call_later: Callable[[float, Callable[[], None]], Timer]
    chance: Callable[[], float] = random.random

    @classmethod
    def of_the_loop(cls) -> "Time":
        """Return the time of the running event loop."""
        loop = asyncio.get_running_loop()
        return cls(loop.time, loop.call_later)


class WorkQueue:
    """The objects to look at, and the passes under way."""

    def __init__(self, run: Run, *, slots: int, metrics: Metrics, time: Time) -> None:
        self._run = run
        self._slots = slots
        self._metrics = metrics
        self._time = time
        # Passes that hang fill at most half of the slots with one tenant's: the next tenant need not wait for them.
        self._schedule = Schedule(share=max(1, slots // 2))
        self._failures: dict[Ref, int] = {}
        self._passes: set[asyncio.Task[None]] = set()
        self._timer: tuple[float, Timer] | None = None
        self._open = False
        metrics.watch(self._schedule, time.now, slots)

    def __contains__(self, ref: Ref) -> bool:
        """Say whether the object will be looked at without further ado."""
        return ref in self._schedule

    @property
    def stuck_for(self) -> float:
        """Return for how many seconds the oldest running pass has been running."""
        return max((self._time.now() - turn.started_at for turn in self._schedule.running()), default=0.0)

    def start(self) -> None:
        """Begin to work on what has come in so far."""
        self._open = True
        self._dispatch()

    async def stop(self, grace: float) -> None:
        """Begin no more passes; let those under way finish, and cancel what takes longer than ``grace`` seconds."""
        self._open = False
        if self._timer is not None:
            self._timer[1].cancel()
        if not self._passes:
            return
        _, late = await asyncio.wait(self._passes, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def wake(self, ref: Ref, lane: Lane = Lane.EDIT) -> None:
        """Look at the object as soon as a slot is free."""
        self._metrics.added(ref)
        self._schedule.wake(ref, lane, self._time.now())
        self._dispatch()

    def later(self, ref: Ref, after: float) -> None:
        """Look at the object in so many seconds, unless it is looked at earlier anyway."""
        self._schedule.later(ref, self._time.now() + after)
        self._dispatch()

    def _dispatch(self) -> None:
        while self._open and len(self._passes) < self._slots:
            turn = self._schedule.take(self._time.now())
            if turn is None:
                break
            task = asyncio.get_running_loop().create_task(self._work(turn), name=f"pass over {turn.ref}")
            self._passes.add(task)
        self._arm()

    def _arm(self) -> None:
        due = self._schedule.next_due() if self._open and len(self._passes) < self._slots else None
        if self._timer is not None:
            if self._timer[0] == due:
                return
            self._timer[1].cancel()
            self._timer = None
        if due is not None:
            self._timer = (due, self._time.call_later(max(0.0, due - self._time.now()), self._ring))

    def _ring(self) -> None:
        self._timer = None
        self._dispatch()

    async def _work(self, turn: Turn) -> None:
        after: float | None = None
        try:
            with reconciling(turn.ref), self._measured(turn):
                async with asyncio.timeout(RUN_TIMEOUT):
                    after = await self._run(turn.ref)
            self._failures.pop(turn.ref, None)
            self._metrics.succeeded(turn.ref, after)
        except Exception as error:
            after = self._backoff(turn.ref)
            foreseen = isinstance(error, ProviderError)
            self._metrics.failed(turn.ref, timeout=isinstance(error, TimeoutError), foreseen=foreseen)
            with reconciling(turn.ref):
                log.exception("The pass failed; the next one follows in %.0f s", after)
        finally:
            self._end(turn, after)

    def _end(self, turn: Turn, after: float | None) -> None:
        now = self._time.now()
        self._schedule.finish(turn, None if after is None else now + after, now)
        task = asyncio.current_task()
        if task is not None:
            self._passes.discard(task)
        self._dispatch()

    def _backoff(self, ref: Ref) -> float:
        count = self._failures[ref] = self._failures.get(ref, 0) + 1
        longest = min(FIRST_RETRY_AFTER * 2.0 ** min(count - 1, 20), LONGEST_RETRY_AFTER)
        return longest * (1 - self._time.chance() / 4)

    @contextlib.contextmanager
    def _measured(self, turn: Turn) -> Iterator[None]:
        self._metrics.began(turn)
        try:
            yield
        finally:
            self._metrics.ended(turn, self._time.now())
