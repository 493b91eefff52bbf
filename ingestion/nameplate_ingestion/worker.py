"""One worker: serves what it is told to, forwards, tells how it is, and ends in order.

python -m nameplate_ingestion.worker ORDER, where ORDER is JSON (see `order`)
"""

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvloop

from nameplate_api import json_lines
from nameplate_ingestion.admission.respond import WANTED_HEADERS
from nameplate_ingestion.admission.upstream_files import wanted_documents
from nameplate_ingestion.intake import Intake
from nameplate_ingestion.library.shelf import Library
from nameplate_ingestion.library.upstream.service import Upstream
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.order import GRACE, Order
from nameplate_ingestion.report import Report, encode
from nameplate_ingestion.served import Service, read_service
from nameplate_ingestion.server import Server, ServerLimits
from nameplate_ingestion.stations import Stations
from nameplate_ingestion.tenant import Limits

AGAIN_AFTER = 1.0
"""Seconds until settings that could not be followed whole are tried again."""
REPORT_EVERY = 0.5
"""Seconds at the most."""
KEEP_SERVING = 5.0
"""Seconds after SIGTERM in which load balancers learn that nothing more shall come here."""
FINISH_TIMEOUT = 5.0
"""For requests that have begun."""
_OBJECTS_MOST = 10_000
"""That are new before they are searched for cycles."""

log = logging.getLogger("nameplate_ingestion.worker")


class Worker:
    """All parts of one process."""

    def __init__(self, order: Order) -> None:
        """Take what it is told."""
        self._order = order
        self._numbers = Numbers()
        self._intake = Intake(self._numbers)
        self._intake.library, self._library_problem = _read_library(Path(order.library))
        self._stations = Stations(Path(order.data), order.number, order.workers)
        self._upstream = Upstream(Path(order.data) / "upstream", order.number, order.workers, self._count_fetch)
        self._intake.upstream = self._upstream
        self._server: Server | None = None
        self._told: asyncio.Queue[Service] = asyncio.Queue()
        self._signalled, self._hurried, self._news = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Serve until a signal, then end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signal)
        reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=self._order.control))
        following = asyncio.create_task(self._follow())
        others = [asyncio.create_task(self._hear(reader)), asyncio.create_task(self._report(writer))]
        await self._signalled.wait()
        ends_at = loop.time() + GRACE
        if self._server is not None:
            await self._finish(self._server)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        closing = asyncio.create_task(self._upstream.close())
        if await self._stations.drain(ends_at) == 0:
            log.info("Everything is delivered")
        await self._stations.close()
        await closing
        for task in others:
            task.cancel()

    def _count_fetch(self, kind: str, result: str) -> None:
        self._numbers.of("upstream_fetches")[kind, result] += 1

    def _signal(self) -> None:
        (self._hurried if self._signalled.is_set() else self._signalled).set()
        self._news.set()

    async def _finish(self, server: Server) -> None:
        server.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), KEEP_SERVING)
        cut_off = await server.close(FINISH_TIMEOUT)
        if cut_off:
            log.warning("%s connections were cut off", cut_off)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._told.put_nowait(await read_service(reader))
        except (OSError, asyncio.IncompleteReadError):
            log.error("The process that watches over this one is gone")  # noqa: TRY400 - nothing of ours is wrong
        except Exception as error:  # noqa: BLE001 - whatever it was: nothing more can be heard
            log.critical("What this process is told cannot be read: %s", type(error).__name__)
        # Nobody watches over this process any more, and another may be started in its place.
        os._exit(1)

    async def _follow(self) -> None:
        service = await self._told.get()
        while True:
            try:
                await self._take(service)
            except Exception:
                log.exception("The settings could not be followed; it is tried again")
                service = await self._next(service, AGAIN_AFTER)
            else:
                service = await self._next(service, AGAIN_AFTER if self._stations.incomplete else None)

    async def _next(self, service: Service, again_after: float | None) -> Service:
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._told.get(), again_after)
        return service

    async def _take(self, service: Service) -> None:
        domains = service.domains
        await self._stations.follow(domains)
        self._intake.stations = self._stations.own
        await self._upstream.follow(wanted_documents(each.tenant for each in domains.values()))
        self._intake.tenants = {host.encode(): each.tenant for each in domains.values() for host in each.tenant.hosts}
        self._intake.complete = service.complete
        # The largest of all domains; what is too much for one of them is refused by its own limit.
        largest = max((each.tenant.limits.body for each in domains.values()), default=Limits().body)
        server = self._server or Server(self._intake.handle, self._intake.turn_away, WANTED_HEADERS)
        server.screen = self._intake.screen
        server.limits = ServerLimits(body=largest)
        if self._server is None:
            await server.listen(socket.socket(fileno=self._order.listener))
            self._server = server
        self._news.set()

    async def _report(self, writer: asyncio.StreamWriter) -> None:
        while True:
            self._news.clear()
            writer.write(encode(self._state()))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), REPORT_EVERY)

    def _state(self) -> Report:
        now = asyncio.get_running_loop().time()
        numbers, stations = self._numbers, self._stations
        stations.count(numbers)
        numbers.of("connections")[()] = self._server.connections if self._server else 0
        unready = stations.unready()
        if self._signalled.is_set():
            unready.append("is ending")
        elif self._server is None:
            unready.append("is starting")
        elif not self._intake.tenants:
            unready.append("there are no settings to serve by")
        return Report(
            numbers.snapshot(), tuple(stations.stuck(now)), tuple(unready), (*stations.problems, *self._library_problem)
        )


def _read_library(directory: Path) -> tuple[Library | None, tuple[str, ...]]:
    """Return the library, or what is wrong with it: events are taken all the same."""
    try:
        library = Library.read(directory)
    except OSError as error:
        reason = error.strerror
    except (ValueError, KeyError):
        reason = "it was not made by nameplate_ingestion.library.build"
    else:
        log.info("Analytics.js %s is served", library.version)
        return library, ()
    problem = f"Analytics.js cannot be served from {directory}: {reason}"
    log.warning("%s", problem)
    return None, (problem,)


def main() -> None:
    """Run the worker that the command line orders."""
    order = Order.read(sys.argv[1])
    json_lines.configure(lambda: {"worker": order.number})
    # A connection is a descriptor, and so is a log's file; the soft limit is for programs that call select(2).
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # Requests leave no cycles behind, but a burst of them makes enough objects for several collections.
    gc.set_threshold(_OBJECTS_MOST)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(order))


async def _run(order: Order) -> None:
    await Worker(order).run()


if __name__ == "__main__":
    main()
