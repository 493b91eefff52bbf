"""A chunked body, decoded strictly: sizes, data, and trailers that are read and dropped (RFC 9112, 7.1)."""

import re

from nameplate_ingestion.server.unserved import Unserved, UnservedRequest

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*")
_CRLF = b"\r\n"
_MOST_LINE = 256
"""Octets of a size line with its extensions."""
_MOST_CHUNKS = 16_384
_MOST_TRAILERS = 4096
"""Octets of all trailer lines."""


class ChunkedBody:
    """Takes the octets after a head until the body is whole."""

    def __init__(self, most: int) -> None:
        """Expect at most this many octets of data."""
        self._most = most
        self._data = bytearray()
        self._pending = b""
        self._missing = 0
        """Octets of the present chunk, its final CRLF included."""
        self._chunks = 0
        self._trailers: int | None = None
        """Octets of the trailer lines so far, once the last chunk was there."""

    @property
    def held(self) -> int:
        """Octets that lie here."""
        return len(self._data) + len(self._pending)

    def feed(self, octets: bytes) -> tuple[bytes, int] | None:
        """Return the body and how many of these octets are its own; None if more are needed. Raises UnservedRequest."""
        octets = self._pending + octets
        before = len(self._pending)
        at = 0
        while True:
            if self._missing:
                at += self._take_data(octets, at)
                if self._missing:
                    self._pending = b""
                    return None
            end = octets.find(b"\n", at)
            if end < 0:
                self._pending = octets[at:]
                self._check_line(len(self._pending))
                return None
            line, at = octets[at : end + 1], end + 1
            self._check_line(len(line))
            if not line.endswith(_CRLF):
                raise UnservedRequest(Unserved.MALFORMED)
            if self._is_last(line[:-2]):
                return bytes(self._data), at - before

    def _take_data(self, octets: bytes, at: int) -> int:
        """Take what is there of the present chunk and of the CRLF behind it; return how many octets that was."""
        piece = octets[at : at + self._missing]
        data = piece[: max(0, self._missing - len(_CRLF))]
        ending = piece[len(data) :]
        begin = max(0, len(_CRLF) - self._missing)
        if ending != _CRLF[begin : begin + len(ending)]:
            raise UnservedRequest(Unserved.MALFORMED)
        self._data += data
        self._missing -= len(piece)
        return len(piece)

    def _check_line(self, length: int) -> None:
        if self._trailers is None:
            if length > _MOST_LINE:
                raise UnservedRequest(Unserved.MALFORMED)
        elif self._trailers + length > _MOST_TRAILERS:
            raise UnservedRequest(Unserved.HEAD_TOO_LARGE)

    def _is_last(self, line: bytes) -> bool:
        """Take a size line or a trailer line; say whether it was the empty one at the end."""
        if self._trailers is not None:
            if line and _TRAILER_LINE.fullmatch(line) is None:
                raise UnservedRequest(Unserved.MALFORMED)
            self._trailers += len(line) + 2
            return not line
        match = _SIZE_LINE.fullmatch(line)
        self._chunks += 1
        if match is None or self._chunks > _MOST_CHUNKS:
            raise UnservedRequest(Unserved.MALFORMED)
        size = int(match[1], 16)
        if size == 0:
            self._trailers = 0
        elif len(self._data) + size > self._most:
            raise UnservedRequest(Unserved.BODY_TOO_LARGE)
        else:
            self._missing = size + len(_CRLF)
        return False
