"""Follows the mounted settings for all workers, and says once what is wrong with them."""

import asyncio
import logging

from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.operations import Operations
from nameplate_ingestion.served import Service
from nameplate_ingestion.service_metrics import ServiceMetrics
from nameplate_ingestion.settings_reader import Reading, SettingsReader
from nameplate_ingestion.workers import Workers

LOOK_EVERY = 1.0
"""Seconds."""

log = logging.getLogger(__name__)


class SettingsFollower:
    """Looks for new settings and tells the workers; a look at files that were not replaced costs some calls of stat."""

    def __init__(
        self, reader: SettingsReader, workers: Workers, operations: Operations, metrics: ServiceMetrics
    ) -> None:
        """Take who looks, and who must know."""
        self._reader, self._workers, self._operations, self._metrics = reader, workers, operations, metrics

    async def serve(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                reading = await asyncio.to_thread(self._reader.look)
                if reading is not None:
                    self._take(reading)
            except Exception:
                log.exception("The settings could not be looked at")
            await asyncio.sleep(LOOK_EVERY)

    def _take(self, reading: Reading) -> None:
        self._workers.tell(Service(dict(reading.domains), reading.complete))
        before = self._operations.problems
        for problem in reading.problems:
            if problem not in before:
                log.warning("Settings: %s", problem)
        if before and not reading.problems:
            log.info("Settings: nothing is wrong any more")
        self._operations.problems = reading.problems
        numbers = Numbers()
        numbers.of("settings_problems")[()] = len(reading.problems)
        for domain, served in reading.domains.items():
            numbers.of("missing_keys")[domain,] = len(served.tenant.missing_keys)
        self._metrics.update("settings", numbers.snapshot())
