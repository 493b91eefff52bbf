"""A frame: how one record stands in a segment.

    magic | length | synced | taken at | CRC-32 of the record | CRC-32 of segment, offset and all before | record

The last sum ties a frame to its place, so that what an earlier file left on the disk is never taken for a record.
`synced` says up to which offset the segment was safe on disk when the frame was written. A frame that cannot be read
and lies before the `synced` of a later one was acknowledged; a power cut damages only what lies behind it.
A void fills a stretch that a power cut left unreadable, so that the next recovery need not judge it again.
"""

import struct
from typing import NamedTuple
from zlib import crc32

MAGIC = b"npR1"
VOID_MAGIC = b"npV1"

_FIELDS = struct.Struct("<4sIIII")
_SUM = struct.Struct("<I")
_PLACE = struct.Struct("<QQ")
HEADER = _FIELDS.size + _SUM.size


class Frame(NamedTuple):
    """A frame that was found whole: where it stands, and what its header says."""

    start: int
    end: int
    synced: int
    taken_at: int
    """Seconds since 1970."""
    void: bool


def record_header(segment: int, offset: int, octets: bytes, synced: int, taken_at: int) -> bytes:
    """Return what stands before the octets of a record."""
    return _header(segment, offset, (MAGIC, len(octets), synced, taken_at, crc32(octets)))


def void_header(segment: int, start: int, end: int) -> bytes:
    """Return what makes the stretch a void; it is at least a header long."""
    return _header(segment, start, (VOID_MAGIC, end - start - HEADER, 0, 0, 0))


def _header(segment: int, offset: int, values: tuple[bytes, int, int, int, int]) -> bytes:
    fields = _FIELDS.pack(*values)
    return fields + _SUM.pack(crc32(fields, crc32(_PLACE.pack(segment, offset))))


def whole_length(segment: int, offset: int, head: bytes) -> int | None:
    """Return how long the frame is that begins with `head`; None if that is no header of a frame at this place."""
    if len(head) < HEADER:
        return None
    fields = head[: _FIELDS.size]
    (told,) = _SUM.unpack_from(head, _FIELDS.size)
    if crc32(fields, crc32(_PLACE.pack(segment, offset))) != told:
        return None
    return HEADER + int(_FIELDS.unpack(fields)[1])


def frame_at(segment: int, data: memoryview, start: int, at: int = 0) -> Frame | None:
    """Return the whole frame at offset `start` of the segment, of which `data` holds what begins at `at`; else None."""
    head = bytes(data[start - at : start - at + HEADER])
    length = whole_length(segment, start, head)
    if length is None or start - at + length > len(data):
        return None
    magic, _, synced, taken_at, checksum = _FIELDS.unpack_from(head)
    void = magic == VOID_MAGIC
    if not void and crc32(data[start - at + HEADER : start - at + length]) != checksum:
        return None
    return Frame(start, start + length, synced, taken_at, void)
