"""One timer for all connections: who is late, and what second it is."""

import time
from email.utils import formatdate

from nameplate_ingestion.server.context import ServerContext


class Watch:
    """Compares every connection's deadline with the clock at a steady beat.

    A request moves its deadline by writing a number; it never touches a timer.
    """

    def __init__(self, context: ServerContext) -> None:
        """Begin at once."""
        self._context = context
        self._second = -1
        self._timer = context.loop.call_soon(self._beat)

    def stop(self) -> None:
        """End."""
        self._timer.cancel()

    def _beat(self) -> None:
        context = self._context
        second = int(time.time())
        if second != self._second:
            self._second = second
            context.writer.date = b"Date: %b\r\n" % formatdate(second, usegmt=True).encode()
        now = context.loop.time()
        for connection in [connection for connection in context.connections if connection.due <= now]:
            connection.expire(now)
        self._timer = context.loop.call_later(context.deadlines.look_every, self._beat)
