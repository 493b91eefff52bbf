"""How long this test's programs waited for a processor, so that a bound in seconds holds on a busy machine too."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_LOOK_EVERY = 0.1
_BLOCK = 0.5
_PROC = Path("/proc")
_NANO = 1e-9


@dataclass
class _Block:
    """Some time, how long threads ran and waited in it together, and the longest wait of one."""

    begin: float
    end: float
    worked: float = 0.0
    waited: float = 0.0
    longest: float = 0.0

    @property
    def lost(self) -> float:
        """Return which share of it went by with waiting."""
        span = max(self.end - self.begin, _NANO)
        return self.waited / max(self.worked + self.waited, span)


class Machine:
    """`with Machine() as machine: ...; machine.net(begin, end)`: the seconds in which nobody waited for a processor.

    The kernel counts for each thread how long it ran, and how long it was ready to run and did not
    (/proc/PID/task/TID/schedstat). Of the threads of this process and of all below it - the operator, the control
    plane, the servers of the test's world - the waits are taken off: in full while one thread at a time is at work,
    and as the share that waits have of work and waits while several are. Whatever else takes time counts in full:
    work, timers, time-outs, waits for an answer. On a machine without others this is the time by the clock.
    """

    def __init__(self) -> None:
        self._blocks = [_Block(time.time(), time.time())]
        self._seen = dict(_times(os.getpid()))
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._follow, name="machine", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def net(self, begin: float | None = None, end: float | None = None) -> float:
        """Return the seconds between two Unix times, by default from the start until now, less the waits."""
        self._look()
        begin = self._blocks[0].begin if begin is None else begin
        end = time.time() if end is None else end
        shared = ((each, min(each.end, end) - max(each.begin, begin)) for each in self._blocks)
        return end - begin - sum(each.lost * seconds for each, seconds in shared if seconds > 0)

    def _follow(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            self._look()

    def _look(self) -> None:
        with self._lock:
            now, seen = time.time(), dict(_times(os.getpid()))
            # Nothing waits for this thread.
            seen.pop(str(self._thread.native_id), None)
            block = self._blocks[-1]
            # A wait is counted when it is over: a block is long enough to hold those that are counted in it.
            if block.end - block.begin >= max(_BLOCK, block.longest):
                block = _Block(block.end, now)
                self._blocks.append(block)
            for thread, (worked, waited) in seen.items():
                before = self._seen.get(thread, (0.0, 0.0))
                block.worked += worked - before[0]
                block.waited += waited - before[1]
                block.longest = max(block.longest, waited - before[1])
            block.end, self._seen = now, seen


def _times(process: int) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield for how many seconds each thread has run and waited so far, of this process and of all below it."""
    for thread in _entries(_PROC / str(process) / "task"):
        try:
            times, children = (thread / "schedstat").read_text().split(), (thread / "children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield thread.name, (float(times[0]) * _NANO, float(times[1]) * _NANO)
        for child in children:
            yield from _times(int(child))


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []
