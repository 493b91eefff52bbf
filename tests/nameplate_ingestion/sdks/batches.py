"""Batches of every library: all its calls, a retry, its largest one, and what a setting of one makes of it."""

from dataclasses import replace
from typing import Any

from tests.nameplate_ingestion.sdks.libraries import LIBRARIES
from tests.nameplate_ingestion.sdks.library import Library
from tests.nameplate_ingestion.sdks.replay import BEARER, Replay

RETRY_COUNT = "X-Retry-Count"


def _calls(library: Library, what: str, **fields: Any) -> Replay:
    return library.batch(what, library.events(f"{library.sdk}-{what}", **fields))


def retried(replay: Replay) -> Replay:
    """Return the same request once more, as its library sends it: some tell how often they have tried."""
    if not LIBRARIES[replay.sdk].counts_retries:
        return replay
    # A browser has to ask whether it may tell.
    asked = (*replay.preflight, RETRY_COUNT.lower()) if replay.preflight else ()
    return replace(replay, headers={**replay.headers, RETRY_COUNT: "1"}, preflight=asked)


def _retries() -> list[Replay]:
    counting = [library for library in LIBRARIES.values() if library.counts_retries]
    return [retried(_calls(library, "a retry that is counted")) for library in counting]


_NODE, _PYTHON, _GO, _JAVA, _PHP, _DOT_NET, _SWIFT, _REACT_NATIVE = (
    LIBRARIES[sdk] for sdk in ("Node.js", "Python", "Go", "Java", "PHP", ".NET", "Swift", "React Native")
)
_GZIP = {"Content-Encoding": "gzip"}
_CHOSEN = (
    _calls(_NODE.with_(headers=BEARER), "an access token"),
    _calls(_PYTHON.with_(headers=BEARER), "an access token"),
    _calls(_PYTHON.with_(headers=_GZIP, packed=True), "compressed"),
    _calls(_PHP.with_(headers=_GZIP, packed=True), "compressed"),
    _calls(_DOT_NET.with_(headers=_GZIP, packed=True), "compressed"),
    _calls(_JAVA.with_(path="/v1/batch"), "a whole URL of one's own"),
    _calls(_REACT_NATIVE.with_(path="/v1/batch"), "a proxy as it is written"),
    _calls(_REACT_NATIVE.with_(path="/v1/import/?app=shop"), "a proxy with a query as it is written"),
)
_AHEAD = {"sentAt": "2099-01-01T00:00:01.500Z"}
_BEHIND = {"sentAt": "2001-01-01T00:00:01.500Z"}
_CLOCKS = (
    _calls(
        _NODE.with_(beside={**_NODE.beside, **_AHEAD}), "a clock that is ahead", timestamp="2099-01-01T00:00:00.500Z"
    ),
    _calls(
        _SWIFT.with_(beside={**_SWIFT.beside, **_AHEAD}), "a clock that is ahead", timestamp="2099-01-01T00:00:00.500Z"
    ),
    _calls(
        _PYTHON.with_(beside={**_PYTHON.beside, **_BEHIND}),
        "a clock that is behind",
        timestamp="2001-01-01T00:00:00.500Z",
    ),
    _calls(_GO, "times without a fraction", timestamp="2026-11-25T03:22:25Z"),
    _calls(_SWIFT, "events that waited for days", timestamp="2026-11-22T20:00:00.123Z"),
)
_MOST_AT_ONCE = _REACT_NATIVE.with_(fields={"anonymousId": "a-1"})
"""A thousand events fit into its largest batch only if they are short."""
_ADDRESSES = (
    _calls(_NODE, "a server that hands on a browser's calls", context={"direct": True}),
    _calls(_NODE, "a server that knows the address", context={"ip": "198.51.100.7"}),
    _calls(_SWIFT, "an app that knows the address", context={"ip": "2001:db8::7"}),
)

REPLAYS = (
    *(_calls(library, "all calls in one batch") for library in LIBRARIES.values()),
    *_retries(),
    *(library.full_batch("the largest batch", *library.largest) for library in LIBRARIES.values()),
    _MOST_AT_ONCE.full_batch("a thousand events", 1000, 500 * 1024),
    *_CHOSEN,
    *_CLOCKS,
    *_ADDRESSES,
)
