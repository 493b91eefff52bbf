"""The head of a request, out of its octets: request line, wanted headers, and how the body is framed."""

from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final, NamedTuple

import httptools

from nameplate_ingestion.server.limits import ServerLimits
from nameplate_ingestion.server.target import METHODS, REQUEST_LINE, resolve
from nameplate_ingestion.server.unserved import Unserved, UnservedRequest

CHUNKED: Final = -1
"""Instead of a body's length."""
FRAMING: Final = frozenset({b"host", b"content-length", b"transfer-encoding", b"connection", b"expect"})
"""What the server itself asks of the headers; no handler sees these."""


class Head(NamedTuple):
    """A head that was found in order."""

    method: bytes
    target: bytes
    host: bytes
    headers: dict[bytes, bytes]
    length: int
    """Of the body, or CHUNKED."""
    persistent: bool
    """The client wants to go on with this connection after the answer."""
    http11: bool
    """HTTP/1.1: persistent unless said otherwise, and familiar with 100 Continue."""
    expects_continue: bool


class _Fields(dict[bytes, bytes]):
    """Takes header fields from the parser; what comes twice is joined by a comma (RFC 9110, 5.3)."""

    __slots__ = ("_kept",)

    def __init__(self, kept: AbstractSet[bytes]) -> None:
        self._kept = kept

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in self._kept:
            # The parser cuts white space off the front only.
            value = value.rstrip(b" \t")
            self[name] = self[name] + b", " + value if name in self else value


def read_head(octets: bytes, kept: AbstractSet[bytes], limits: ServerLimits) -> Head:
    """Return the head that these octets are, from the request line to the empty line. Raises UnservedRequest.

    `kept` names the headers that are wanted and those in FRAMING; the latter are used up here.
    """
    line = REQUEST_LINE.match(octets)
    if line is None:
        raise UnservedRequest(Unserved.MALFORMED)
    method, target, major, minor = line.groups()
    http11 = minor == b"1"
    if major != b"1" or not (http11 or minor == b"0"):
        raise UnservedRequest(Unserved.VERSION)
    if method not in METHODS:
        raise UnservedRequest(Unserved.UNIMPLEMENTED)
    if len(target) > limits.target:
        raise UnservedRequest(Unserved.TARGET_TOO_LONG)
    if octets.count(b"\n") - 2 > limits.headers or len(octets) > limits.header_line < _longest_line(octets):
        raise UnservedRequest(Unserved.HEAD_TOO_LARGE)
    fields = _read_fields(octets, kept)
    target, host = resolve(method, target, fields.pop(b"host", None), http11=http11)
    length = _body_length(fields.pop(b"content-length", None), fields.pop(b"transfer-encoding", None), http11=http11)
    persistent = _is_persistent(fields.pop(b"connection", None), http11)
    expects_continue = _expects_continue(fields.pop(b"expect", None), http11=http11)
    return Head(method, target, host, fields, length, persistent, http11, expects_continue)


def _longest_line(octets: bytes) -> int:
    return max(len(line) for line in octets.split(b"\r\n")[1:])


def _read_fields(octets: bytes, kept: AbstractSet[bytes]) -> dict[bytes, bytes]:
    fields = _Fields(kept)
    try:
        httptools.HttpRequestParser(fields).feed_data(octets)
    except httptools.HttpParserUpgrade:
        # Nobody here speaks another protocol: the request is answered as if it had not asked (RFC 9110, 7.8).
        pass
    except httptools.HttpParserError:
        raise UnservedRequest(Unserved.MALFORMED) from None
    return fields


def _body_length(length: bytes | None, coding: bytes | None, *, http11: bool) -> int:
    """Return the length; never one of two that could be meant (RFC 9112, 6.1 and 6.3)."""
    if coding is None:
        if length is None:
            return 0
        if not length.isdigit():
            raise UnservedRequest(Unserved.MALFORMED)
        return int(length)
    if length is not None or not http11:
        raise UnservedRequest(Unserved.MALFORMED)
    if coding.lower() != b"chunked":
        raise UnservedRequest(Unserved.UNIMPLEMENTED)
    return CHUNKED


@lru_cache(maxsize=256)
def _is_persistent(connection: bytes | None, http11: bool) -> bool:
    if connection is None:
        return http11
    options = {option.strip(b" \t") for option in connection.lower().split(b",")}
    return b"close" not in options and (http11 or b"keep-alive" in options)


def _expects_continue(expect: bytes | None, *, http11: bool) -> bool:
    """Tell whether to send 100 Continue; HTTP/1.0 does not know it (RFC 9110, 10.1.1)."""
    if expect is None or not http11:
        return False
    if expect.lower() != b"100-continue":
        raise UnservedRequest(Unserved.EXPECTATION)
    return True
