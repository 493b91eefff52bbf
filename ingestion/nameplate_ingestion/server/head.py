"""The head of a request, out of its octets: request line, wanted headers, and how the body is framed."""

from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

import httptools

from nameplate_ingestion.server.limits import ServerLimits
from nameplate_ingestion.server.refusal import Refusal, Refused
from nameplate_ingestion.server.target import METHODS, REQUEST_LINE, resolve

CHUNKED: Final = -1
"""Instead of a body's length."""
_FRAMING = frozenset({b"host", b"content-length", b"transfer-encoding", b"connection", b"expect"})


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
    modern: bool
    """HTTP/1.1: persistent unless said otherwise, and familiar with 100 Continue."""
    expects_continue: bool


class _Fields:
    """Takes the header fields from the parser; what comes twice is joined by a comma (RFC 9110, 5.3)."""

    __slots__ = ("framing", "headers", "wanted", "whole")

    def __init__(self, wanted: AbstractSet[bytes]) -> None:
        self.wanted = wanted
        self.headers: dict[bytes, bytes] = {}
        self.framing: dict[bytes, bytes] = {}
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in self.wanted:
            _add(self.headers, name, value)
        if name in _FRAMING:
            _add(self.framing, name, value)

    def on_headers_complete(self) -> None:
        self.whole = True


def _add(fields: dict[bytes, bytes], name: bytes, value: bytes) -> None:
    # The parser cuts white space off the front only.
    value = value.rstrip(b" \t")
    fields[name] = fields[name] + b", " + value if name in fields else value


def read_head(octets: bytes, wanted: AbstractSet[bytes], limits: ServerLimits) -> Head:
    """Return the head that these octets are, from the request line to the empty line. Raises Refused."""
    line = REQUEST_LINE.match(octets)
    if line is None:
        raise Refused(Refusal.MALFORMED)
    method, target, major, minor = line.groups()
    if major != b"1" or minor > b"1":
        raise Refused(Refusal.VERSION)
    if method not in METHODS:
        raise Refused(Refusal.UNIMPLEMENTED)
    _check_sizes(octets, target, limits)
    fields = _read_fields(octets, wanted)
    modern = minor == b"1"
    framing = fields.framing
    host = framing.get(b"host")
    if host is None and modern:
        raise Refused(Refusal.MALFORMED)
    target, host = resolve(method, target, host)
    return Head(
        method,
        target,
        host,
        fields.headers,
        _body_length(framing, modern=modern),
        _is_persistent(framing.get(b"connection"), modern=modern),
        modern,
        _expects_continue(framing.get(b"expect"), modern=modern),
    )


def _check_sizes(octets: bytes, target: bytes, limits: ServerLimits) -> None:
    if len(target) > limits.target:
        raise Refused(Refusal.TARGET_TOO_LONG)
    if octets.count(b"\n") - 2 > limits.headers:
        raise Refused(Refusal.HEAD_TOO_LARGE)
    if len(octets) > limits.header_line and any(len(line) > limits.header_line for line in octets.split(b"\r\n")[1:]):
        raise Refused(Refusal.HEAD_TOO_LARGE)


def _read_fields(octets: bytes, wanted: AbstractSet[bytes]) -> _Fields:
    fields = _Fields(wanted)
    try:
        httptools.HttpRequestParser(fields).feed_data(octets)
    except httptools.HttpParserUpgrade:
        # Nobody here speaks another protocol: the request is answered as if it had not asked (RFC 9110, 7.8).
        pass
    except httptools.HttpParserError:
        raise Refused(Refusal.MALFORMED) from None
    if not fields.whole:
        raise Refused(Refusal.MALFORMED)
    return fields


def _body_length(framing: dict[bytes, bytes], *, modern: bool) -> int:
    """Return the length; never one of two that could be meant (RFC 9112, 6.1 and 6.3)."""
    coding = framing.get(b"transfer-encoding")
    length = framing.get(b"content-length")
    if coding is None:
        if length is None:
            return 0
        if not length.isdigit():
            raise Refused(Refusal.MALFORMED)
        return int(length)
    if length is not None or not modern:
        raise Refused(Refusal.MALFORMED)
    if coding.lower() != b"chunked":
        raise Refused(Refusal.UNIMPLEMENTED)
    return CHUNKED


def _is_persistent(connection: bytes | None, *, modern: bool) -> bool:
    if connection is None:
        return modern
    options = {option.strip(b" \t") for option in connection.lower().split(b",")}
    return b"close" not in options and (modern or b"keep-alive" in options)


def _expects_continue(expect: bytes | None, *, modern: bool) -> bool:
    """Tell whether to send 100 Continue; HTTP/1.0 does not know it (RFC 9110, 10.1.1)."""
    if expect is None or not modern:
        return False
    if expect.lower() != b"100-continue":
        raise Refused(Refusal.EXPECTATION)
    return True
