"""A connection too many: it is told so before it has asked anything, and closed."""

import asyncio
from typing import cast

from nameplate_ingestion.server.reply_octets import CLOSE
from nameplate_ingestion.server.service import Service
from nameplate_ingestion.server.unserved import Unserved


class TurnedAway(asyncio.Protocol):
    """Holds nothing and reads nothing."""

    def __init__(self, service: Service) -> None:
        """Turn away one client of `service`."""
        self._service = service

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer and close."""
        reply = self._service.refuse(Unserved.BUSY, None)
        writer = cast("asyncio.WriteTransport", transport)
        writer.write(self._service.writer.octets(reply, CLOSE, bodiless=False))
        writer.close()
