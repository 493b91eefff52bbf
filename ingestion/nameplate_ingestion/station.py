"""One log of one domain in one worker, from its directory to its sink.

DATA/<domain>/<worker>/log             what is not acknowledged by the sink
                      /events          what the file sink took
                      /dead-letters    what the sink refused
"""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from nameplate_api.json_lines import kind_and_places
from nameplate_ingestion.delivery.budget import Budget
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.timing import Pause, Timing
from nameplate_ingestion.forwarder import Counts, Forwarder, Outlets
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps
from nameplate_ingestion.served import Destination
from nameplate_ingestion.sink_choice import make_sink

SEGMENT_MOST = 16 * 1024**2
BESIDES = 64 * 1024
"""What a record says besides the body: both must fit into a segment."""
SEGMENTS_BESIDES = 3
"""What a log takes on disk beyond its cap (`log.terms.Caps`)."""
_LOOK_EVERY = 0.05
"""Seconds between two looks at a log that drains."""
_LETTER_FILE = 16 * 1024**2

log = logging.getLogger(__name__)


class Room(NamedTuple):
    """How many octets of the volume each part of a station may take."""

    log: int
    segment: int
    events: int
    letters: int

    @classmethod
    def of(cls, volume: int, stations: int, body: int) -> "Room":
        """Divide a volume between the workers of all domains, with a tenth to spare; `body` is the largest to be kept.

        A station that would get no room at all gets what takes one record, more than its share.
        """
        share = volume // stations
        segment = max(body + BESIDES, min(SEGMENT_MOST, share // 40))
        rest = max(share * 9 // 10 - SEGMENTS_BESIDES * segment, 2 * segment)
        return cls(log=rest // 2, segment=segment, events=rest * 3 // 8, letters=rest // 8)

    @property
    def octets(self) -> int:
        """All that it may take."""
        return self.log + SEGMENTS_BESIDES * self.segment + self.events + self.letters


class Station:
    """Open once made; its forwarder runs until it is closed."""

    budget: Budget | None = None
    """Shared with other stations; without, each of its forwarders has one of its own."""

    def __init__(self, domain: str, directory: Path, opened: DurableLog, room: Room) -> None:
        """Take an open log; `turn_to` begins to forward."""
        self.domain = domain
        self.log = opened
        self._waiting = 0
        self._moved_at = 0.0
        self._directory, self._room = directory, room
        self._before = Counts()
        self._destination: Destination | None = None
        self._forwarder: Forwarder | None = None
        self._failed_at: tuple[int, int] | None = None
        """Up to where the log was retired when its forwarder failed last."""
        self._outlets: Outlets | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, domain: str, directory: Path, room: Room) -> "Station":
        """Recover the log. Raises LogInUseError and OSError."""
        loop = asyncio.get_running_loop()
        opened = await asyncio.to_thread(DurableLog.open, directory / "log", _caps(room), loop)
        for lost in (*opened.losses.torn, *opened.losses.damaged):
            kind = "torn" if lost in opened.losses.torn else "damaged"
            log.warning(
                "The log of %s: %s octets of segment %s are %s", domain, lost.end - lost.start, lost.segment, kind
            )
        if opened.octets:
            log.info("The log of %s holds %s octets from before", domain, opened.octets)
        return cls(domain, directory, opened, room)

    def resize(self, room: Room) -> None:
        """Take from now on no more records than this allows; files keep to it from the next sink on."""
        self._room = room
        self.log.caps = _caps(room)

    def expect(self, now: float) -> None:
        """Note that a record is on its way to the disk."""
        if not self._waiting:
            self._moved_at = now
        self._waiting += 1

    def settle(self, now: float) -> None:
        """Note that one has arrived, or never will."""
        self._waiting -= 1
        self._moved_at = now

    def stuck_for(self, now: float) -> float:
        """Return the seconds for which records have waited for a disk that takes none."""
        return now - self._moved_at if self._waiting else 0.0

    async def turn_to(self, destination: Destination) -> None:
        """Forward there from now on; what an earlier sink had not acknowledged goes there too."""
        if destination == self._destination:
            return
        await self._halt()
        caps = FileCaps(file=min(_LETTER_FILE, self._room.letters // 4), all=self._room.letters)
        sink = make_sink(destination, self._directory / "events", self._room.events)
        self._outlets = Outlets(sink, DeadLetters(self._directory / "dead-letters", caps))
        self._task = asyncio.create_task(self._forward(self._outlets))
        self._destination = destination

    async def _forward(self, outlets: Outlets) -> None:
        pause = Pause(Timing())
        while True:
            began_at = self.log.retired
            self._forwarder = Forwarder(self.domain, self.log, outlets, budget=self.budget)
            try:
                await self._forwarder.serve()
            except Exception as error:  # noqa: BLE001 - whatever it was: the events must come again
                fault = kind_and_places(error)
                log.error("Forwarding the events of %s failed and begins again: %s", self.domain, fault)  # noqa: TRY400
            self._before = self.counts
            self._forwarder, self._failed_at = None, self.log.retired
            if self._failed_at > began_at:
                pause.succeeded()
            pause.failed(None)
            await pause.wait()

    def measured(self) -> dict[str, float]:
        """Return the numbers of this log and its sink, by the name of the measure."""
        counts, losses = self.counts, self.log.losses
        return {
            "delivered_events": counts.delivered,
            "parked_events": counts.parked,
            "sink_retries": counts.retries,
            "sink_away": float(bool(self.away)),
            "dead_letters_away": float(bool(self.letters_away)),
            "log_bytes": self.log.octets,
            "log_oldest_seconds": self.log.oldest_age,
            "log_unreadable": float(bool(self.log_unreadable)),
            "log_failed": float(not self.log.ready),
            "log_cut_bytes": sum(cut.end - cut.start for cut in losses.torn),
            "log_damaged_bytes": sum(cut.end - cut.start for cut in losses.damaged),
        }

    @property
    def counts(self) -> Counts:
        """Return what became of events since the station was opened."""
        now = self._forwarder.counts if self._forwarder is not None else Counts()
        before = self._before
        return Counts(before.delivered + now.delivered, before.parked + now.parked, before.retries + now.retries)

    @property
    def away(self) -> str:
        """Return why the sink takes nothing now; empty while it does."""
        if self._forwarder is not None and self._forwarder.away:
            return self._forwarder.away
        failed = self.log.octets and self.log.retired == self._failed_at
        return "forwarding failed by an error of our own; see the log" if failed else ""

    @property
    def letters_away(self) -> str:
        """Return why what the sink refuses cannot be kept now; empty while it can."""
        return self._forwarder.letters_away if self._forwarder is not None else ""

    @property
    def log_unreadable(self) -> str:
        """Return why the log cannot be read on now; empty while it can."""
        return self._forwarder.log_unreadable if self._forwarder is not None else ""

    async def drain(self, until: float) -> int:
        """Wait until the sink has everything, or the loop's clock shows `until`; return the octets that are left."""
        loop = asyncio.get_running_loop()
        while self.log.octets and loop.time() < until:  # noqa: ASYNC110 - a log that runs empty tells nobody
            await asyncio.sleep(_LOOK_EVERY)
        return self.log.octets

    async def close(self) -> None:
        """Stop forwarding and let go of the files."""
        await self._halt()
        await self.log.close()

    async def _halt(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._before, self._forwarder, self._task = self.counts, None, None
        if self._outlets is not None:
            await self._outlets.sink.close()
            await self._outlets.dead_letters.close()
            self._outlets = None


def _caps(room: Room) -> Caps:
    return Caps(octets=room.log, segment=room.segment)
