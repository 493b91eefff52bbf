"""Requests of one event, or of none: a browser's, a shell's, a mail's; and what a browser does when its page goes."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from tests.nameplate_ingestion.sdks.libraries import BROWSER, LIBRARIES
from tests.nameplate_ingestion.sdks.library import SERVER_CALLS, an_event
from tests.nameplate_ingestion.sdks.replay import SENT_AT, Replay, basic, key_of, octets

_AJS = LIBRARIES["Analytics.js"]
_CHUNK = 64 * 1024


def _posted(call: str, what: str = "", path: str = "", **fields: Any) -> Replay:
    (event,) = _AJS.events(f"ajs-{what or 'single'}-{call}", [call], **fields)
    sent = {"sentAt": SENT_AT, **event}
    body = octets({**sent, **_AJS.unsaid})
    where = path or f"/v1/{call[0]}"
    return Replay(
        "Analytics.js", what or f"{call} by itself", where, _AJS.headers, body, [sent], preflight=_AJS.preflight
    )


def _older() -> Replay:
    """Before 1.84 the key stands in the event alone, and nothing is asked first."""
    return replace(_posted("track", "before 1.84"), headers=BROWSER, preflight=())


def _hidden() -> list[Replay]:
    """All that waits is sent at once, in pieces that a browser still sends when the page has gone."""
    return [_AJS.full_batch(f"piece {number} when the page is hidden", 5, _CHUNK) for number in (1, 2, 3)]


_SERIES = [{"type": "Counter", "metric": "analytics_js.invoke", "value": 1, "tags": {"type": "track"}}]
_BROWSER = (
    *(_posted(call) for call in SERVER_CALLS),
    _posted("identify", "a visitor without a name", userId=None),
    _posted("track", "a clock that is ahead", timestamp="2099-01-01T00:00:00Z", sentAt="2099-01-01T00:00:01Z"),
    _older(),
    _AJS.full_batch("ten events", 10, 40_000),
    *_hidden(),
    Replay("Analytics.js", "metrics of the library", "/v1/m", BROWSER, octets({"series": _SERIES})),
)


def _by_hand(call: str, *, in_body: bool) -> Replay:
    where = "body" if in_body else "header"
    event = an_event(call, f"api-{where}-{call}", context={"app": {"name": "Acme"}})
    del event["type"]
    key = {"writeKey": key_of("HTTP API")} if in_body else {}
    headers = {"Content-Type": "application/json", **({} if in_body else basic("HTTP API"))}
    what = f"{call} with the key in the {where}"
    return Replay("HTTP API", what, f"/v1/{call}", headers, octets({**event, **key}), [{**event, "type": call}])


def _largest() -> Replay:
    event = an_event("track", "api-largest", note="")
    event["note"] = "x" * (32 * 1024 - len(octets(event)))
    return Replay("HTTP API", "an event of 32 KiB", "/v1/track", basic("HTTP API"), octets(event), [event])


_SERVER = (
    *(_by_hand(call, in_body=in_body) for call in SERVER_CALLS for in_body in (False, True)),
    _largest(),
)

_IMAGE = {"Accept": "image/*", "User-Agent": "Mozilla/5.0 Mail"}


def _pixel(call: str) -> Replay:
    event = an_event(call, f"pixel-data-{call}")
    data = base64.b64encode(octets({**event, "writeKey": key_of("Pixel")})).decode()
    path = f"/v1/pixel/{call}?{urlencode({'data': data})}"
    return Replay("Pixel", f"{call} in Base64", path, _IMAGE, b"", [event], method="GET")


def _parameters(call: str, said: dict[str, Any], parameters: Sequence[tuple[str, str]]) -> Replay:
    """The values of parameters are text, whatever they look like."""
    common = {"userId": "025pikachu025", "messageId": f"pixel-plain-{call}"}
    query = urlencode([("writeKey", key_of("Pixel")), *common.items(), *parameters])
    event = {"type": call, **common, **said}
    return Replay("Pixel", f"{call} in parameters", f"/v1/pixel/{call}?{query}", _IMAGE, b"", [event], method="GET")


_MAIL = (
    *(_pixel(call) for call in SERVER_CALLS),
    _parameters(
        "track",
        {"event": "Email Opened", "properties": {"subject": "Hello & co", "n": "1"}},
        [("event", "Email Opened"), ("properties.subject", "Hello & co"), ("properties.n", "1")],
    ),
    _parameters("identify", {"traits": {"name": {"first": "Jane"}}}, [("traits.name.first", "Jane")]),
)

REPLAYS = (*_BROWSER, *_SERVER, *_MAIL)
