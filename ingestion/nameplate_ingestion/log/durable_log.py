"""The durable log: takes records, tells when they are safe, hands them out in order, and forgets them when told to."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from nameplate_api.sources import Durability
from nameplate_ingestion.log.backlog import Backlog
from nameplate_ingestion.log.committer import Committer
from nameplate_ingestion.log.cursor import Cursor
from nameplate_ingestion.log.entry import Entry
from nameplate_ingestion.log.files import DiskFiles, Files
from nameplate_ingestion.log.maintenance import LogDirectory, Maintenance
from nameplate_ingestion.log.places import Places
from nameplate_ingestion.log.reader import DamagedError, Records, find_gaps, read_records
from nameplate_ingestion.log.recovery import Cut, Recovered, recover
from nameplate_ingestion.log.segment import Segment
from nameplate_ingestion.log.terms import Caps, Clock, Done, LogInUseError, NotTaken
from nameplate_ingestion.position import Position


class DurableLog:
    """One directory of segments; all is called in the loop's thread, and `caps` may be exchanged there at any time."""

    def __init__(
        self, opened: LogDirectory, recovered: Recovered, caps: Caps, loop: asyncio.AbstractEventLoop, clock: Clock
    ):
        """Go on in an open directory with what was recovered; see `open`."""
        self.losses = recovered.losses
        """What was lost, at recovery and since."""
        self.failure: Exception | None = None
        """What ended this log before its time."""
        self.caps = caps
        self._directory = opened
        self._loop = loop
        self._clock = clock
        self._ended = False
        self._closed = False
        self._unwritten = 0
        self._places = Places()
        self._backlog = Backlog(opened.cursor.position)
        self._at_sink: deque[Entry] = deque()
        self._news = asyncio.Event()
        """Set whenever something was synced, or somebody waits no more."""
        wall, now = clock.wall(), clock.monotonic()
        for segment, taken_at in zip(recovered.segments, recovered.taken_at, strict=True):
            self._backlog.add(segment)
            self._backlog.mark(segment, 0, now - max(0.0, wall - taken_at))
        self._committer = Committer(loop, opened.files, self._soon(self._note_synced), self._soon(self._note_end))
        self._maintenance = Maintenance(opened, self._soon(self._note_prepared), self._committer.give_up)

    @classmethod
    def open(
        cls,
        directory: Path,
        caps: Caps,
        loop: asyncio.AbstractEventLoop,
        files: Files | None = None,
        clock: Clock = Clock(),  # noqa: B008 - it is never changed
    ) -> "DurableLog":
        """Recover what is there and go on. Blocks on the disk; may be called in any thread.

        Raises LogInUseError if another process has it open, and OSError.
        """
        files = files or DiskFiles()
        files.make_directory(directory)
        with ExitStack() as undo:
            try:
                lock = files.lock(directory / "lock")
            except BlockingIOError:
                raise LogInUseError(f"another process has {directory} open") from None
            undo.callback(files.close, lock)
            cursor = Cursor(files, directory)
            undo.callback(cursor.close)
            recovered = recover(files, directory, cursor.position)
            undo.pop_all()
        opened = LogDirectory(files, directory, recovered.next_number, cursor, lock)
        return cls(opened, recovered, caps, loop, clock)

    def append(self, octets: bytes, level: Durability, done: Done) -> NotTaken | None:
        """Take a record, or say why not, and then `done` is never called. Never blocks.

        `done` is called once, in the loop's thread, and must not raise: for Memory as soon as the record has its place,
        mostly before this returns; for Disk when it is synced; for Sink when it is retired. Raises ValueError if the
        record does not fit into a segment.
        """
        if self._ended:
            return NotTaken.FAILED
        entry = Entry(octets, level, done, int(self._clock.wall()))
        if entry.size > self.caps.segment:
            raise ValueError(f"a record of {len(octets)} octets does not fit into a segment")
        if self._is_full(entry):
            return NotTaken.FULL
        if self._places.waiting or not self._place(entry):
            if self._places.disk_full:
                return NotTaken.FULL
            self._places.wait(entry)
        self._unwritten += entry.size
        return None

    async def read(self, after: Position, most_octets: int) -> Records:
        """Return the next synced records behind `after`, and wait until there is one.

        Up to `most_octets` with headers, but at least one. Raises OSError, and ValueError if no record ends at `after`.
        """
        while True:
            stretch = self._backlog.unread(after)
            if stretch is None:
                self._news.clear()
                await self._news.wait()
                continue
            try:
                return await asyncio.to_thread(read_records, self._directory.files, stretch, most_octets)
            except DamagedError:
                await self._skip_damage(stretch.segment)

    def retire(self, position: Position) -> None:
        """Forget all up to `position`, for the sink has it. On disk this is noted within a second or so."""
        left = self._backlog.retire(position)
        self._maintenance.retire(self._backlog.retired, left)
        while self._at_sink and self._at_sink[0].position <= self._backlog.retired:
            entry = self._at_sink.popleft()
            entry.done(NotTaken.FAILED if entry.lost else None)

    async def close(self) -> None:
        """Sync and tell what was taken, save the cursor and let the directory go; nobody may read meanwhile."""
        if self._closed:
            return
        self._ended = self._closed = True
        while self._places.waiting:
            self._news.clear()
            await self._news.wait()
        self._committer.finish()
        await asyncio.to_thread(self._committer.join)
        self._maintenance.stop()
        await asyncio.to_thread(self._maintenance.join)
        for segment in self._places.unused():
            self._directory.files.close(segment.descriptor)
        self._directory.files.close(self._directory.lock)

    @property
    def ready(self) -> bool:
        """Whether this log can take records, now or when it is less full."""
        return not self._ended

    @property
    def full(self) -> bool:
        """Whether the disk has no room now."""
        return self._committer.full or self._places.disk_full

    @property
    def retired(self) -> Position:
        """Up to where all is retired: where reading begins after a restart."""
        return self._backlog.retired

    @property
    def octets(self) -> int:
        """What is not retired, with headers."""
        return self._backlog.octets + self._places.waiting_octets

    @property
    def oldest_age(self) -> float:
        """Seconds since the oldest record was taken that is not retired; 0 if there is none."""
        oldest_at = self._backlog.oldest_at
        return 0.0 if oldest_at is None else self._clock.monotonic() - oldest_at

    def _is_full(self, entry: Entry) -> bool:
        return (
            self.octets + entry.size > self.caps.octets
            or self._unwritten + entry.size > self.caps.unwritten
            or self.oldest_age > self.caps.full_after
            or self._committer.full
        )

    def _place(self, entry: Entry) -> bool:
        while not self._places.give(entry):
            segment = self._places.turn()
            if segment is None:
                self._order()
                return False
            self._backlog.add(segment)
        if 2 * entry.end > entry.segment.size:
            self._order()
        self._backlog.mark(entry.segment, entry.offset, self._clock.monotonic())
        self._committer.put(entry)
        if entry.level is Durability.MEMORY:
            entry.done(None)
        return True

    def _order(self) -> None:
        """Have a segment prepared if none is coming: an idle log has none, and a busy one has a spare in time."""
        if not self._places.coming:
            self._places.coming = 1
            self._maintenance.order(self.caps.segment)

    def _soon(self, note: Callable[..., None]) -> Callable[..., object]:
        return lambda *values: self._loop.call_soon_threadsafe(note, *values)

    def _note_prepared(self, segment: Segment | None) -> None:
        if segment is None:
            self._places.disk_full = True
            self._turn_down_waiting(NotTaken.FULL)
            return
        self._places.add(segment)
        while self._places.waiting and self._place(self._places.waiting[0]):
            self._places.next_waiting()
        self._news.set()

    def _turn_down_waiting(self, reason: NotTaken) -> None:
        for _ in range(len(self._places.waiting)):
            entry = self._places.next_waiting()
            self._unwritten -= entry.size
            entry.done(reason)
        self._news.set()

    def _note_synced(self, group: Sequence[Entry]) -> None:
        group[0].segment.synced = group[-1].end
        self._unwritten -= group[-1].end - group[0].offset
        for entry in group:
            if entry.level is Durability.DISK:
                entry.done(None)
            elif entry.level is Durability.SINK:
                # It may wait for hours, and what it says is on disk.
                entry.octets = b""
                self._at_sink.append(entry)
        self._news.set()

    def _note_end(self, failure: Exception | None) -> None:
        self._ended = True
        self.failure = failure
        self._turn_down_waiting(NotTaken.FAILED)
        for entry in (*self._committer.leftovers(), *self._at_sink):
            if entry.level is not Durability.MEMORY:
                entry.done(NotTaken.FAILED)
        self._at_sink.clear()

    async def _skip_damage(self, segment: Segment) -> None:
        gaps = await asyncio.to_thread(find_gaps, self._directory.files, segment)
        news = [Cut(segment.number, gap.start, gap.end) for gap in gaps if gap not in segment.gaps]
        if not news:
            raise ValueError("there is no record behind this position")
        segment.gaps = gaps
        self.losses = self.losses._replace(damaged=(*self.losses.damaged, *news))
        self.retire(self.retired)
