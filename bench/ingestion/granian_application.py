"""What granian serves in the comparison: the same admission, the same log, the same counting, under its RSGI.

DIRECTORY and DURABILITY are environment variables.
"""

import asyncio
import os
from pathlib import Path

from bench.ingestion.service import DOMAIN, HOSTS, SOURCE, WRITE_KEY
from nameplate_api.mounts import VOLUME
from nameplate_api.sources import Durability, SourceType
from nameplate_ingestion.admission.respond import WANTED_HEADERS
from nameplate_ingestion.intake import Intake
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.station import Room, Station
from nameplate_ingestion.tenant import Limits, Source, Tenant
from tests.nameplate_ingestion.server.rsgi import RsgiApplication

_intake = Intake(Numbers())


class Application(RsgiApplication):
    """Serves the domain of the comparison; nothing is forwarded."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the log, before the first request."""
        directory = Path(os.environ["DIRECTORY"])
        source = Source(SOURCE, SourceType.ANALYTICS_JS, Durability(os.environ["DURABILITY"]))
        tenant = Tenant(DOMAIN, "0", "0", HOSTS, {WRITE_KEY.encode(): source})
        room = Room.of(VOLUME, 1, Limits().body)
        opened = DurableLog.open(directory / "log", Caps(octets=room.log, segment=room.segment), loop)
        _intake.tenants = {host.encode(): tenant for host in HOSTS}
        _intake.stations = {DOMAIN: Station(DOMAIN, directory, opened, room)}


app = Application(_intake.handle, _intake.turn_away, WANTED_HEADERS)
