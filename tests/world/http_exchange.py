"""What passes a fault proxy and what may happen to it: requests as logged, faults, and which request a fault takes."""

import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from multidict import CIMultiDict

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


class Point(StrEnum):
    """The three moments of an exchange at which a client may be cut off or killed."""

    BEFORE_FORWARDING = "before the request leaves"
    AFTER_EFFECT = "after the effect, before the answer"
    AFTER_ANSWER = "after the answer"


@dataclass
class Exchange:
    """One request: a row of the proxy's log, completed while it passes."""

    number: int
    method: str
    path: str
    query: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.time)
    status: int | None = None
    """What the upstream answered; None if it was never asked, or has not answered (yet)."""
    fault: "HttpFault | None" = None

    def __str__(self) -> str:
        return f"{self.number} {self.method} {self.path} {self.status}"


Hook = Callable[[Exchange], object]


@dataclass(frozen=True)
class HttpFault:
    """At one point: wait, call a hook (in a thread), then cut the connection or answer something else.

    A hook that kills the client goes with `drop=True`, so that the outcome does not depend on who notices first.
    """

    at: Point = Point.BEFORE_FORWARDING
    delay: float = 0.0
    hook: Hook | None = None
    drop: bool = False
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class HttpInjection:
    """A fault in force: of the requests that match, only the nth, or the first `times`, or all."""

    fault: HttpFault
    methods: Collection[str] = ()
    path: str = ""
    nth: int | None = None
    times: int | None = None
    query: str = ""
    matched: int = field(default=0, init=False)

    def takes(self, exchange: Exchange) -> bool:
        """Whether this exchange is meant; counts it if it matches."""
        if self.methods and exchange.method not in self.methods:
            return False
        if not re.search(self.path, exchange.path) or not re.search(self.query, exchange.query):
            return False
        self.matched += 1
        if self.nth is not None:
            return self.matched == self.nth
        return self.times is None or self.matched <= self.times


def end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """Return the headers that a proxy passes on (RFC 9110, section 7.6.1)."""
    return CIMultiDict((k, v) for k, v in headers.items() if k.lower() not in _HOP_BY_HOP)
