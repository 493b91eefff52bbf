"""Maintenance: one thread for all that is slow and that nobody must wait for.

It prepares segments ahead of need, saves the cursor, and removes the segments that the cursor has left behind.
"""

import threading
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from nameplate_ingestion.log.cursor import Cursor
from nameplate_ingestion.log.files import Files, lacks_space
from nameplate_ingestion.log.late_thread import LateThread
from nameplate_ingestion.log.segment import Segment, prepare
from nameplate_ingestion.position import Position

TEND_EVERY = 1.0
"""Seconds after which a cursor that moved is saved, and preparing is tried again on a full disk."""


class LogDirectory(NamedTuple):
    """The open directory of a log: what is maintained, and the lock that keeps others out."""

    files: Files
    path: Path
    next_number: int
    cursor: Cursor
    lock: int


class Maintenance:
    """The thread and its orders: segments to prepare, and a cursor to save."""

    def __init__(
        self, opened: LogDirectory, prepared: Callable[[Segment | None], object], failed: Callable[[Exception], None]
    ) -> None:
        """Both functions are called in the thread; `prepared` is given None when the disk is full."""
        self._directory = opened
        self._prepared = prepared
        self._failed = failed
        self._numbers = count(opened.next_number)
        self._orders: deque[int] = deque()
        # Counted by a deque, since one thread adds and another takes away.
        self._left: deque[Segment] = deque()
        self._retired = opened.cursor.position
        self._awake = threading.Event()
        self._stopping = False
        self._thread = LateThread(self._run, "log-maintenance")

    def order(self, size: int) -> None:
        """Ask for one more segment, of so many octets."""
        self._orders.append(size)
        self._awake.set()
        self._thread.begin()

    def retire(self, position: Position, left: list[Segment]) -> None:
        """Save the cursor soon, at once if it left segments behind; these are removed then."""
        self._retired = position
        if left:
            self._left.extend(left)
            self._awake.set()
        self._thread.begin()

    def stop(self) -> None:
        """End after a last look."""
        self._stopping = True
        self._awake.set()
        self._thread.begin()

    def join(self) -> None:
        """Return when the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._awake.wait(TEND_EVERY)
                self._awake.clear()
                self._tend()
            self._tidy()
        except Exception as error:  # noqa: BLE001 - whatever it was: without maintenance the log must not go on
            self._failed(error)
        self._directory.cursor.close()

    def _tend(self) -> None:
        try:
            self._tidy()
            self._prepare()
        except OSError as error:
            if not lacks_space(error):
                raise
            self._prepared(None)

    def _tidy(self) -> None:
        removable = len(self._left)
        # Read after what is removable: the cursor that is saved stands behind all of that.
        retired = self._retired
        if retired > self._directory.cursor.position:
            self._directory.cursor.save(retired)
        for _ in range(removable):
            self._directory.files.remove(self._left.popleft().path)

    def _prepare(self) -> None:
        while self._orders and not self._stopping:
            number = next(self._numbers)
            segment = prepare(self._directory.files, self._directory.path, number, self._orders[0])
            self._orders.popleft()
            self._prepared(segment)
