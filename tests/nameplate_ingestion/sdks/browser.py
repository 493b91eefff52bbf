"""What Analytics.js sends: an event a request, or batches; read off real traffic of Chromium."""

from typing import Any

from tests.nameplate_ingestion.sdks.replay import ASKED_AT, BASIC, KEY, SENT_AT, Replay, octets

_BROWSER = {
    "Content-Type": "text/plain",
    "Origin": "https://www.acme.com",
    "Referer": "https://www.acme.com/",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0",
}
_CONTEXT = {
    "page": {"path": "/", "referrer": "", "search": "", "title": "Acme", "url": "https://www.acme.com/"},
    "library": {"name": "analytics.js", "version": "next-1.84.3"},
    "consent": {"categoryPreferences": {"Advertising": True, "Analytics": False}},
    "userAgent": _BROWSER["User-Agent"],
    "locale": "en-GB",
}
_AUTHORIZED = {**_BROWSER, **BASIC}


def _event(kind: str, number: int, **fields: Any) -> dict[str, Any]:
    common = {
        "timestamp": ASKED_AT,
        "integrations": {},
        "anonymousId": "f3e0c8a1-5b7d-4a7c-9a52-0f5ad2b6c1de",
        "userId": None,
        "type": kind,
        "context": _CONTEXT,
        "messageId": f"ajs-next-1764041234567-{kind}-{number}",
        "_metadata": {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []},
    }
    return {**common, **fields}


def _single(path: str, kind: str, **fields: Any) -> Replay:
    event = _event(kind, 1, **fields)
    sent = {**event, "writeKey": KEY, "sentAt": SENT_AT}
    return Replay(
        "Analytics.js",
        f"{kind} by itself",
        path,
        _AUTHORIZED,
        octets(sent),
        (event,),
        preflight=("authorization",),
    )


_SINGLES = (
    _single("/v1/t", "track", event="Order Completed", properties={"total": 30.5}),
    _single("/v1/i", "identify", userId="u-1", traits={"email": "jane@acme.com"}),
    _single("/v1/p", "page", category=None, name="Home", properties={"path": "/"}),
    _single("/v1/g", "group", groupId="g-1", traits={"plan": "pro"}),
    _single("/v1/a", "alias", userId="u-2", previousId="u-1", **{"from": "u-1", "to": "u-2"}),
    _single("/v1/s", "screen", name="Welcome", properties={}),
)
_RETRIED = _event("track", 4, event="Three", properties={})
_OLDER = _event("track", 5, event="Four", properties={})
_PAIR = (
    _event("track", 2, event="One", properties={"a": 1}),
    _event("track", 3, event="Two", properties={"b": [1, None]}),
)

REPLAYS = (
    *_SINGLES,
    Replay(
        "Analytics.js",
        "a retry tells how often it was tried",
        "/v1/t",
        {**_AUTHORIZED, "X-Retry-Count": "2"},
        octets({**_RETRIED, "writeKey": KEY, "sentAt": SENT_AT}),
        (_RETRIED,),
        preflight=("authorization", "x-retry-count"),
    ),
    Replay(
        "Analytics.js",
        "before 1.84 the key stands in the event alone",
        "/v1/t",
        _BROWSER,
        octets({**_OLDER, "writeKey": KEY, "sentAt": SENT_AT}),
        (_OLDER,),
    ),
    Replay(
        "Analytics.js",
        "a batch tells at the top level when it was sent",
        "/v1/b",
        _AUTHORIZED,
        octets({"batch": [{**each, "writeKey": KEY} for each in _PAIR], "sentAt": SENT_AT, "writeKey": KEY}),
        _PAIR,
        preflight=("authorization",),
    ),
    Replay(
        "Analytics.js",
        "metrics of the library",
        "/v1/m",
        _BROWSER,
        octets(
            {"series": [{"type": "Counter", "metric": "analytics_js.invoke", "value": 1, "tags": {"type": "track"}}]}
        ),
    ),
)
