"""How long this test's programs waited for a processor because of others, so that bounds hold on a busy machine too."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

_LOOK_EVERY = 0.1
_BLOCK = 0.5
_PROC = Path("/proc")
_NANO = 1e-9
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_QUIET = 0.1
"""Share of the processors up to which what others use is taken for none: the kernel's own, and what is miscounted."""

_Times = tuple[float, float]


def lost_to_others(worked: float, waited: float, others: float, span: float, processors: int) -> float:
    """Return which share of some time our threads lost to others: what they would have been sooner without them.

    With what others used, our threads would have run on more processors at once, but on no more than there are, and
    on no more than there were threads to run. While it is less than one thread at a time that works or waits, it is
    one after the other, with pauses between them that nobody could have shortened.

    Args:
        worked: Seconds for which our threads ran, all together.
        waited: Seconds for which they were ready to run and did not.
        others: Seconds of processors that everything else on the machine used.
        span: Seconds that went by.
        processors: How many there are for us and others.
    """
    active = min(worked + waited, span)
    if active <= 0:
        return 0.0
    ready = (worked + waited) / active
    had = worked / active
    could_have_had = min(ready, processors, had + others / active)
    return (1 - had / could_have_had) * active / span if could_have_had > had else 0.0


@dataclass
class _Usage:
    """What has been used since the machine began: by each thread of ours, by all our processes, by everything."""

    threads: dict[str, _Times] = field(default_factory=dict)
    ours: float = 0.0
    all: float = 0.0


@dataclass
class _Block:
    """Some time, and what was used in it; the longest wait is that of one thread."""

    begin: float
    end: float
    worked: float = 0.0
    waited: float = 0.0
    longest: float = 0.0
    others: float = 0.0

    def add(self, before: _Usage, after: _Usage) -> None:
        """Count what was used between two looks."""
        for thread, (worked, waited) in after.threads.items():
            was = before.threads.get(thread, (0.0, 0.0))
            self.worked += worked - was[0]
            self.waited += waited - was[1]
            self.longest = max(self.longest, waited - was[1])
        # With our programs that are too short-lived to be seen.
        self.others += after.all - before.all - (after.ours - before.ours)

    @property
    def lost(self) -> float:
        """Return which share of it others took from us."""
        span, processors = self.end - self.begin, len(os.sched_getaffinity(0))
        if self.others < _QUIET * span * processors:
            return 0.0
        return lost_to_others(self.worked, self.waited, self.others, span, processors)


class Machine:
    """`with Machine() as machine: ...; machine.net(begin, end)`: the seconds without those that others took from us.

    Ours are this process and all below it: the operator, the control plane, the servers of the test's world. Others
    are all else on the machine, the tests of other workers among them. The kernel counts for each thread how long it
    ran, and how long it was ready to run and did not (/proc/PID/task/TID/schedstat), and what every process and the
    whole machine used (/proc/PID/stat, /proc/stat). Our waits are taken off as far as others cause them. All else
    counts: work, timers, time-outs, waits for an answer, and what our own programs wait for each other; a pause in
    which other threads of ours wait for others' work counts for less. While others use less than a tenth of the
    processors, this is the time by the clock.
    """

    def __init__(self) -> None:
        self._blocks = [_Block(time.time(), time.time())]
        self._seen = _used()
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
        """Return the seconds between two Unix times, by default from the start until now, less what others took."""
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
            now, seen = time.time(), _used()
            # Nothing waits for this thread.
            seen.threads.pop(str(self._thread.native_id), None)
            block = self._blocks[-1]
            # A wait is counted when it is over: a block is long enough to hold those that are counted in it.
            if block.end - block.begin >= max(_BLOCK, block.longest):
                block = _Block(block.end, now)
                self._blocks.append(block)
            block.add(self._seen, seen)
            block.end, self._seen = now, seen


def _used() -> _Usage:
    found = _Usage(all=_used_by_all())
    for process in _tree(os.getpid(), found.threads):
        found.ours += _used_by(process)
    return found


def _used_by_all() -> float:
    """Return for how many seconds the processors that we may use have worked so far."""
    ours = {f"cpu{number}" for number in os.sched_getaffinity(0)}
    total = 0.0
    for line in (_PROC / "stat").read_text().splitlines():
        name, *ticks = line.split()
        if name in ours:
            # user, nice, system, not idle and iowait, then irq, softirq, steal; guests are in user.
            total += sum(map(int, ticks[:3] + ticks[5:8])) * _TICK
    return total


def _used_by(process: int) -> float:
    """Return how many seconds a process has used so far, with those of its children that have ended."""
    try:
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) * _TICK


def _tree(process: int, threads: dict[str, _Times]) -> Iterator[int]:
    """Yield this process and all below it, and note for how long each of their threads has run and waited."""
    yield process
    for thread in _entries(_PROC / str(process) / "task"):
        try:
            times, children = (thread / "schedstat").read_text().split(), (thread / "children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        threads[thread.name] = (float(times[0]) * _NANO, float(times[1]) * _NANO)
        for child in children:
            yield from _tree(int(child), threads)


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []
