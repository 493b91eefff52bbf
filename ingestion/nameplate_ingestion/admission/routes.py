"""What each path is for: Segment's long names and short ones, the pixel, metrics, and the operator's question."""

from enum import Enum
from typing import NamedTuple

from nameplate_api.mounts import WELL_KNOWN_PATH

PREFIX = b"/v1/"
PIXEL = b"/v1/pixel/"
BATCH = "batch"
CALLS = ("identify", "track", "page", "screen", "group", "alias")

_SHORT = {b"i": "identify", b"t": "track", b"p": "page", b"s": "screen", b"g": "group", b"a": "alias", b"b": BATCH}
_LONG = {name.encode(): name for name in (*CALLS, BATCH)}


class Kind(Enum):
    """How a path's requests are read."""

    EVENTS = 1
    PIXEL = 2
    METRICS = 3
    WELL_KNOWN = 4


class Route(NamedTuple):
    """One path: what it is for, the call it makes, and the methods that it knows."""

    kind: Kind
    call: str
    methods: tuple[bytes, ...]


_POST = (b"POST", b"OPTIONS")
_GET = (b"GET", b"OPTIONS")
_ROUTES = {
    **{PREFIX + name: Route(Kind.EVENTS, call, _POST) for name, call in {**_SHORT, **_LONG, b"import": BATCH}.items()},
    **{PIXEL + name.encode(): Route(Kind.PIXEL, name, _GET) for name in CALLS},
    PREFIX + b"m": Route(Kind.METRICS, "", _POST),
    WELL_KNOWN_PATH.encode(): Route(Kind.WELL_KNOWN, "", (b"GET",)),
}


def find_route(path: bytes) -> Route | None:
    """Return what a path without its query is for; one slash at its end changes nothing (analytics-java posts so)."""
    return _ROUTES.get(path) or _ROUTES.get(path.removesuffix(b"/"))
