"""Takes a log's records to a sink: in order for each user, in parallel for many, until each is taken or parked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from nameplate_api.json_lines import kind_and_places
from nameplate_ingestion.delivery.budget import LEAST_OCTETS, Budget
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.events import Unreadable, deliveries
from nameplate_ingestion.delivery.lane import Lane
from nameplate_ingestion.delivery.lanes import Lanes
from nameplate_ingestion.delivery.sink import Delivery, Sink, SinkUnavailable, Verdict
from nameplate_ingestion.delivery.timing import Pause, Timing
from nameplate_ingestion.delivery.window import EVENT_COST, Window
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import decode

LANES = 8
READ_OCTETS = 512 * 1024
GATHER_FOR = 0.02
"""Seconds after a read that found little: each takes a turn through several threads, for however few records."""
TURN_OCTETS = 128 * 1024
"""Of one record's events, after which others who share the loop have their turn."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Log(Protocol):
    """What is asked of a durable log."""

    @property
    def retired(self) -> Position:
        """Up to where its records are retired."""

    async def read(self, after: Position, most_octets: int) -> list[tuple[Position, bytes]]:
        """Return the records that follow, waiting until there is one."""

    def retire(self, position: Position) -> None:
        """Let go of all records up to this one."""


@dataclass(slots=True)
class Counts:
    """What became of events since the start."""

    delivered: int = 0
    parked: int = 0
    retries: int = 0
    """Batches that a sink did not take whole."""


class Outlets(NamedTuple):
    """Where events go."""

    sink: Sink
    dead_letters: DeadLetters


class Forwarder:
    """Serves one log of one domain; at least once, and each time with the same messageId."""

    def __init__(
        self,
        domain: str,
        durable_log: Log,
        outlets: Outlets,
        timing: Timing = Timing(),  # noqa: B008
        budget: Budget | None = None,
    ) -> None:
        """Take what a domain's events come from and go to; a budget of its own unless it shares one."""
        self.domain = domain
        self.counts = Counts()
        self.letters_away = ""
        """Why dead letters cannot be kept now; empty while they can."""
        self.log_unreadable = ""
        """Why the log cannot be read on now; empty while it can."""
        self._sink_away = ""
        self._log = durable_log
        self._outlets = outlets
        self._timing = timing
        self._pause = Pause(timing)
        self._window = Window(durable_log.retire, budget or Budget())
        self._lanes = Lanes(LANES)
        self._read_up_to = durable_log.retired

    @property
    def away(self) -> str:
        """Why events stay in the log now; empty while they need not."""
        # What a sink notes of itself may be over long since if it was not asked meanwhile.
        sinks_own = self._outlets.sink.trouble if self._window.octets else ""
        return self.letters_away or self._sink_away or self.log_unreadable or sinks_own

    async def serve(self) -> None:
        """Forward until cancelled; what is then not acknowledged comes again after the next start."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for lane in self._lanes.all:
                    tasks.create_task(self._serve_lane(lane))
                await self._read()
        finally:
            self._window.abandon()

    async def _read(self) -> None:
        while True:
            await self._window.wait_for_room()
            most = max(LEAST_OCTETS, min(READ_OCTETS, self._window.left))
            read = await self._take(await self._next(most))
            if read < most // 2:
                await asyncio.sleep(GATHER_FOR)

    async def _next(self, most: int) -> Sequence[tuple[Position, bytes]]:
        """Try until it can be read: what is under way must retire meanwhile, and not be delivered again."""
        pause = Pause(self._timing)
        while True:
            try:
                records = await self._log.read(self._read_up_to, most)
            except (OSError, ValueError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
                if not self.log_unreadable:
                    log.warning("The log of %s cannot be read: %s", self.domain, reason)
                self.log_unreadable = f"the log cannot be read: {reason}"
                pause.failed(None)
                await pause.wait()
            else:
                self.log_unreadable = ""
                return records

    async def _take(self, records: Sequence[tuple[Position, bytes]]) -> int:
        """Put records on their way, and return their octets; all are in memory until the last one is."""
        for position, octets in records:
            self._window.open(position, len(octets))
        for position, octets in records:
            await self._begin(position, octets)
            self._read_up_to = position
        return sum(len(octets) for _, octets in records)

    async def _begin(self, position: Position, octets: bytes) -> None:
        window, lanes, size = self._window, self._lanes, 0
        try:
            for delivery in deliveries(position, decode(octets), self.domain):
                window.add(delivery)
                await lanes.add(delivery)
                size += EVENT_COST + len(delivery.event)
                if size >= TURN_OCTETS:
                    size = 0
                    await asyncio.sleep(0)
                    await window.wait_for_event_room()
        except (Unreadable, msgspec.DecodeError) as error:
            await self._park(partial(self._outlets.dead_letters.park_record, octets, self.domain, str(error)))
            self.counts.parked += 1
        window.close(position)

    async def _serve_lane(self, lane: Lane) -> None:
        while True:
            batch = await lane.take(self._outlets.sink.limits)
            while batch:
                await self._pause.wait()
                verdicts = await self._deliver(batch)
                await self._settle(batch[: len(verdicts)], verdicts)
                batch = batch[len(verdicts) :]

    async def _deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        try:
            verdicts = await self._outlets.sink.deliver(batch)
        except SinkUnavailable as away:
            if away.verdicts:
                self._pause.succeeded()
            self._failed(away.reason, away.retry_after)
            return away.verdicts
        except Exception as error:  # noqa: BLE001 - whatever it was: the events must come again
            fault = kind_and_places(error)
            log.error("The sink of %s failed in a way that nobody thought of: %s", self.domain, fault)  # noqa: TRY400
            self._failed("an error of our own; see the log", None)
            return ()
        self._pause.succeeded()
        self._sink_away = ""
        return verdicts

    def _failed(self, reason: str, retry_after: float | None) -> None:
        if not self._sink_away:
            log.warning("The sink of %s takes nothing: %s", self.domain, reason)
        self._sink_away = reason
        self.counts.retries += 1
        self._pause.failed(retry_after)

    async def _settle(self, batch: Sequence[Delivery], verdicts: Sequence[Verdict]) -> None:
        refused = [
            (delivery, verdict) for delivery, verdict in zip(batch, verdicts, strict=True) if verdict is not None
        ]
        if refused:
            letters = [(delivery, verdict.whole) for delivery, verdict in refused]
            while letters:
                letters = letters[await self._park(partial(self._outlets.dead_letters.park, letters)) :]
            log.warning("The sink of %s refused %d events: %s", self.domain, len(refused), refused[0][1].reason)
        self.counts.parked += len(refused)
        self.counts.delivered += len(batch) - len(refused)
        self._lanes.settle(batch)
        self._window.settle(batch)

    async def _park(self, park: Callable[[], Awaitable[T]]) -> T:
        """Try until it is done: an event that is nowhere else must not retire."""
        pause = Pause(self._timing)
        while True:
            try:
                parked = await park()
            except OSError as error:
                self.letters_away = f"dead letters cannot be kept: {error.strerror}"
                log.warning("The dead letters of %s cannot be kept: %s", self.domain, error.strerror)
                pause.failed(None)
                await pause.wait()
            else:
                self.letters_away = ""
                return parked
