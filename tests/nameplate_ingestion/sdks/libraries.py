"""The thirteen libraries: paths, headers, keys, encodings, clocks and limits of batches, read off their sources."""

from typing import Any

from tests.nameplate_ingestion.sdks.library import APP_CALLS, Library
from tests.nameplate_ingestion.sdks.replay import SENT_AT, basic, key_of

ORIGIN = "https://www.acme.com"
BROWSER = {
    "Content-Type": "text/plain",
    "Origin": ORIGIN,
    "Referer": f"{ORIGIN}/",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0",
}
_JSON = {"Content-Type": "application/json"}
_JSON_UTF_8 = {"Content-Type": "application/json; charset=utf-8"}


def _by(name: str, version: str) -> dict[str, Any]:
    return {"library": {"name": name, "version": version}}


def _on_a_device(name: str, version: str) -> dict[str, Any]:
    consent = {"categoryPreferences": {"Analytics": True, "Advertising": False}}
    context = {**_by(name, version), "device": {"id": "d-1", "type": "phone"}, "consent": consent}
    metadata: dict[str, list[str]] = {"bundled": [], "unbundled": [], "bundledIds": []}
    return {"anonymousId": "a-1", "context": context, "_metadata": metadata}


_PAGE = {"path": "/", "referrer": "", "search": "", "title": "Acme", "url": f"{ORIGIN}/"}

_ALL = (
    Library(
        "Analytics.js",
        "/v1/b",
        {**BROWSER, **basic("Analytics.js")},
        {"sentAt": SENT_AT, "writeKey": key_of("Analytics.js")},
        (30, 450 * 1024),
        {
            "anonymousId": "f3e0c8a1-5b7d-4a7c-9a52-0f5ad2b6c1de",
            "context": {**_by("analytics.js", "next-1.84.3"), "page": _PAGE, "locale": "en-GB"},
            "_metadata": {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []},
        },
        {"writeKey": key_of("Analytics.js")},
        preflight=("authorization",),
        counts_retries=True,
    ),
    Library(
        "Node.js",
        "/v1/batch",
        {**_JSON, "User-Agent": "analytics-node-next/latest", **basic("Node.js")},
        {"sentAt": SENT_AT, "writeKey": key_of("Node.js")},
        (15, 480 * 1024),
        {"context": _by("@segment/analytics-node", "3.1.0"), "_metadata": {"nodeVersion": "20.19.2"}},
        counts_retries=True,
    ),
    Library(
        "Python",
        "/v1/batch",
        {**_JSON, "User-Agent": "analytics-python/2.4.0", **basic("Python")},
        {"sentAt": "2026-11-25T03:22:26.500123+00:00", "writeKey": key_of("Python")},
        (100, 475_000),
        {
            "timestamp": "2026-11-25T03:22:25.500123+00:00",
            "anonymousId": None,
            "context": _by("analytics-python", "2.4.0"),
        },
        counts_retries=True,
    ),
    Library(
        "Go",
        "/v1/batch",
        {**_JSON, "User-Agent": "analytics-go (version: 3.0.0)", **basic("Go")},
        {
            "messageId": "go-batch",
            "sentAt": "2026-11-25T04:22:26.123456789+01:00",
            "context": _by("analytics-go", "3.0.0"),
        },
        (250, 500_000),
        {"timestamp": "2026-11-25T04:22:25.123456789+01:00"},
    ),
    Library(
        "Java",
        "/v1/import/",
        {**_JSON_UTF_8, "User-Agent": "analytics-java/3.5.5", **basic("Java")},
        {
            "sentAt": SENT_AT,
            "context": _by("analytics-java", "3.5.5"),
            "sequence": 1,
            "writeKey": key_of("Java"),
        },
        (250, 500 * 1024),
        counts_retries=True,
    ),
    Library(
        "Clojure",
        "/v1/import/",
        {**_JSON_UTF_8, "User-Agent": "analytics-java/3.5.1"},
        {
            "sentAt": SENT_AT,
            "context": _by("analytics-java", "3.5.1"),
            "sequence": 7,
            "writeKey": key_of("Clojure"),
        },
        (250, 500 * 1024),
        {"context": _by("analytics-clj", "0.10.2")},
    ),
    Library(
        "Ruby",
        "/v1/import",
        {**_JSON, "Accept": "application/json", "User-Agent": "analytics-ruby/2.5.0", **basic("Ruby")},
        {"sentAt": SENT_AT},
        (100, 500 * 1024),
        {"context": _by("analytics-ruby", "2.5.0")},
    ),
    Library(
        "PHP",
        "/v1/batch",
        {**_JSON, "User-Agent": "analytics-php/3.8.2", **basic("PHP")},
        {"sentAt": "2026-11-25T03:22:26+00:00"},
        (100, 500 * 1024),
        {"timestamp": "2026-11-25T03:22:25+00:00", "context": {**_by("analytics-php", "3.8.2"), "consumer": "LibCurl"}},
    ),
    Library(
        ".NET",
        "/v1/import",
        {**_JSON, "User-Agent": "analytics-.NET/3.8.1", **basic(".NET")},
        {"messageId": "net-batch", "sentAt": SENT_AT, "context": None},
        (20, 500 * 1024),
        {"timestamp": "2026-11-25T03:22:25.5000000+00:00", "context": _by("Analytics.NET", "3.8.1")},
    ),
    Library(
        "C#",
        "/v1/b",
        {"Content-Encoding": "gzip", "Accept": "text/plain"},
        {"sentAt": SENT_AT, "writeKey": key_of("C#")},
        (200, 475_000),
        _on_a_device("Analytics-CSharp", "2.6.0"),
        packed=True,
    ),
    Library(
        "Kotlin",
        "/v1/b",
        {"Content-Type": "text/plain", "Content-Encoding": "gzip", "User-Agent": "analytics-kotlin/1.24.1"},
        {"sentAt": "2026-11-25T03:22:26.500123Z", "writeKey": key_of("Kotlin")},
        (20, 475_000),
        {"timestamp": "2026-11-25T03:22:25.500123Z", **_on_a_device("analytics-kotlin", "1.24.1")},
        calls=APP_CALLS,
        packed=True,
        chunked=True,
    ),
    Library(
        "Swift",
        "/v1/b",
        {**_JSON_UTF_8, "User-Agent": "analytics-ios/1.9.4"},
        {"sentAt": SENT_AT, "writeKey": key_of("Swift")},
        (20, 475_000),
        _on_a_device("analytics-swift", "1.9.4"),
        calls=APP_CALLS,
    ),
    Library(
        "React Native",
        "/v1/b",
        _JSON_UTF_8,
        {"sentAt": SENT_AT, "writeKey": key_of("React Native")},
        (500, 500 * 1024),
        {**_on_a_device("@segment/analytics-react-native", "2.21.4"), "userId": ""},
        calls=APP_CALLS,
        counts_retries=True,
    ),
)
LIBRARIES = {library.sdk: library for library in _ALL}
