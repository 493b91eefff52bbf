"""Rows as HTTP: one JSON object in each answer, or the pixel's image, and the headers of both."""

from functools import lru_cache

import msgspec

from nameplate_api.text import printable
from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.cors import Headers, cors_headers
from nameplate_ingestion.admission.routes import PIXEL, READ, find_route
from nameplate_ingestion.call import Call, Reply

SUCCESS = b'{"success":true}'
MOST_CHARACTERS = 500
_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_JSON = (b"content-type", b"application/json")
_IMAGE = (b"content-type", b"image/gif")
_NO_STORE = (b"cache-control", b"no-store")

_encode = msgspec.json.Encoder().encode


def make_reply(call: Call | None, row: Row, body: bytes, extra: Headers = ()) -> Reply:
    """Return a row as the answer to a call; None is a request that could not be read."""
    origin = call.headers.get(b"origin") if call else None
    if call and call.target.startswith(PIXEL) and call.method != b"OPTIONS":
        return Reply(row.status, (_IMAGE, *_common(origin), *extra), _GIF)
    if not extra and body is SUCCESS:
        return _success(row, origin)
    return Reply(row.status, (_JSON, *_common(origin), *extra), body)


def refused(call: Call | None, row: Row, detail: str = "") -> Reply:
    """Return a row that is no success as the answer to a call; None is a request that could not be read."""
    message = printable(f"{row.text} ({detail})"[:MOST_CHARACTERS]) if detail else row.text
    # analytics-python shows `code` and `message`, analytics-ruby `error`.
    body = _encode({"success": False, "code": row.code, "message": message, "error": message})
    return make_reply(call, row, body, _required(call, row))


@lru_cache(maxsize=1024)
def _success(row: Row, origin: bytes | None) -> Reply:
    return Reply(row.status, (_JSON, *_common(origin)), SUCCESS)


@lru_cache(maxsize=1024)
def _common(origin: bytes | None) -> Headers:
    return (_NO_STORE, *cors_headers(origin))


def _required(call: Call | None, row: Row) -> Headers:
    """Return the headers that a status asks for (RFC 9110, 10.2.3, 15.5.6 and 15.5.16)."""
    if row.retry_after is not None:
        seconds = b"%d" % row.retry_after
        # Analytics.js before 1.84 knows the second name only.
        return ((b"retry-after", seconds), (b"x-ratelimit-reset", seconds))
    if row is Row.UNSUPPORTED_ENCODING:
        return ((b"accept-encoding", b"gzip"),)
    if row is Row.METHOD_NOT_ALLOWED and call:
        # What has no route of its own is an alias of the library.
        route = find_route(call.target.partition(b"?")[0])
        return ((b"allow", b", ".join(route.methods if route else READ)),)
    return ()
