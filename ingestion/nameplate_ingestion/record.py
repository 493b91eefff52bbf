"""A record: all that must survive of one accepted request, as it stands in the log.

The body stays as the client sent it (decompressed). Batch-level fields are merged, times corrected and ids filled in on
the way out, from nothing but the record, so that every delivery of it is the same.
"""

import msgspec


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One accepted request; MessagePack in the log."""

    source: str
    """Name of the source."""
    call: str
    """What the path asks for: identify, track, page, screen, group, alias or batch."""
    received_at: float
    """Seconds since 1970, on our clock."""
    address: str
    """Of the client, as the trusted proxies tell it; empty if unknown."""
    id: str
    """32 random hexadecimal digits: an event without a messageId gets ``<id>-<index>``."""
    events: int
    body: bytes
    """A JSON object in UTF-8."""
    device: bool = False
    """Whether the source is a library on a person's own device: the client's address is then that person's."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def encode(record: Record) -> bytes:
    """Return the record's octets."""
    return _encoder.encode(record)


def decode(octets: bytes) -> Record:
    """Return the record. Raises msgspec.DecodeError on anything else."""
    return _decoder.decode(octets)
