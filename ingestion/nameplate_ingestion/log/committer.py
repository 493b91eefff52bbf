"""The committer: one thread that writes what was placed and syncs it, for all who wait at that moment at once.

No timer collects a group: while one is being synced, the next one gathers by itself.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from nameplate_ingestion.log.entry import Entry
from nameplate_ingestion.log.files import Files, lacks_space, write_all
from nameplate_ingestion.log.frame import record_header
from nameplate_ingestion.log.segment import Segment

_RETRY_EVERY = 0.2

Synced = Callable[[Sequence[Entry]], None]
Ended = Callable[[Exception | None], None]


class Committer:
    """The thread and its queue."""

    def __init__(self, files: Files, synced: Synced, ended: Ended) -> None:
        """Start. Both functions are called in the thread: `ended` once, with what went wrong, and nothing after it."""
        self.full = False
        """Whether the disk takes no more, although the place was prepared: some file systems copy on write."""
        self._files = files
        self._synced = synced
        self._ended = ended
        self._queue: deque[Entry] = deque()
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._failure: Exception | None = None
        self._open: Segment | None = None
        self._safe_to = 0
        self._thread = threading.Thread(target=self._run, name="log-committer", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Take an entry that has its place; places follow each other."""
        self._queue.append(entry)
        if not self._awake.is_set():
            self._awake.set()

    def stop(self, failure: Exception | None = None) -> None:
        """End when all is written, or as soon as may be if something failed elsewhere."""
        self._failure = self._failure or failure
        self._stopping.set()
        self._awake.set()

    def join(self) -> None:
        """Return when the thread has ended."""
        self._thread.join()

    def leftovers(self) -> list[Entry]:
        """Return what will never be written; to be asked after the end."""
        return list(self._queue)

    def _run(self) -> None:
        group: list[Entry] = []
        try:
            while not self._stopping.is_set() or (self._queue and self._failure is None):
                self._awake.wait()
                self._awake.clear()
                while self._queue and self._failure is None:
                    group = self._next_group()
                    self._commit(group)
                    group = []
        except Exception as error:  # noqa: BLE001 - whatever it was: all who wait must learn that nothing more is written
            self._failure = error
        self._queue.extendleft(reversed(group))
        if self._open is not None:
            self._files.close(self._open.descriptor)
        self._ended(self._failure)

    def _next_group(self) -> list[Entry]:
        group = [self._queue.popleft()]
        while self._queue and self._queue[0].segment is group[0].segment:
            group.append(self._queue.popleft())
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
