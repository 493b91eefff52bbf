"""The body as its sender meant it: decompressed within bounds (RFC 1952; RFC 9110, 8.4)."""

import zlib

from nameplate_ingestion.admission.answers import Refusal, Row

MOST_MEMBERS = 16
"""Of one gzip stream; every SDK writes one."""
_GZIP = 31
_IDENTITY = (b"", b"identity")
_GZIP_NAMES = (b"gzip", b"x-gzip")


def read_body(body: bytes, encoding: bytes | None, limit: int) -> bytes:
    """Return at most ``limit`` octets, with never much more than that in memory. Raises Refusal."""
    if len(body) > limit:
        raise too_large(limit)
    if encoding is None:
        return body
    coding = encoding.strip().lower()
    if coding in _IDENTITY:
        return body
    if coding not in _GZIP_NAMES:
        raise Refusal(Row.UNSUPPORTED_ENCODING)
    return _decompress(body, limit)


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body beyond the limit."""
    return Refusal(Row.BODY_TOO_LARGE, f"at most {limit:,} octets, before and after decompression")


def _decompress(rest: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    room = limit
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(rest, room + 1)
        except zlib.error as error:
            raise Refusal(Row.INVALID_ENCODING, "these octets are no gzip") from error
        parts.append(part)
        room -= len(part)
        if room < 0:
            raise too_large(limit)
        if not member.eof:
            raise Refusal(Row.INVALID_ENCODING, "the gzip ends too early")
        rest = member.unused_data
        if not rest:
            return parts[0] if len(parts) == 1 else b"".join(parts)
    raise Refusal(Row.BODY_TOO_LARGE, f"at most {MOST_MEMBERS} gzip members")
