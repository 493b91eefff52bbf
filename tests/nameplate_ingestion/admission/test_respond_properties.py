"""Whatever a client sends: never an exception, never a 5xx, and what is answered 200 can be delivered."""

import base64
import gzip
import json
import string

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nameplate_ingestion.admission.answers import Row
from nameplate_ingestion.call import Call
from nameplate_ingestion.delivery.events import deliveries
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import decode, encode
from tests.nameplate_ingestion.admission.calls import HOST, a_call, answer, basic

# A machine may be busy: how long an example takes says nothing about the code.
patient = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])

NAMES = ["i", "identify", "t", "track", "p", "s", "g", "a", "b", "batch", "import", "import/", "m", "pixel/track"]
EVENT_PATHS = st.sampled_from([f"/v1/{name}".encode() for name in NAMES])
PATHS = EVENT_PATHS | st.sampled_from([b"/.well-known/nameplate", b"*", b"/"]) | st.binary(max_size=20)
METHODS = st.sampled_from([b"POST", b"GET", b"OPTIONS", b"HEAD", b"PUT"])
KEYS = st.sampled_from(["web-key", "web-key", "web-key", "backend-key", "other-key", "", None, 7])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = {
    "type": st.sampled_from(["track", "page", "identify", "alias", "batch"]) | ANYTHING,
    "userId": st.just("u") | ANYTHING,
    "anonymousId": st.just("a") | ANYTHING,
    "event": st.text(min_size=1, max_size=5) | ANYTHING,
    "messageId": st.text(max_size=110) | ANYTHING,
    "context": ANYTHING,
    "integrations": ANYTHING,
    "timestamp": st.just("2030-01-01T00:00:00Z") | ANYTHING,
    "sentAt": st.just("2030-01-01T00:00:00Z") | ANYTHING,
    "writeKey": KEYS,
}


@st.composite
def an_event(draw):
    """Draw a good event in which up to three fields are anything."""
    odd = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=3))
    return {"type": "track", "userId": "u", "event": "e"} | {name: draw(FIELDS[name]) for name in sorted(odd)}


EVENTS = an_event()
BATCHES = st.fixed_dictionaries(
    {"batch": st.lists(EVENTS | EVENTS | ANYTHING, max_size=4)},
    optional={name: FIELDS[name] for name in ("context", "integrations", "sentAt", "writeKey", "messageId")},
)
TEXTS = st.builds(
    lambda value, plain: json.dumps(value, ensure_ascii=plain).encode("utf-8", "surrogatepass"),
    EVENTS | BATCHES,
    st.booleans(),
)


@st.composite
def mangled(draw):
    """Draw a text with some of its octets exchanged."""
    text = bytearray(draw(TEXTS))
    for place in draw(st.lists(st.integers(0, max(0, len(text) - 1)), max_size=3)):
        text[place : place + 1] = draw(st.binary(max_size=2))
    return bytes(text)


BODIES = (
    TEXTS
    | mangled()
    | st.binary(max_size=60)
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | TEXTS.map(gzip.compress)
    | mangled().map(gzip.compress)
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        b"authorization": st.sampled_from([basic("web-key"), basic("nobody"), b"Bearer x", b"Basic"]) | st.binary(),
        b"content-encoding": st.sampled_from([b"gzip", b"identity", b"br"]) | st.binary(max_size=9),
        b"origin": st.just(b"https://shop.example") | st.binary(max_size=30),
        b"x-forwarded-for": st.just(b"203.0.113.9") | st.binary(max_size=60),
    },
)
QUERIES = st.one_of(
    st.just(b""),
    st.binary(max_size=40),
    st.text(string.ascii_letters + "%&=.+-_ ", max_size=60).map(str.encode),
    mangled().map(lambda text: b"data=" + base64.b64encode(text)),
    st.just(b"userId=u&event=e&writeKey=web-key"),
)
CALLS = st.builds(
    lambda method, path, query, headers, body: Call(
        method, path + b"?" + query if query else path, HOST, headers, body, "10.0.0.1"
    ),
    METHODS,
    PATHS,
    QUERIES,
    HEADERS,
    BODIES,
)


AIMED = st.builds(
    lambda path, text, compressed: Call(
        b"POST",
        path,
        HOST,
        {b"authorization": basic("web-key")} | ({b"content-encoding": b"gzip"} if compressed else {}),
        gzip.compress(text) if compressed else text,
        "10.0.0.1",
    ),
    EVENT_PATHS,
    TEXTS | mangled(),
    st.booleans(),
)


@patient
@given(CALLS | AIMED | AIMED)
@example(a_call(body=b'{"userId":' + b"9" * 5000 + b',"event":"e","writeKey":"web-key"}'))
@example(a_call(body=b'{"userId":1e400,"event":"e","writeKey":"web-key"}'))
@example(a_call(body=b'{"userId":"u","event":"\\ud800","writeKey":"web-key"}'))
@example(a_call(body=b'{"userId":"u","event":"e","writeKey":"\\ud800"}'))
@example(a_call("/v1/b", b'{"writeKey":"web-key","batch":[{}],"batch":[{"type":"page","userId":"u"}]}'))
@example(a_call("/v1/b", b'{"writeKey":"web-key","b\\u0061tch":[{"type":"page","userId":"u"},0]}'))
@example(a_call("/v1/pixel/track?" + "a." * 5000 + "=1", method="GET"))
def test_no_call_is_our_fault(call):
    outcome = answer(call)
    assert outcome.reply.status == outcome.row.status < 500
    if dict(outcome.reply.headers)[b"content-type"] == b"image/gif":
        assert outcome.reply.body.startswith(b"GIF89a")
    else:
        body = json.loads(outcome.reply.body)
        assert isinstance(body, dict)
        if outcome.row is not Row.IDENTIFIED:
            assert body["success"] == (outcome.reply.status == 200)
    if outcome.keep is not None:
        assert outcome.reply.status == 200
        expect_deliverable(outcome.keep.record)


def expect_deliverable(record):
    assert decode(encode(record)) == record
    delivered = list(deliveries(Position(0, 0), record, "acme/events"))
    assert len(delivered) == record.events >= 1
    for delivery in delivered:
        event = json.loads(delivery.event)
        assert event["type"] in {"identify", "track", "page", "screen", "group", "alias"}
        assert "writeKey" not in event
        assert 0 < len(delivery.message_id) <= 100


GOOD_FIELDS = {
    "userId": st.text(min_size=1, max_size=5),
    "event": st.text(min_size=1, max_size=5),
    "type": st.sampled_from(["track", "page", "identify"]),
    "properties": ANYTHING.filter(lambda value: "NaN" not in (text := json.dumps(value)) and "Infinity" not in text),
}


@patient
@given(st.lists(st.fixed_dictionaries(GOOD_FIELDS), min_size=1, max_size=5), st.booleans())
def test_good_events_always_arrive(events, compressed):
    body = json.dumps({"batch": events, "writeKey": "web-key"}).encode()
    headers = {"content-encoding": b"gzip"} if compressed else {}
    outcome = answer(a_call("/v1/batch", gzip.compress(body) if compressed else body, headers=headers))
    assert outcome.row is Row.ACCEPTED
    delivered = [json.loads(each.event) for each in deliveries(Position(0, 0), outcome.keep.record, "acme/events")]
    assert [{name: event[name] for name in GOOD_FIELDS} for event in delivered] == events
