"""From a request to its answer, also before its body has come: pure but for the record's random id."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from nameplate_api.sources import SourceType
from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.body import read_body, too_large
from nameplate_ingestion.admission.client_address import client_address
from nameplate_ingestion.admission.cors import preflight_headers
from nameplate_ingestion.admission.events import Events, Rejected, read_events
from nameplate_ingestion.admission.library_files import serve_file
from nameplate_ingestion.admission.pixel import read_query
from nameplate_ingestion.admission.replies import SUCCESS, make_reply, refused
from nameplate_ingestion.admission.routes import Kind, Route, find_route
from nameplate_ingestion.admission.upstream_files import Ask, ask_for_file, ask_for_settings
from nameplate_ingestion.admission.well_known import identify
from nameplate_ingestion.admission.write_key import check_user, find_source
from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.library.shelf import Library
from nameplate_ingestion.record import Record
from nameplate_ingestion.tenant import Source, Tenant, Tenants

WANTED_HEADERS = frozenset(
    {b"accept-encoding", b"authorization", b"content-encoding", b"if-none-match", b"origin", b"x-forwarded-for"}
)
"""The only headers of a request that are ever looked at."""
MOST_REJECTED_SHOWN = 20
_DEVICES = frozenset({SourceType.ANALYTICS_JS, SourceType.MOBILE, SourceType.PIXEL})

_NONE: Mapping[str, int] = {}

_encode = msgspec.json.Encoder().encode
# No secret, only unlike all others; to ask the kernel each time would let other threads in between.
_random_bits = random.Random().getrandbits  # noqa: S311


class Keep(NamedTuple):
    """What must be kept before the answer may go out."""

    tenant: Tenant
    source: Source
    record: Record
    rejected: Mapping[str, int]
    """How many events of the request are not kept, by code."""


class Outcome(NamedTuple):
    """The answer to a call, and what it promises."""

    reply: Reply
    keep: Keep | None
    row: Row


def respond(call: Call, tenants: Tenants, now: float, library: Library | None = None) -> Outcome | Ask:
    """Return the outcome of a call received ``now`` (seconds since 1970); whatever that holds, nothing is raised.

    Where it takes an upstream CDN to tell, what that must be asked is returned.
    """
    try:
        return _respond(call, tenants, now, library)
    except Refusal as refusal:
        return _refused(call, refusal)


def screen(call: Call, octets: int | None, tenants: Tenants) -> Outcome | None:
    """Return the outcome of a call, without its body, that no body can change; None if it takes the body to tell.

    ``octets`` is the size of the body, if that is told.
    """
    try:
        tenant, route, _ = _find(call, tenants)
        if octets is not None and octets > tenant.limits.body:
            raise too_large(tenant.limits.body)
        if route.kind is Kind.EVENTS and call.method == b"POST":
            check_user(tenant, call.headers.get(b"authorization"))
    except Refusal as refusal:
        return _refused(call, refusal)
    return None


def _refused(call: Call, refusal: Refusal) -> Outcome:
    return Outcome(refused(call, refusal.row, refusal.detail), None, refusal.row)


def _find(call: Call, tenants: Tenants) -> tuple[Tenant, Route, bytes]:
    """Return whose call it is, what its path is for, and its query. Raises Refusal."""
    tenant = tenants.get(call.host)
    if tenant is None:
        raise Refusal(Row.UNKNOWN_HOST)
    path, _, query = call.target.partition(b"?")
    route = find_route(path, tenant.aliases)
    if route is None:
        raise Refusal(Row.UNKNOWN_PATH)
    if call.method not in route.methods:
        raise Refusal(Row.METHOD_NOT_ALLOWED)
    return tenant, route, query


def _respond(call: Call, tenants: Tenants, now: float, library: Library | None) -> Outcome | Ask:
    tenant, route, query = _find(call, tenants)
    if call.method == b"OPTIONS":
        return Outcome(make_reply(call, Row.PREFLIGHT, SUCCESS, preflight_headers(route.methods)), None, Row.PREFLIGHT)
    if route.kind is Kind.EVENTS:
        body = read_body(call.body, call.headers.get(b"content-encoding"), tenant.limits.body)
        return _admit(call, tenant, route, read_events(body, route.call, tenant.limits), now)
    if route.kind is Kind.PIXEL:
        body, key = read_query(query)
        events = read_events(body, route.call, tenant.limits)
        return _admit(call, tenant, route, events._replace(keys=[*events.keys, key]), now)
    if route.kind is Kind.METRICS:
        return Outcome(make_reply(call, Row.METRICS_DISCARDED, SUCCESS), None, Row.METRICS_DISCARDED)
    if route.kind is Kind.WELL_KNOWN:
        return Outcome(make_reply(call, Row.IDENTIFIED, identify(tenant, query)), None, Row.IDENTIFIED)
    if route.kind is Kind.UPSTREAM:
        return ask_for_file(call.bare, tenant, route)
    if route.kind is Kind.SETTINGS and tenant.upstream:
        return ask_for_settings(call.bare, tenant, route)
    reply, row = serve_file(call, tenant, route, library)
    return Outcome(reply, None, row)


def _admit(call: Call, tenant: Tenant, route: Route, events: Events, now: float) -> Outcome:
    headers = call.headers
    source = find_source(tenant, headers.get(b"authorization"), events.keys)
    row, body, rejected = Row.ACCEPTED, SUCCESS, _NONE
    if events.rejected:
        if not events.kept:
            raise Refusal(events.rejected[0].row, events.rejected[0].detail)
        row, body = Row.ACCEPTED_IN_PART, _in_part(events.rejected)
        rejected = Counter(event.row.code for event in events.rejected)
    reply = make_reply(call, row, body)
    if not events.kept:
        return Outcome(reply, None, row)
    address = client_address(headers.get(b"x-forwarded-for"), call.peer, tenant.trusted_proxies)
    record = Record(
        source=source.name,
        call=route.call,
        received_at=now,
        address=address,
        id=f"{_random_bits(128):032x}",
        events=events.kept,
        body=events.body,
        device=source.type in _DEVICES,
    )
    return Outcome(reply, Keep(tenant, source, record, rejected), row)


def _in_part(rejected: list[Rejected]) -> bytes:
    shown = [
        {"index": event.place, "code": event.row.code, "message": event.detail}
        for event in rejected[:MOST_REJECTED_SHOWN]
    ]
    return _encode({"success": True, "rejectedEvents": len(rejected), "rejected": shown})
