"""Watches over the workers: starts one process for each core asked for, again whenever one ends, and ends them all."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.order import Order
from nameplate_ingestion.report import Report, decode
from nameplate_ingestion.served import Service, encode
from nameplate_ingestion.service_metrics import ServiceMetrics

FIRST_RESTART_AFTER = 0.5
"""Seconds until a worker that has ended for the first time in a while is started again."""
MOST_RESTART_AFTER = 15.0
"""The most that they become: twice as many after each quick end."""
STEADY_AFTER = 30.0
"""Seconds of life after which an end is no sign of a start that cannot succeed."""
_LONGEST_REPORT = 64 * 1024**2

log = logging.getLogger(__name__)


class Assignment(NamedTuple):
    """Which worker of how many, and the directories of all data and of the library."""

    number: int
    workers: int
    data: str
    library: str


class Directories(NamedTuple):
    """Directories that all workers share: of all data, and of Analytics.js."""

    data: Path
    library: Path


@dataclass(frozen=True, slots=True)
class Observer:
    """Who learns of a worker's life."""

    started: Callable[[], None]
    reported: Callable[[Report], None]
    ended: Callable[[], None]


class WorkerProcess:
    """One worker as it is seen from outside: its process, started again and again, and what it told last."""

    def __init__(self, assignment: Assignment, listener: socket.socket, observer: Observer) -> None:
        """Take where it works, its listening socket, and who learns of it."""
        self.report: Report | None = None
        self.number = assignment.number
        self._assignment, self._listener, self._observer = assignment, listener, observer
        self._heard_at = time.monotonic()
        self._process: asyncio.subprocess.Process | None = None
        self._told = b""
        self._writer: asyncio.StreamWriter | None = None
        self._ending = asyncio.Event()
        self._last_signal = signal.SIGTERM
        self.code: int | None = None
        """How it ended in the end."""

    @property
    def silent(self) -> float:
        """Return the seconds since its last report, or since its start."""
        return time.monotonic() - self._heard_at

    def tell(self, message: bytes) -> None:
        """Tell it what is served, now and whenever it is started again."""
        self._told = message
        if self._writer is not None:
            self._writer.write(message)

    def end(self, number: signal.Signals) -> None:
        """Send a signal, and do not start it again."""
        self._ending.set()
        self._last_signal = number
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def serve(self) -> None:
        """Run it until it was told to end."""
        pause = FIRST_RESTART_AFTER
        while not self._ending.is_set():
            started_at = time.monotonic()
            self.code = await self._run()
            self._observer.ended()
            if self._ending.is_set():
                return
            lived = time.monotonic() - started_at
            pause = FIRST_RESTART_AFTER if lived > STEADY_AFTER else pause
            log.error("Worker %s ended with code %s after %.0f s; it is started again", self.number, self.code, lived)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause)
            pause = min(pause * 2, MOST_RESTART_AFTER)

    @property
    def ended_well(self) -> bool:
        """Say whether it ended in order, or by the signal before it had begun to listen to any."""
        return self.code in (0, -signal.SIGTERM)

    async def _run(self) -> int:
        ours, its = socket.socketpair()
        order = Order(*self._assignment, listener=self._listener.fileno(), control=its.fileno())
        self.report, self._heard_at = None, time.monotonic()
        with its:
            self._process = await asyncio.create_subprocess_exec(
                *order.command(), stdin=asyncio.subprocess.DEVNULL, pass_fds=(order.listener, order.control)
            )
        self._observer.started()
        if self._ending.is_set():
            self._process.send_signal(self._last_signal)
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=_LONGEST_REPORT)
        self._writer.write(self._told)
        with suppress(OSError):
            while line := await reader.readline():
                self._hear(line)
        self._writer.close()
        # What a dead worker said of itself holds no longer.
        self._writer = self.report = None
        return await self._process.wait()

    def _hear(self, line: bytes) -> None:
        with suppress(msgspec.DecodeError):
            self.report = decode(line)
            self._heard_at = time.monotonic()
            self._observer.reported(self.report)


class Workers:
    """All of them."""

    def __init__(self, directories: Directories, listeners: Sequence[socket.socket], metrics: ServiceMetrics) -> None:
        """Take the directories, a listening socket for each, and where their numbers go."""
        self._listeners = listeners
        self._own = Numbers()
        self._metrics = metrics
        shared = len(listeners), str(directories.data), str(directories.library)
        self.all = [
            WorkerProcess(Assignment(number, *shared), listener, self._observer(number))
            for number, listener in enumerate(listeners)
        ]

    def _observer(self, number: int) -> Observer:
        def started() -> None:
            self._own.of("worker_starts")[()] += 1
            self._metrics.update("workers", self._own.snapshot())

        return Observer(
            started,
            lambda report: self._metrics.update(number, report.numbers),
            lambda: self._metrics.ended(number),
        )

    async def serve(self) -> bool:
        """Run all until they were told to end; say whether all ended well."""
        await asyncio.gather(*(worker.serve() for worker in self.all))
        return all(worker.ended_well for worker in self.all)

    def tell(self, service: Service) -> None:
        """Tell all what is served from now on."""
        message = encode(service)
        for worker in self.all:
            worker.tell(message)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to all, for good."""
        # Else a connection would wait in vain once its worker accepts no more.
        for listener in self._listeners:
            listener.close()
        for worker in self.all:
            worker.end(number)
