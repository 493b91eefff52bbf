"""Says which object is due next: one run per object at a time, edits before resync, fair between namespaces.

Nothing here waits or reads a clock: every instant is passed in, and every wait is an entry of one heap.
"""

import heapq
from collections import Counter, OrderedDict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from nameplate_operator.ports import Ref

RESYNC_SHARE = 4
"""Every so many turns the resync goes first, so that a stream of edits never starves it."""


class Lane(IntEnum):
    """Why an object is looked at: somebody changed something, or it is merely time."""

    EDIT = 0
    RESYNC = 1


@dataclass(slots=True)
class _Line:
    """The objects of one lane that wait for a worker: by namespace, each namespace in turn."""

    namespaces: OrderedDict[str, OrderedDict[Ref, None]] = field(default_factory=OrderedDict)

    def add(self, ref: Ref) -> None:
        self.namespaces.setdefault(ref.namespace, OrderedDict())[ref] = None

    def remove(self, ref: Ref) -> None:
        refs = self.namespaces[ref.namespace]
        del refs[ref]
        if not refs:
            del self.namespaces[ref.namespace]

    def pop(self, busy: Container[str]) -> Ref | None:
        namespace = next((each for each in self.namespaces if each not in busy), None)
        if namespace is None:
            return None
        refs = self.namespaces.pop(namespace)
        ref, _ = refs.popitem(last=False)
        if refs:
            self.namespaces[namespace] = refs
        return ref


@dataclass(frozen=True, slots=True)
class Turn:
    """An object's turn with a worker."""

    ref: Ref
    lane: Lane
    ready_at: float
    started_at: float


class Schedule:
    """Which objects are ready, running or waiting for their time; of one namespace at most ``share`` run at a time."""

    def __init__(self, share: int) -> None:
        self._share = share
        self._lines = {lane: _Line() for lane in Lane}
        self._ready: dict[Ref, tuple[Lane, float]] = {}
        self._running: dict[Ref, Turn] = {}
        self._dirty: dict[Ref, tuple[Lane, float]] = {}
        self._due: dict[Ref, float] = {}
        self._heap: list[tuple[float, int, Ref]] = []
        self._pushed = 0
        self._turns = 0

    def __contains__(self, ref: Ref) -> bool:
        """Say whether the object is ready, running or waiting for its time."""
        return ref in self._ready or ref in self._running or ref in self._due

    def wake(self, ref: Ref, lane: Lane, now: float) -> None:
        """Have the object looked at without delay; once more after its run if it is running."""
        self._due.pop(ref, None)
        waiting = self._dirty if ref in self._running else self._ready
        known = waiting.get(ref)
        if known is not None and known[0] <= lane:
            return
        waiting[ref] = (lane, now if known is None else known[1])
        if waiting is self._ready:
            if known is not None:
                self._lines[known[0]].remove(ref)
            self._lines[lane].add(ref)

    def later(self, ref: Ref, due: float) -> None:
        """Have the object looked at at an instant, or earlier if that was asked for already."""
        if ref in self._ready or ref in self._dirty or self._due.get(ref, due + 1) <= due:
            return
        self._due[ref] = due
        self._pushed += 1
        heapq.heappush(self._heap, (due, self._pushed, ref))
        if len(self._heap) > 2 * len(self._due) + 64:
            self._heap = [entry for entry in self._heap if self._due.get(entry[2]) == entry[0]]
            heapq.heapify(self._heap)

    def take(self, now: float) -> Turn | None:
        """Return the next turn, or None while nothing is ready that may run."""
        self._promote(now)
        counts = Counter(ref.namespace for ref in self._running)
        busy = {namespace for namespace, count in counts.items() if count >= self._share}
        lanes = reversed(Lane) if self._turns % RESYNC_SHARE == RESYNC_SHARE - 1 else iter(Lane)
        ref = next((ref for lane in lanes if (ref := self._lines[lane].pop(busy)) is not None), None)
        if ref is None:
            return None
        self._turns += 1
        lane, ready_at = self._ready.pop(ref)
        turn = self._running[ref] = Turn(ref, lane, ready_at, now)
        return turn

    def finish(self, turn: Turn, due: float | None, now: float) -> None:
        """End a turn; the object comes back at ``due``, or at once if it was woken meanwhile."""
        del self._running[turn.ref]
        woken = self._dirty.pop(turn.ref, None)
        if woken is not None:
            self.wake(turn.ref, woken[0], woken[1])
        elif due is not None and due <= now:
            self.wake(turn.ref, turn.lane, now)
        elif due is not None:
            self.later(turn.ref, due)

    def next_due(self) -> float | None:
        """Return the instant at which the next object becomes ready, None if none waits for its time."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def ready(self) -> Iterator[Ref]:
        """Yield the objects that wait for a worker."""
        yield from self._ready
        yield from self._dirty

    def running(self) -> Iterator[Turn]:
        """Yield the turns that have not ended."""
        yield from self._running.values()

    def _promote(self, now: float) -> None:
        while (due := self.next_due()) is not None and due <= now:
            _, _, ref = heapq.heappop(self._heap)
            self.wake(ref, Lane.RESYNC, due)
