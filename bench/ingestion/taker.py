"""A Tracking API that takes all: what the service forwards to, in a process of its own that nobody is charged for.

    python -m bench.ingestion.taker PORT

reads no body; it answers each request once that has come.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

from bench.ingestion.processes import CLIENT_CORE, free_port, serve

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"success":true}'


@contextmanager
def taker() -> Iterator[str]:
    """Run it on the client's core; yield its URL."""
    port = free_port()
    with serve([sys.executable, "-m", "bench.ingestion.taker", str(port)], port, CLIENT_CORE):
        yield f"http://127.0.0.1:{port}"


class _Taker(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._left = 0
        """Octets of a body that are still to come."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        while self._held:
            if self._left:
                taken = min(self._left, len(self._held))
                del self._held[:taken]
                self._left -= taken
            else:
                end = self._held.find(_HEAD_END)
                if end < 0:
                    return
                found = _LENGTH.search(self._held, 0, end)
                self._left = int(found[1]) if found else 0
                del self._held[: end + len(_HEAD_END)]
            if not self._left:
                self._transport.write(_ANSWER)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Taker, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
