"""Final events out of a record: merged, typed, corrected and numbered, from nothing but the record.

Only these members are ever written: type, messageId, context and integrations where the batch adds to them,
context.ip, originalTimestamp, sentAt, receivedAt, timestamp. The write key is taken out. Every other value leaves as
the octets that came, whether we know it or not: consent above all.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from nameplate_ingestion.delivery.members import Members, merge, raw, read_members, read_text, said
from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.delivery.times import at, corrected, parse_time, show_time
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import Record

BATCH = "batch"
WRITE_KEY = "writeKey"
ADDED = ("context", "integrations", "sentAt")
MOST_ADDED = 40 * 1024**2
"""Octets that a batch may add to its events in all: more than intake lets in, whatever a domain's limits."""

_EMPTY = msgspec.Raw(b'""')

_encode = msgspec.json.Encoder().encode
_batch = msgspec.json.Decoder(list[Members])
_body = msgspec.json.Decoder(Members)


class Unreadable(Exception):
    """The record's body is not what intake lets in."""


def deliveries(position: Position, record: Record, domain: str) -> Iterator[Delivery]:
    """Yield a record's events one by one, the same ones each time: together they may be many times its size.

    Raises Unreadable.
    """
    try:
        yield from _deliveries(position, record, domain)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not a body of {record.call[:16]}: {type(error).__name__}") from error


def _deliveries(position: Position, record: Record, domain: str) -> Iterator[Delivery]:
    body = _body.decode(record.body)
    receipt = _Receipt(record)
    events = _of_batch(body) if record.call == BATCH else iter([body | {"type": raw(record.call)}])
    for index, event in enumerate(events):
        message_id = _number(event, record, index)
        receipt.stamp(event)
        user, *others = _people(event) or ("",)
        line = _one_line(_encode(event))
        yield Delivery(position, domain, record.source, user, message_id, line, tuple(others))


def _of_batch(body: Members) -> Iterator[Members]:
    """Yield a batch's events, each with what is said for all; none is held here once it has been handed on."""
    context, integrations = (read_members(body.get(name)) for name in ("context", "integrations"))
    sent_at = said(body, "sentAt")
    events = _batch.decode(body.get(BATCH, b"[]"))
    _check_growth(body, len(events))
    events.reverse()
    while events:
        event = events.pop()
        merge(event, "context", context)
        merge(event, "integrations", integrations)
        # A batch's messageId names the request: given to its events it would make duplicates of all but one.
        if sent_at is not None and said(event, "sentAt") is None:
            event["sentAt"] = sent_at
        yield event


def _check_growth(body: Members, events: int) -> None:
    octets = events * sum(len(body[name]) for name in ADDED if name in body)
    if octets > MOST_ADDED:
        raise Unreadable(f"it would add {octets:,} octets to its events")


class _Receipt:
    """What all events of one record are stamped with."""

    def __init__(self, record: Record) -> None:
        self.at = at(record.received_at)
        self.shown = _time(self.at)
        self.address = raw(record.address) if record.address else None
        self.is_device = record.device
        # A batch says for all of its events when it was sent.
        self.sent_at: dict[bytes, datetime | None] = {}

    def stamp(self, event: Members) -> None:
        event.pop(WRITE_KEY, None)
        self._stamp_times(event)
        if self.address is not None:
            self._stamp_address(event, self.address)

    def _stamp_times(self, event: Members) -> None:
        told = said(event, "originalTimestamp") or said(event, "timestamp")
        if told is not None:
            event["originalTimestamp"] = told
        original = parse_time(read_text(told))
        event["receivedAt"] = self.shown
        event["timestamp"] = _time(corrected(original, self._sent_at(event), self.at))

    def _sent_at(self, event: Members) -> datetime | None:
        told = said(event, "sentAt")
        if told is None:
            return None
        octets = bytes(told)
        if octets not in self.sent_at:
            self.sent_at[octets] = parse_time(read_text(told))
        return self.sent_at[octets]

    def _stamp_address(self, event: Members, address: msgspec.Raw) -> None:
        """Servers' events get an address only where they ask for it: it would be the server's own."""
        found = said(event, "context")
        context = {} if found is None else read_members(found)
        if context is None:
            return
        direct = self.is_device or bytes(context.get("direct", b"")) == b"true"
        if direct and said(context, "ip") is None:
            event["context"] = raw(context | {"ip": address})


def _time(instant: datetime) -> msgspec.Raw:
    return msgspec.Raw(f'"{show_time(instant)}"')


def _number(event: Members, record: Record, index: int) -> str:
    message_id = read_text(event.get("messageId"))
    if message_id is None:
        message_id = f"{record.id}-{index}"
        event["messageId"] = raw(message_id)
    return message_id


def _people(event: Members) -> dict[str, None]:
    """Return all names of whose event it is, each once: the user's first, if there is one."""
    names: dict[str, None] = {}
    for member in ("userId", "anonymousId", "previousId"):
        told = said(event, member)
        if told is not None and told != _EMPTY:
            # Some clients send numbers.
            names[read_text(told) or bytes(told).decode(errors="replace")] = None
    return names


def _one_line(event: bytes) -> bytes:
    """A client may lay its JSON out in lines; between tokens, the only place for it, a line's end is just white."""
    return event.replace(b"\n", b" ").replace(b"\r", b" ") if b"\n" in event or b"\r" in event else event
