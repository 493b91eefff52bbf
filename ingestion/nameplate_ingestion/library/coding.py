"""The codings of a served file, and how one of them is continued behind a part that was compressed before.

A file is a long beginning, which is the same for all, and a short end, which names host and key. The beginning is
compressed once and ends at a whole octet; the end, at most 65,535 octets, is added as it is, in a block of its own.
"""

import zlib
from enum import Enum

_GZIP_HEAD = bytes.fromhex("1f8b08000000000002ff")
"""No name, no time, best compression, unknown system (RFC 1952, 2.3)."""
_BROTLI_LAST = b"\x03"
"""The last meta-block, empty (RFC 7932, 9.2)."""


class Coding(Enum):
    """A content coding, by its name (RFC 9110, 8.4.1), and the ending of a file's name that has it."""

    token: bytes
    suffix: str

    BROTLI = b"br", ".br"
    GZIP = b"gzip", ".gz"
    IDENTITY = b"identity", ""

    def __init__(self, token: bytes, suffix: str) -> None:
        """Give each its names."""
        self.token = token
        self.suffix = suffix


def begin_gzip(beginning: bytes) -> bytes:
    """Return the beginning of a gzip member that `end_gzip` ends."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return _GZIP_HEAD + stream.compress(beginning) + stream.flush(zlib.Z_SYNC_FLUSH)


def end_gzip(end: bytes, crc: int, length: int) -> bytes:
    """Return the rest of the member; `crc` and `length` are those of the beginning (RFC 1951, 3.2.4; RFC 1952, 2.3)."""
    octets = len(end)
    block = b"\x01" + octets.to_bytes(2, "little") + (octets ^ 0xFFFF).to_bytes(2, "little") + end
    total = (length + octets) & 0xFFFFFFFF
    return block + zlib.crc32(end, crc).to_bytes(4, "little") + total.to_bytes(4, "little")


def end_brotli(end: bytes) -> bytes:
    """Return the rest of a brotli stream that was flushed: an uncompressed meta-block, and the empty last one.

    RFC 7932, 9.2: not the last (1 bit), 4 nibbles (2), length - 1 (16), uncompressed (1), filled to a whole octet.
    """
    return ((len(end) - 1) << 3 | 1 << 19).to_bytes(3, "little") + end + _BROTLI_LAST
