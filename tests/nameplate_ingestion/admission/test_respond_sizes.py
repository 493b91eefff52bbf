"""However large, deep or repetitive a request is: an answer that is not our fault, and deliveries in proportion."""

import base64
import gzip
import json
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.admission.events import MOST_TIMES
from nameplate_ingestion.admission.respond import respond
from nameplate_ingestion.call import Call
from nameplate_ingestion.delivery.events import deliveries
from nameplate_ingestion.position import Position
from nameplate_ingestion.tenant import Limits
from tests.nameplate_ingestion.admission.calls import ACME, HOST, basic

STAMPS = 600
"""Octets that delivery may add of its own: messageId, the times, an address."""
LIMITS = Limits(event=4096, body=64_000, events=400)
# A machine may be busy: how long an example takes says nothing about the code.
patient = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])

SIZES = st.sampled_from([0, 1, 100, 3000, 4096, 5000, 60_000]) | st.integers(0, 64_000)
SHAPES = st.sampled_from(["text", "keys", "levels", "digits", "escapes"])


def a_value(shape: str, size: int) -> str:
    """Return JSON of about so many octets."""
    match shape:
        case "keys":
            return "{" + ",".join(f'"{number}":0' for number in range(size // 8)) + "}"
        case "levels":
            return "[" * (size // 2) + "]" * (size // 2) if size > 1 else "[]"
        case "digits":
            return "1" * max(1, size)
        case "escapes":
            return '{"a":"' + "\\u00e9" * (size // 6) + '"}'
    return '{"a":"' + "x" * size + '"}'


VALUES = st.builds(a_value, SHAPES, SIZES)
MEMBERS = st.sampled_from(["context", "integrations", "sentAt", "messageId", "timestamp", "properties"])
EVENTS = st.builds(
    lambda count, members: (
        [
            "{"
            + ",".join(['"type":"page"', '"userId":"u"', *(f'"{name}":{text}' for name, text in members.items())])
            + "}"
        ]
        * count
    ),
    st.sampled_from([1, 2, 20, 399, 400, 401]),
    st.dictionaries(MEMBERS, st.builds(a_value, SHAPES, st.integers(0, 5000)), max_size=1),
)
BODIES = st.builds(
    lambda events, members: (
        "{" + ",".join([f'"{name}":{text}' for name, text in members.items()] + [f'"batch":[{",".join(events)}]']) + "}"
    ).encode(),
    EVENTS,
    st.dictionaries(MEMBERS, VALUES, max_size=2),
)
PAGE = b'{"type":"page","userId":"u"}'
ADDRESSES = st.lists(st.sampled_from(["203.0.113.9", "::1", "unknown", "x" * 300]), max_size=40)
HOSTS = st.sampled_from([HOST, HOST, HOST, b"nobody.example"]) | st.binary(max_size=300)


def a_batch(body: bytes, host: bytes = HOST, addresses: tuple[str, ...] = (), *, compressed: bool = True) -> Call:
    """Return the call of a batch."""
    headers = {b"authorization": basic("web-key"), b"x-forwarded-for": ", ".join(addresses).encode()}
    if compressed:
        headers[b"content-encoding"], body = b"gzip", gzip.compress(body)
    return Call(b"POST", b"/v1/batch", host, headers, body, "10.0.0.1")


def growing(octets: int) -> Call:
    """Return a small batch that says so much for all of its events."""
    return a_batch(b'{"context":{"a":"%b"},"batch":[%b]}' % (b"x" * octets, b",".join([PAGE] * 400)))


@patient
@given(
    call=st.builds(a_batch, BODIES, HOSTS, ADDRESSES, compressed=st.booleans()),
    now=st.floats(0, 4_000_000_000),
    proxies=st.integers(0, 16),
)
@example(growing(50_000), 1.0, 1)
@example(growing(4000), 1.0, 1)
@example(growing(1200), 1.0, 1)
def test_what_is_delivered_stays_in_proportion_to_what_may_be_sent(call, now, proxies):
    tenant = replace(ACME, limits=LIMITS, trusted_proxies=proxies)
    outcome = respond(call, {HOST: tenant}, now)
    assert outcome.reply.status == outcome.row.status < 500
    assert isinstance(json.loads(outcome.reply.body), dict)
    if call.host != HOST:
        assert outcome.row is Row.UNKNOWN_HOST
    if outcome.keep is not None:
        sizes = [len(each.event) for each in deliveries(Position(0, 0), outcome.keep.record, "acme/events")]
        assert max(sizes) <= LIMITS.event + STAMPS
        assert sum(sizes) <= MOST_TIMES * LIMITS.body + STAMPS * len(sizes)


def a_single(members: dict[str, str], *, compressed: bool, pixel: bool) -> Call:
    """Return the call of one event by itself, posted or in a pixel's query."""
    text = '{"userId":"u","event":"e","writeKey":"web-key"' + "".join(f',"{n}":{v}' for n, v in members.items()) + "}"
    if pixel:
        query = base64.urlsafe_b64encode(text.encode())
        return Call(b"GET", b"/v1/pixel/track?data=" + query, HOST, {}, b"", "203.0.113.9")
    if compressed:
        body = gzip.compress(text.encode())
        return Call(b"POST", b"/v1/track", HOST, {b"content-encoding": b"gzip"}, body, "203.0.113.9")
    return Call(b"POST", b"/v1/track", HOST, {}, text.encode(), "203.0.113.9")


@patient
@given(
    members=st.dictionaries(MEMBERS, VALUES, max_size=2),
    compressed=st.booleans(),
    pixel=st.booleans(),
    now=st.floats(0, 4_000_000_000),
)
@example({"timestamp": a_value("text", 4000)}, False, False, 1.0)
@example({"context": a_value("keys", 3900)}, True, False, 1.0)
@example({"sentAt": a_value("digits", 3900)}, False, True, 1.0)
def test_an_event_by_itself_grows_by_its_stamps_alone(members, compressed, pixel, now):
    outcome = respond(a_single(members, compressed=compressed, pixel=pixel), {HOST: replace(ACME, limits=LIMITS)}, now)
    assert outcome.reply.status == outcome.row.status < 500
    if outcome.keep is not None:
        sent = len(a_single(members, compressed=False, pixel=False).body)
        (delivery,) = deliveries(Position(0, 0), outcome.keep.record, "acme/events")
        assert len(delivery.event) <= sent + STAMPS
