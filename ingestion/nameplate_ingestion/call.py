"""One HTTP request and its answer, as every part of the service sees them: no server's own types."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Call(NamedTuple):
    """A request that was read whole."""

    method: bytes
    target: bytes
    """Path and query as they were sent."""
    host: bytes
    """From the Host header: lower case, without port and final dot."""
    headers: Mapping[bytes, bytes]
    """By lower-case name, and only those that somebody here asks for; what came twice is joined by a comma."""
    body: bytes
    """As it was sent: not decompressed."""
    peer: str
    """Address of the other end of the connection; empty on a Unix socket."""

    @property
    def bare(self) -> "Call":
        """The call without its body, which nobody who waits for long may keep in memory."""
        return self._replace(body=b"")


class Reply(NamedTuple):
    """What is sent back; the server adds Content-Length, Date and Connection."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    shared: bytes = b""
    """Stands in front of the body, and in many replies: it is sent from where it lies, however slow the client is."""


Answer = Callable[[Reply], None]
"""Takes the one reply to a call, at once or later, in the loop's own thread."""
Handler = Callable[[Call, Answer], None]
"""Answers a call exactly once and never raises."""
Screen = Callable[[Call, int | None], Reply | None]
"""Answers a call without its body if no body can change that; gets the octets of the body if they are told."""
