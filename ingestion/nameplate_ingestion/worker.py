"""One worker: follows the settings, serves, forwards, tells how it is, and ends in order.

python -m nameplate_ingestion.worker ORDER, where ORDER is JSON (see `order`)
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import uvloop

from nameplate_ingestion import logs
from nameplate_ingestion.admission.respond import WANTED_HEADERS
from nameplate_ingestion.intake import Intake
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.order import GRACE, Order
from nameplate_ingestion.report import Report, encode
from nameplate_ingestion.server import Server, ServerLimits
from nameplate_ingestion.settings_document import Served
from nameplate_ingestion.settings_reader import Reading, SettingsReader
from nameplate_ingestion.stations import Stations
from nameplate_ingestion.tenant import Limits

LOOK_EVERY = 1.0
REPORT_EVERY = 0.5
KEEP_SERVING = 5.0
"""Seconds after SIGTERM in which load balancers learn that nothing more shall come here."""
FINISH_TIMEOUT = 5.0
"""For requests that have begun."""

log = logging.getLogger("nameplate_ingestion.worker")


class Worker:
    """All parts of one process."""

    _domains: Mapping[str, Served]

    def __init__(self, order: Order) -> None:
        """Take what it is told."""
        data = Path(order.data)
        self._order = order
        self._reader = SettingsReader(Path(order.settings), Path(order.keys), data / "settings")
        self._numbers = Numbers()
        self._intake = Intake(self._numbers)
        self._stations = Stations(data, order.number, order.workers)
        self._server: Server | None = None
        self._problems: tuple[str, ...] = ()
        self._domains = {}
        self._signalled = asyncio.Event()
        self._hurried = asyncio.Event()

    async def run(self) -> None:
        """Serve until a signal, then end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signal)
        reporting = asyncio.create_task(self._report())
        await self._look()
        server = self._server = await self._serve()
        following = asyncio.create_task(self._follow())
        await self._signalled.wait()
        await self._end(server, loop.time() + GRACE)
        following.cancel()
        await self._stations.close()
        reporting.cancel()

    async def _end(self, server: Server, at: float) -> None:
        server.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), KEEP_SERVING)
        cut_off = await server.close(FINISH_TIMEOUT)
        if cut_off:
            log.warning("%s connections were cut off", cut_off)
        if await self._stations.drain(at) == 0:
            log.info("Everything is delivered")

    def _signal(self) -> None:
        (self._hurried if self._signalled.is_set() else self._signalled).set()

    async def _serve(self) -> Server:
        server = Server(self._intake.handle, self._intake.turn_away, WANTED_HEADERS, self._limits())
        await server.listen(socket.socket(fileno=self._order.listener))
        return server

    def _limits(self) -> ServerLimits:
        # The largest of all domains; what is too much for one of them is refused by its own limit.
        return ServerLimits(
            body=max((each.limits.body for each in self._intake.tenants.values()), default=Limits().body)
        )

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look()
            except Exception:
                log.exception("The settings could not be looked at")

    async def _look(self) -> None:
        reading = await asyncio.to_thread(self._reader.look)
        if reading is not None:
            await self._take(reading)
        elif self._stations.failed:
            await self._stations.follow(self._domains)

    async def _take(self, reading: Reading) -> None:
        self._domains = reading.domains
        await self._stations.follow(reading.domains)
        self._intake.stations = self._stations.own
        self._intake.tenants = reading.tenants
        if self._server is not None:
            self._server.limits = self._limits()
        stranded = [f"records of {each} are on disk, and no settings name it" for each in self._stations.stranded]
        problems = (*reading.problems, *stranded)
        for problem in problems:
            if problem not in self._problems:
                log.warning("Settings: %s", problem)
        if self._problems and not problems:
            log.info("Settings: nothing is wrong any more")
        self._problems = problems
        self._numbers.of("missing_keys").clear()
        for domain, served in reading.domains.items():
            self._numbers.of("missing_keys")[domain,] = len(served.tenant.missing_keys)

    async def _report(self) -> None:
        reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=self._order.control))
        lost = asyncio.create_task(self._end_with_parent(reader))
        while not lost.done():
            writer.write(encode(self._state()))
            await asyncio.sleep(REPORT_EVERY)

    async def _end_with_parent(self, reader: asyncio.StreamReader) -> None:
        """Nobody watches over this process any more, so that another may be started in its place: end at once."""
        with suppress(OSError):
            await reader.read()
        log.error("The process that watches over this one is gone")
        os._exit(1)

    def _state(self) -> Report:
        now = asyncio.get_running_loop().time()
        numbers, stations = self._numbers, self._stations
        stations.count(numbers)
        numbers.of("settings_problems")[()] = len(self._problems)
        numbers.of("connections")[()] = self._server.connections if self._server else 0
        unready = stations.unready()
        if self._signalled.is_set():
            unready.append("is ending")
        elif self._server is None:
            unready.append("is starting")
        elif not self._intake.tenants:
            unready.append("there are no settings to serve by")
        return Report(numbers.snapshot(), tuple(stations.stuck(now)), tuple(unready), self._problems)


def main() -> None:
    """Run the worker that the command line orders."""
    order = Order.read(sys.argv[1])
    logs.configure({"worker": order.number})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(order))


async def _run(order: Order) -> None:
    await Worker(order).run()


if __name__ == "__main__":
    main()
