"""The events of a body, one or a batch: the good ones are kept, whatever becomes of the others."""

from typing import NamedTuple

import msgspec

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.event import Event, Fault, find_fault, too_large, wrong_kind
from nameplate_ingestion.admission.json_bounds import check_digits, check_keys, check_levels
from nameplate_ingestion.admission.json_text import read_json
from nameplate_ingestion.admission.routes import BATCH
from nameplate_ingestion.tenant import Limits

MOST_TIMES = 8
"""How often a batch's events with what it says for all of them may fill a body: delivery writes that into each."""
_TIME_OCTETS = 64
"""A time of sending that is one is no longer, and small beside an event."""
_NOTHING = msgspec.Raw()


class _Batch(msgspec.Struct, rename="camel", gc=False):
    batch: list[msgspec.Raw]
    write_key: str | None = None
    context: msgspec.Raw = _NOTHING
    integrations: msgspec.Raw = _NOTHING
    sent_at: msgspec.Raw = _NOTHING

    @property
    def added(self) -> int:
        """Octets that each event may grow by on its way out."""
        time = len(self.sent_at)
        return len(self.context) + len(self.integrations) + (time if time > _TIME_OCTETS else 0)


class Rejected(NamedTuple):
    """An event that is not kept."""

    place: int
    """In the batch, from 0."""
    row: Row
    detail: str


class Events(NamedTuple):
    """The events of one request."""

    keys: list[str | None]
    """Every write key that the body gives."""
    kept: int
    """How many events are good."""
    body: bytes
    """What is to be kept: the body as it came, without the rejected events."""
    rejected: list[Rejected]


_event = msgspec.json.Decoder(Event)
_batch = msgspec.json.Decoder(_Batch)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def read_events(body: bytes, call: str, limits: Limits) -> Events:
    """Return the events of a call's body. Raises Refusal if none can be told or they are beyond the limits."""
    try:
        return _read_batch(body, limits) if call == BATCH else _read_single(body, call, limits)
    except msgspec.ValidationError as error:
        fault = wrong_kind(error)
        raise Refusal(fault.row, fault.of("")) from error


def _read_single(body: bytes, call: str, limits: Limits) -> Events:
    if len(body) > limits.event:
        raise Refusal(Row.EVENT_TOO_LARGE, too_large(len(body), limits.event).of(""))
    event, body = read_json(body, _event)
    check_digits(body)
    check_keys(body, [])
    check_levels(body, [])
    if fault := find_fault(event, call):
        return Events([event.write_key], 0, body, [Rejected(0, fault.row, fault.of(""))])
    return Events([event.write_key], 1, body, [])


def _read_batch(body: bytes, limits: Limits) -> Events:
    batch, body = read_json(body, _batch)
    if len(batch.batch) > limits.events:
        raise Refusal(Row.TOO_MANY_EVENTS, f"batch: found {len(batch.batch):,}, expected at most {limits.events:,}")
    members = [bytes(octets) for octets in batch.batch]
    check_digits(body)
    check_keys(body, members)
    check_levels(body, members)
    added = batch.added
    if added:
        _check_merged(len(body) + added * len(members), limits)
    keys = [batch.write_key]
    rejected: list[Rejected] = []
    for place, octets in enumerate(members):
        key, fault = _read_member(octets, limits.event, added)
        keys.append(key)
        if fault:
            rejected.append(Rejected(place, fault.row, fault.of(f"batch[{place}]")))
    if rejected:
        body = _without(body, members, {event.place for event in rejected})
    return Events(keys, len(members) - len(rejected), body, rejected)


def _check_merged(octets: int, limits: Limits) -> None:
    most = MOST_TIMES * limits.body
    if octets > most:
        found = f"found {octets:,} octets with what the batch says for all events in each of them"
        raise Refusal(Row.BODY_TOO_LARGE, f"{found}, expected at most {most:,}")


def _read_member(octets: bytes, limit: int, added: int) -> tuple[str | None, Fault | None]:
    """Return the write key that an event of a batch gives, and what is wrong with the event."""
    if len(octets) + added > limit:
        return None, too_large(len(octets), limit, added)
    try:
        event = _event.decode(octets)
    except msgspec.ValidationError as error:
        return None, wrong_kind(error)
    return event.write_key, find_fault(event, event.type)


def _without(body: bytes, members: list[bytes], places: set[int]) -> bytes:
    good = [msgspec.Raw(octets) for place, octets in enumerate(members) if place not in places]
    return _encode(_members.decode(body) | {BATCH: good})
