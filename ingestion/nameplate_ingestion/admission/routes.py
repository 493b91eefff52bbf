"""What each path is for: Segment's long names and short ones, the pixel, the library, and the operator's question."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from nameplate_api.mounts import WELL_KNOWN_PATH
from nameplate_ingestion.library.upstream.path import file_path

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
    LIBRARY = 5
    CHUNK = 6
    SETTINGS = 7
    UPSTREAM = 8


class Route(NamedTuple):
    """One path: what it is for, the call it makes, the methods that it knows, and the key or file that it names."""

    kind: Kind
    call: str
    methods: tuple[bytes, ...]
    named: bytes = b""


_POST = (b"POST", b"OPTIONS")
_GET = (b"GET", b"OPTIONS")
READ = (b"GET", b"HEAD", b"OPTIONS")
_LIBRARY = re.compile(
    rb"/analytics\.js/v1/(?P<library>[^/]+)/(?:platform/)?analytics\.min\.js"
    rb"|/analytics-next/bundles/(?P<chunk>[A-Za-z0-9._-]+)"
    rb"|/v1/projects/(?P<settings>[^/]+)/settings"
)
_NO_ALIASES: Mapping[bytes, bytes] = {}
_LIBRARY_KINDS = {"library": Kind.LIBRARY, "chunk": Kind.CHUNK, "settings": Kind.SETTINGS}
_ROUTES = {
    **{PREFIX + name: Route(Kind.EVENTS, call, _POST) for name, call in {**_SHORT, **_LONG, b"import": BATCH}.items()},
    **{PIXEL + name.encode(): Route(Kind.PIXEL, name, _GET) for name in CALLS},
    PREFIX + b"m": Route(Kind.METRICS, "", _POST),
    WELL_KNOWN_PATH.encode(): Route(Kind.WELL_KNOWN, "", (b"GET",)),
}


def find_route(path: bytes, aliases: Mapping[bytes, bytes] = _NO_ALIASES) -> Route | None:
    """Return what a path without its query is for; `aliases` are those of the tenant.

    One slash at the end of a path for events changes nothing (analytics-java posts so).
    """
    return _ROUTES.get(path) or _ROUTES.get(path.removesuffix(b"/")) or _library_route(path, aliases)


def _library_route(path: bytes, aliases: Mapping[bytes, bytes]) -> Route | None:
    match = _LIBRARY.fullmatch(path)
    if match is not None and (group := match.lastgroup):
        return Route(_LIBRARY_KINDS[group], "", READ, match[group])
    if file_path(path) is not None:
        return Route(Kind.UPSTREAM, "", READ, path)
    key = aliases.get(path)
    return None if key is None else Route(Kind.LIBRARY, "", READ, key)
