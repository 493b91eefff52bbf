"""What clients may ask of the server: sizes in octets, times in seconds."""

from dataclasses import dataclass

from nameplate_api.request_limits import BODY_SIZE


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How large the parts of a request may be, how many of them may wait, and what all clients may take together."""

    target: int = 8192
    header_line: int = 8192
    head: int = 32 * 1024
    """Request line and all header lines with their line ends."""
    headers: int = 100
    body: int = BODY_SIZE
    pipelined: int = 16
    connections: int = 8192
    """Of all clients together; who comes then is turned away."""
    held: int = 32 * 1024**2
    """Octets of all requests that are not whole; beyond that, whoever began first is turned away."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a client may take; absolute times, which no trickle of octets prolongs."""

    head_timeout: float = 10.0
    """From the first octet of a request (or from the connection's start) to the end of its header block."""
    body_timeout: float = 30.0
    """From there to the end of the body."""
    idle_timeout: float = 75.0
    """Between an answer and the next request."""
    write_timeout: float = 30.0
    """For a client to take answers once more of them lie here than the transport wants to hold."""
    linger_timeout: float = 2.0
    """From the last answer of a connection to its end, if the client does not close it (RFC 9112, 9.6)."""

    @property
    def look_every(self) -> float:
        """How often to compare with the clock: whoever is late is closed at most this much later."""
        shortest = min(self.head_timeout, self.body_timeout, self.idle_timeout, self.write_timeout, self.linger_timeout)
        return min(0.5, shortest / 4)
