"""One timer for all connections: who is late, and what second it is."""

import time
from email.utils import formatdate

from nameplate_ingestion.server.service import Service


class Watch:
    """Compares every connection's deadline with the clock at a steady beat.

    A request moves its deadline by writing a number; it never touches a timer.
    """

    def __init__(self, service: Service) -> None:
        """Begin at once."""
        self._service = service
        self._second = -1
        self._timer = service.loop.call_soon(self._beat)

    def stop(self) -> None:
        """End."""
        self._timer.cancel()

    def _beat(self) -> None:
        service = self._service
        second = int(time.time())
        if second != self._second:
            self._second = second
            service.writer.date = b"Date: %b\r\n" % formatdate(second, usegmt=True).encode()
        now = service.loop.time()
        for connection in [connection for connection in service.connections if connection.due <= now]:
            connection.expire(now)
        self._timer = service.loop.call_later(service.deadlines.look_every, self._beat)
