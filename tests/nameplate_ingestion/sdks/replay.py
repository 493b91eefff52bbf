"""A replay: one request as a library sends it, octet for octet where that matters, and what must come of it."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

ASKED_AT = "2026-11-25T03:22:25.500Z"
SENT_AT = "2026-11-25T03:22:26.500Z"

SOURCES = {
    "Analytics.js": ("website", "AnalyticsJS"),
    "Node.js": ("node", "NodeJS"),
    "Python": ("python", "Python"),
    "Go": ("go", "Go"),
    "Java": ("java", "Java"),
    "Clojure": ("clojure", "Clojure"),
    "Ruby": ("ruby", "Ruby"),
    "PHP": ("php", "PHP"),
    ".NET": ("dotnet", "DotNet"),
    "C#": ("game", "Mobile"),
    "Kotlin": ("android", "Mobile"),
    "Swift": ("ios", "Mobile"),
    "React Native": ("app", "Mobile"),
    "HTTP API": ("shell", "Go"),
    "Pixel": ("mail", "Pixel"),
}
"""Name and type of the source of each library; the last two are none."""
DEVICES = frozenset({"AnalyticsJS", "Mobile", "Pixel"})
"""Types of which each request comes from a person's own device."""


@dataclass(frozen=True)
class Replay:
    """A request of one library, and the events that it brings in their order."""

    sdk: str
    what: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    events: Sequence[Json] = ()
    """What each delivered event must hold: as it was sent, with what its batch says for all."""
    chunked: bool = False
    preflight: Sequence[str] = ()
    """Headers that a browser asks for first."""
    method: str = "POST"
    direct: bool = False
    """Whether the events ask for the address of whoever sends them."""

    @property
    def id(self) -> str:
        """Name of the row."""
        return f"{self.sdk}: {self.what}"

    @property
    def source(self) -> str:
        """Name of the source that the events must be of."""
        return SOURCES[self.sdk][0]

    @property
    def addressed(self) -> bool:
        """Whether the events get the client's address."""
        return self.direct or SOURCES[self.sdk][1] in DEVICES


def sources() -> list[dict[str, str]]:
    """Return the sources of all libraries, as a settings document has them."""
    return [{"name": name, "type": kind, "writeKey": f"{name}-key"} for name, kind in SOURCES.values()]


def key_of(sdk: str) -> str:
    """Return the write key of a library's source."""
    return f"{SOURCES[sdk][0]}-key"


def basic(sdk: str) -> dict[str, str]:
    """Return the header of Basic authentication with the key as the user."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key_of(sdk)}:".encode()).decode()}


BEARER = {"Authorization": "Bearer an-access-token"}


def octets(body: Json) -> bytes:
    """Return the body as JSON."""
    return json.dumps(body, separators=(",", ":")).encode()


def packed(body: Json) -> bytes:
    """Return the body as gzip."""
    return gzip.compress(octets(body), mtime=0)
