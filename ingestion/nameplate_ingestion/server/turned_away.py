"""A connection too many: it is told so before it has asked anything, and closed."""

import asyncio
from typing import cast

from nameplate_ingestion.server.context import ServerContext
from nameplate_ingestion.server.reply_octets import CLOSE
from nameplate_ingestion.server.unserved import Unserved


class TurnedAway(asyncio.Protocol):
    """Holds nothing and reads nothing."""

    def __init__(self, context: ServerContext) -> None:
        """Turn away one client of `context`."""
        self._context = context

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer and close."""
        reply = self._context.refuse(Unserved.BUSY, None)
        writer = cast("asyncio.WriteTransport", transport)
        writer.write(self._context.writer.octets(reply, CLOSE, bodiless=False))
        writer.close()
