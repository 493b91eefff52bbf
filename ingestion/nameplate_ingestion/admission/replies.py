"""Rows as HTTP: one JSON object in each answer, or the pixel's image, and the headers of both."""

from functools import lru_cache

import msgspec

from nameplate_api.base import printable
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.cors import Headers, cors_headers
from nameplate_ingestion.admission.routes import PIXEL, find_route
from nameplate_ingestion.call import Call, Reply

SUCCESS = b'{"success":true}'
MOST_CHARACTERS = 500
_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_JSON = (b"content-type", b"application/json")
_IMAGE = (b"content-type", b"image/gif")
_NO_STORE = (b"cache-control", b"no-store")

_encode = msgspec.json.Encoder().encode


def make_reply(call: Call, row: Row, body: bytes, extra: Headers = ()) -> Reply:
    """Return a row as the answer to a call."""
    origin = call.headers.get(b"origin")
    if call.target.startswith(PIXEL) and call.method != b"OPTIONS":
        return Reply(row.status, (_IMAGE, *_common(origin), *extra), _GIF)
    return Reply(row.status, (_JSON, *_common(origin), *extra), body)


def refused(call: Call, row: Row, detail: str = "") -> Reply:
    """Return the answer that a row gives to a call."""
    extra = _retry(row)
    if row is Row.METHOD_NOT_ALLOWED and (route := find_route(call.target.partition(b"?")[0])):
        extra = ((b"allow", b", ".join(route.methods)),)
    if row is Row.UNSUPPORTED_ENCODING:
        extra = ((b"accept-encoding", b"gzip"),)
    return make_reply(call, row, error_body(row, detail), extra)


def refused_unread(row: Row) -> Reply:
    """Return the answer to a request of which no call could be made."""
    return Reply(row.status, (_JSON, *_common(None), *_retry(row)), error_body(row))


def error_body(row: Row, detail: str = "") -> bytes:
    """Return what a client reads: analytics-python shows ``code`` and ``message``, analytics-ruby ``error``."""
    message = printable(f"{row.text} ({detail})"[:MOST_CHARACTERS]) if detail else row.text
    return _encode({"success": False, "code": row.code, "message": message, "error": message})


@lru_cache(maxsize=1024)
def _common(origin: bytes | None) -> Headers:
    return (_NO_STORE, *cors_headers(origin))


def _retry(row: Row) -> Headers:
    """Return when to come back, in seconds; Analytics.js before 1.84 knows the second name only."""
    if row.retry_after is None:
        return ()
    seconds = b"%d" % row.retry_after
    return ((b"retry-after", seconds), (b"x-ratelimit-reset", seconds))
