"""The body of a forwarded batch: events as a library with a right clock and our knowledge would have sent them."""

import gzip
from collections.abc import Sequence

import msgspec

from nameplate_ingestion.delivery.members import Members
from nameplate_ingestion.delivery.sink import Delivery

# The endpoint reckons with these itself. With the client's own time of sending it would take our delay for skew.
_OURS = ("originalTimestamp", "sentAt", "receivedAt")
_COMPRESSION_LEVEL = 3

_members = msgspec.json.Decoder(Members)
_encode = msgspec.json.Encoder().encode


def compressed_batch(part: Sequence[Delivery], sent_at: str) -> bytes:
    """Return the JSON, compressed by gzip, of a batch that is sent at this time."""
    body = _encode({"batch": [_event(delivery) for delivery in part], "sentAt": sent_at})
    return gzip.compress(body, _COMPRESSION_LEVEL, mtime=0)


def _event(delivery: Delivery) -> Members:
    event = _members.decode(delivery.event)
    for name in _OURS:
        event.pop(name, None)
    return event
