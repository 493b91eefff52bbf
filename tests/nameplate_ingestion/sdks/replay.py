"""A replay: one request as a library sends it, octet for octet where that matters, and what must come of it."""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KEY = "k3y"
SENT_AT = "2026-11-25T03:22:26.500Z"
ASKED_AT = "2026-11-25T03:22:25.500Z"
"""One second before it was sent."""

BASIC = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
BEARER = {"Authorization": "Bearer an-access-token"}


@dataclass(frozen=True)
class Replay:
    """A request of one library; the events it brings are told by their names in order."""

    sdk: str
    what: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    events: Sequence[Mapping[str, Any]] = ()
    """What each delivered event must hold at least."""
    chunked: bool = False
    corrected: bool = True
    """Whether the client told when it sent the request, so that the times can be corrected."""
    preflight: Sequence[str] = field(default=())
    """Headers that a browser asks for first."""

    @property
    def id(self) -> str:
        """Name of the row."""
        return f"{self.sdk}: {self.what}"


def octets(body: Mapping[str, Any]) -> bytes:
    """Return the body as JSON."""
    return json.dumps(body, separators=(",", ":")).encode()


def packed(body: Mapping[str, Any]) -> bytes:
    """Return the body as gzip."""
    return gzip.compress(octets(body), mtime=0)


def track(message_id: str, **fields: Any) -> dict[str, Any]:
    """Return a track event of a known user, as every library writes it."""
    event = {
        "type": "track",
        "event": "Order Completed",
        "userId": "u-1",
        "messageId": message_id,
        "timestamp": ASKED_AT,
        "properties": {"total": 30.5, "currency": "EUR", "products": [{"sku": "a"}]},
        "integrations": {},
    }
    return {**event, **fields}
