"""The committer: one thread that writes what was placed and syncs it, for all who wait at that moment at once.

No timer collects a group that somebody waits for: what is placed in one turn of the loop goes together, and while one
group is being synced, the next one gathers by itself. What nobody waits for gathers for a moment.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from nameplate_api.sources import Durability
from nameplate_ingestion.log.entry import Entry
from nameplate_ingestion.log.files import Files, lacks_space, write_all
from nameplate_ingestion.log.frame import record_header
from nameplate_ingestion.log.late_thread import LateThread
from nameplate_ingestion.log.segment import Segment

_GATHER_FOR = 0.005
"""Seconds that a record of level Memory may lie here: to wake the thread for each would take more than all the rest."""
_RETRY_EVERY = 0.2
"""Seconds after which a full disk is asked again."""

Synced = Callable[[Sequence[Entry]], object]
Ended = Callable[[Exception | None], object]


class Committer:
    """The thread and its queue."""

    def __init__(self, loop: asyncio.AbstractEventLoop, files: Files, synced: Synced, ended: Ended) -> None:
        """Both functions are called in the thread: `ended` once, with what went wrong, and nothing after it."""
        self.full = False
        """Whether the disk takes no more, although the place was prepared: some file systems copy on write."""
        self._loop = loop
        self._files = files
        self._synced = synced
        self._ended = ended
        self._turn: list[Entry] = []
        """Placed in this turn of the loop, or a little earlier, and the loop's own."""
        self._ends_soon = False
        """Whether this turn of the loop is the last for what is there."""
        self._turns: SimpleQueue[list[Entry] | None] = SimpleQueue()
        """None is the last one."""
        self._waiting: deque[Entry] = deque()
        self._stopping = threading.Event()
        self._failure: Exception | None = None
        self._open: Segment | None = None
        self._safe_to = 0
        self._thread = LateThread(self._run, "log-committer")

    def put(self, entry: Entry) -> None:
        """Take an entry that has its place; places follow each other. To be called in the loop's thread."""
        self._turn.append(entry)
        if entry.level is not Durability.MEMORY:
            if not self._ends_soon:
                # To wake the thread for each entry would take more time than to write it.
                self._ends_soon = True
                self._loop.call_soon(self._end_turn)
        elif len(self._turn) == 1:
            self._loop.call_later(_GATHER_FOR, self._end_turn)

    def finish(self) -> None:
        """End when all is written. To be called in the loop's thread."""
        self._end_turn()
        self._stopping.set()
        self._turns.put(None)
        self._thread.begin()

    def give_up(self, failure: Exception) -> None:
        """End as soon as may be, since something failed elsewhere."""
        self._failure = self._failure or failure
        self._stopping.set()
        self._turns.put(None)
        self._thread.begin()

    def join(self) -> None:
        """Return when the thread has ended."""
        self._thread.join()

    def leftovers(self) -> list[Entry]:
        """Return what will never be written; to be asked after the end, in the loop's thread."""
        self._end_turn()
        while not self._turns.empty():
            self._waiting.extend(self._turns.get() or ())
        return list(self._waiting)

    def _end_turn(self) -> None:
        self._ends_soon = False
        if self._turn:
            self._thread.begin()
            self._turns.put(self._turn)
            self._turn = []

    def _run(self) -> None:
        group: list[Entry] = []
        try:
            while self._failure is None and self._take_turns():
                group = self._next_group()
                self._commit(group)
                group = []
        except Exception as error:  # noqa: BLE001 - whatever it was: all who wait must learn that nothing more is written
            self._failure = error
        self._waiting.extendleft(reversed(group))
        if self._open is not None:
            self._files.close(self._open.descriptor)
        self._ended(self._failure)

    def _take_turns(self) -> bool:
        """Take all that has come, and wait if that is nothing; say whether there is something to write."""
        while not self._turns.empty() or not (self._waiting or self._stopping.is_set()):
            self._waiting.extend(self._turns.get() or ())
        return bool(self._waiting)

    def _next_group(self) -> list[Entry]:
        group = [self._waiting.popleft()]
        while self._waiting and self._waiting[0].segment is group[0].segment:
            group.append(self._waiting.popleft())
        return group

    def _commit(self, group: list[Entry]) -> None:
        segment = group[0].segment
        if self._open is not segment:
            if self._open is not None:
                self._files.close(self._open.descriptor)
            self._open, self._safe_to = segment, 0
        self._write(segment, group)
        self._files.sync(segment.descriptor)
        self._safe_to = group[-1].end
        self._synced(group)

    def _write(self, segment: Segment, group: list[Entry]) -> None:
        buffers: list[bytes] = []
        for entry in group:
            buffers.append(record_header(segment.number, entry.offset, entry.octets, self._safe_to, entry.taken_at))
            buffers.append(entry.octets)
        while True:
            try:
                write_all(self._files, segment.descriptor, buffers, group[0].offset)
            except OSError as error:
                if not lacks_space(error) or self._stopping.is_set():
                    raise
                self.full = True
                self._stopping.wait(_RETRY_EVERY)
            else:
                self.full = False
                return
