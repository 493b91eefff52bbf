"""What the libraries for servers send: batches, by the path, key and encoding of each."""

from typing import Any

from tests.nameplate_ingestion.sdks.replay import BASIC, BEARER, KEY, SENT_AT, Replay, octets, packed, track

_JSON = {"Content-Type": "application/json"}


def _library(name: str, version: str) -> dict[str, Any]:
    return {"library": {"name": name, "version": version}}


def _pair(sdk: str, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return track(f"{sdk}-1", **fields), track(f"{sdk}-2", event="Two", userId="u-2", **fields)


_NODE = _pair("node", context=_library("@segment/analytics-node", "3.1.0"), _metadata={"nodeVersion": "20.19.2"})
_NODE_HEADERS = {**_JSON, "User-Agent": "analytics-node-next/latest"}
_PYTHON = _pair("python", context=_library("analytics-python", "2.4.0"), anonymousId=None)
_PYTHON_HEADERS = {**_JSON, "User-Agent": "analytics-python/2.4.0"}
_GO = _pair("go", timestamp="2026-11-25T04:22:25.5+01:00")
_GO_CONTEXT = _library("analytics-go", "3.0.0")
_JAVA = _pair("java")
_JAVA_CONTEXT = _library("analytics-java", "3.5.5")
_JAVA_HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "analytics-java/3.5.5", **BASIC}
_RUBY = _pair("ruby", context=_library("analytics-ruby", "2.5.0"))
_PHP = _pair("php", context=_library("analytics-php", "3.8.2"), timestamp="2026-11-25T03:22:25.500+00:00")
_PHP_HEADERS = {**_JSON, "User-Agent": "analytics-php/3.8.2", **BASIC}
_DOT_NET = _pair("net", context=_library("Analytics.NET", "3.8.1"), timestamp="2026-11-25T03:22:25.5000000+00:00")
_DOT_NET_BODY = {"batch": _DOT_NET, "messageId": "net-batch", "sentAt": SENT_AT, "context": None}


def _merged(events: tuple[dict[str, Any], ...], context: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple({**event, "context": {**context, **event.get("context", {})}} for event in events)


REPLAYS = (
    Replay(
        "Node.js",
        "a batch with Basic",
        "/v1/batch",
        {**_NODE_HEADERS, **BASIC},
        octets({"batch": _NODE, "writeKey": KEY, "sentAt": SENT_AT}),
        _NODE,
    ),
    Replay(
        "Node.js",
        "a batch with an access token and a retry",
        "/v1/batch",
        {**_NODE_HEADERS, **BEARER, "X-Retry-Count": "1"},
        octets({"batch": _NODE, "writeKey": KEY, "sentAt": SENT_AT}),
        _NODE,
    ),
    Replay(
        "Python",
        "a batch with Basic",
        "/v1/batch",
        {**_PYTHON_HEADERS, **BASIC},
        octets({"batch": _PYTHON, "writeKey": KEY, "sentAt": SENT_AT}),
        _PYTHON,
    ),
    Replay(
        "Python",
        "a compressed batch with an access token",
        "/v1/batch",
        {**_PYTHON_HEADERS, **BEARER, "Content-Encoding": "gzip"},
        packed({"batch": _PYTHON, "writeKey": KEY, "sentAt": SENT_AT}),
        _PYTHON,
    ),
    Replay(
        "Go",
        "a batch that names its library once, and no key",
        "/v1/batch",
        {**_JSON, "User-Agent": "analytics-go (version: 3.0.0)", **BASIC},
        octets(
            {"messageId": "go-batch", "sentAt": "2026-11-25T04:22:26.5+01:00", "batch": _GO, "context": _GO_CONTEXT}
        ),
        _merged(_GO, _GO_CONTEXT),
    ),
    Replay(
        "Java",
        "a batch that names its library once, to a path with a slash",
        "/v1/import/",
        _JAVA_HEADERS,
        octets({"batch": _JAVA, "sentAt": SENT_AT, "context": _JAVA_CONTEXT, "sequence": 1, "writeKey": KEY}),
        _merged(_JAVA, _JAVA_CONTEXT),
    ),
    Replay(
        "Clojure",
        "a batch as Java 3.5.1 sends it",
        "/v1/import/",
        {**_JAVA_HEADERS, "User-Agent": "analytics-java/3.5.1"},
        octets({"batch": _JAVA, "sentAt": SENT_AT, "context": _library("analytics-java", "3.5.1"), "sequence": 7}),
        _merged(_JAVA, _library("analytics-java", "3.5.1")),
    ),
    Replay(
        "Ruby",
        "a batch with Basic alone",
        "/v1/import",
        {**_JSON, "Accept": "application/json", "User-Agent": "analytics-ruby/2.5.0", **BASIC},
        octets({"sentAt": SENT_AT, "batch": _RUBY}),
        _RUBY,
    ),
    Replay(
        "PHP",
        "a batch with Basic alone",
        "/v1/batch",
        _PHP_HEADERS,
        octets({"batch": _PHP, "sentAt": "2026-11-25T03:22:26.500+00:00"}),
        _PHP,
    ),
    Replay(
        "PHP",
        "a compressed batch",
        "/v1/batch",
        {**_PHP_HEADERS, "Content-Encoding": "gzip"},
        packed({"batch": _PHP, "sentAt": "2026-11-25T03:22:26.500+00:00"}),
        _PHP,
    ),
    Replay(
        ".NET",
        "a batch with an empty context",
        "/v1/import",
        {**_JSON, "User-Agent": "analytics-.NET/3.8.1", **BASIC},
        octets(_DOT_NET_BODY),
        _DOT_NET,
    ),
    Replay(
        ".NET",
        "a compressed batch",
        "/v1/import",
        {**_JSON, "User-Agent": "analytics-.NET/3.8.1", "Content-Encoding": "gzip", **BASIC},
        packed(_DOT_NET_BODY),
        _DOT_NET,
    ),
)
