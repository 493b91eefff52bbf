"""What the libraries for apps and the new C# library send: batches whose key stands in the body alone."""

from typing import Any

from tests.nameplate_ingestion.sdks.replay import KEY, SENT_AT, Replay, octets, packed, track


def _pair(name: str, version: str) -> tuple[dict[str, Any], dict[str, Any]]:
    context = {
        "library": {"name": name, "version": version},
        "device": {"id": "d-1", "type": "phone"},
        "consent": {"categoryPreferences": {"Analytics": True}},
    }
    fields = {"anonymousId": "a-1", "context": context, "_metadata": {"bundled": [], "unbundled": [], "bundledIds": []}}
    return track(f"{name}-1", **fields), track(f"{name}-2", event="Two", userId="", **fields)


def _body(events: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {"batch": events, "sentAt": SENT_AT, "writeKey": KEY}


_CSHARP = _pair("Analytics-CSharp", "2.6.0")
_KOTLIN = _pair("analytics-kotlin", "1.24.1")
_SWIFT = _pair("analytics-swift", "1.9.4")
_REACT_NATIVE = _pair("@segment/analytics-react-native", "2.21.4")

REPLAYS = (
    Replay(
        "C#",
        "a compressed batch of no media type",
        "/v1/b",
        {"Content-Encoding": "gzip", "Accept": "text/plain"},
        packed(_body(_CSHARP)),
        _CSHARP,
    ),
    Replay(
        "Kotlin",
        "a compressed batch in chunks, as plain text",
        "/v1/b",
        {"Content-Type": "text/plain", "Content-Encoding": "gzip", "User-Agent": "analytics-kotlin/1.24.1"},
        packed(_body(_KOTLIN)),
        _KOTLIN,
        chunked=True,
    ),
    Replay(
        "Swift",
        "a batch",
        "/v1/b",
        {"Content-Type": "application/json; charset=utf-8", "User-Agent": "analytics-ios/1.9.4"},
        octets(_body(_SWIFT)),
        _SWIFT,
    ),
    Replay(
        "React Native",
        "a batch and a retry",
        "/v1/b",
        {"Content-Type": "application/json; charset=utf-8", "X-Retry-Count": "1"},
        octets(_body(_REACT_NATIVE)),
        _REACT_NATIVE,
    ),
)
