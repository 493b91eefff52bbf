"""Events as they come: what each must say, and what becomes of those in a batch that do not say it."""

import re
from typing import NamedTuple

import msgspec

from nameplate_api.base import printable
from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.json_bounds import check_digits, check_levels
from nameplate_ingestion.admission.json_text import read_json
from nameplate_ingestion.admission.routes import BATCH, CALLS
from nameplate_ingestion.tenant import Limits

MOST_CHARACTERS = 100
"""Of a messageId (Segment's rate limits, "messageId")."""
_TRACK = "track"
_TYPES = frozenset(CALLS)
_MISSING = "Object missing required field `batch`"
_KIND = re.compile(r"Expected `([^`]+)`, got `([^`]+)`(?: - at `\$\.?([^`]*)`)?")


class _Event(msgspec.Struct, rename="camel", gc=False):
    """What must be looked at; every other member is passed on as it is, whatever its kind."""

    type: str | None = None
    # Servers that keep numbers as ids send numbers.
    user_id: str | int | float | None = None
    anonymous_id: str | int | float | None = None
    event: str | None = None
    message_id: str | None = None
    write_key: str | None = None


class _Batch(msgspec.Struct, rename="camel", gc=False):
    batch: list[msgspec.Raw]
    write_key: str | None = None


class Rejected(NamedTuple):
    """An event that is not kept."""

    place: int
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


_event = msgspec.json.Decoder(_Event)
_batch = msgspec.json.Decoder(_Batch)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


def read_events(body: bytes, call: str, limits: Limits) -> Events:
    """Return what a body of this call holds. Raises Refusal for what is no JSON, no batch, or beyond the limits."""
    return _read_batch(body, limits) if call == BATCH else _read_single(body, call, limits)


def _read_single(body: bytes, call: str, limits: Limits) -> Events:
    if len(body) > limits.event:
        raise Refusal(Row.EVENT_TOO_LARGE, _size(len(body), limits))
    try:
        event, body = read_json(body, _event)
    except msgspec.ValidationError as error:
        raise _wrong_kind(error) from error
    check_digits(body)
    check_levels(body, [])
    fault = _fault(event, call)
    rejected = [Rejected(0, Row.INVALID_EVENT, fault)] if fault else []
    return Events([event.write_key], 1 - len(rejected), body, rejected)


def _read_batch(body: bytes, limits: Limits) -> Events:
    try:
        batch, body = read_json(body, _batch)
    except msgspec.ValidationError as error:
        raise _wrong_kind(error) from error
    if len(batch.batch) > limits.events:
        raise Refusal(Row.TOO_MANY_EVENTS, f"found {len(batch.batch):,}, expected at most {limits.events:,}")
    members = [bytes(octets) for octets in batch.batch]
    check_digits(body)
    check_levels(body, members)
    keys = [batch.write_key]
    good: list[msgspec.Raw] = []
    rejected: list[Rejected] = []
    for index, octets in enumerate(members):
        try:
            keys.append(_read_member(octets, limits))
            good.append(msgspec.Raw(octets))
        except Refusal as refusal:
            rejected.append(Rejected(index, refusal.row, f"batch[{index}].{refusal.detail}"))
    if rejected:
        body = _encode(_members.decode(body) | {BATCH: good})
    return Events(keys, len(good), body, rejected)


def _read_member(octets: bytes, limits: Limits) -> str | None:
    """Return the write key that an event of a batch gives."""
    if len(octets) > limits.event:
        raise Refusal(Row.EVENT_TOO_LARGE, _size(len(octets), limits))
    try:
        event = _event.decode(octets)
    except msgspec.ValidationError as error:
        raise _wrong_kind(error) from error
    if event.type not in _TYPES:
        found = "nothing" if event.type is None else f'"{printable(event.type[:40])}"'
        raise Refusal(Row.INVALID_EVENT, f"type: found {found}, expected one of {', '.join(CALLS)}")
    if fault := _fault(event, event.type):
        raise Refusal(Row.INVALID_EVENT, fault)
    return event.write_key


def _fault(event: _Event, call: str) -> str:
    """Return what an event lacks (Segment's HTTP API and rate limits); empty if nothing."""
    if event.user_id in (None, "") and event.anonymous_id in (None, ""):
        return "userId: found neither this nor anonymousId, expected one of them"
    if call == _TRACK and not event.event:
        return "event: found nothing, expected the name of what happened"
    if event.message_id is not None and len(event.message_id) > MOST_CHARACTERS:
        return f"messageId: found {len(event.message_id):,} characters, expected at most {MOST_CHARACTERS}"
    return ""


def _wrong_kind(error: msgspec.ValidationError) -> Refusal:
    if str(error) == _MISSING:
        return Refusal(Row.INVALID_EVENT, "batch: found nothing, expected array")
    match = _KIND.match(str(error))
    detail = f"{match[3] or 'value'}: found {match[2]}, expected {match[1]}" if match else str(error)
    return Refusal(Row.INVALID_EVENT, detail)


def _size(found: int, limits: Limits) -> str:
    return f"size: found {found:,} octets, expected at most {limits.event:,}"
