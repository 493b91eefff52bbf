"""Final events out of a record: what is merged, filled in, corrected, taken out, and what is left as it came."""

import json
import tracemalloc

import pytest

from nameplate_ingestion.delivery.events import Unreadable, deliveries
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import Record

ID = "0123456789abcdef0123456789abcdef"
AT = Position(3, 128)
NOON = 1893499200.0  # 2030-01-01T12:00:00Z
STAMPS = {"receivedAt": "2030-01-01T12:00:00.000Z", "timestamp": "2030-01-01T12:00:00.000Z"}


def events_of(body, call="batch", address="", device=False):
    """Return the events of one record, decoded."""
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    record = Record("web", call, NOON, address, ID, 1, octets, device)
    return [json.loads(delivery.event) for delivery in deliveries(AT, record, "acme.example")]


def test_a_delivery_says_whence_it_comes_and_whose_it_is():
    body = b'{"batch":[{"type":"track","userId":"u-1","messageId":"m-1"},{"type":"page","anonymousId":"a-1"}]}'
    first, second = deliveries(AT, Record("web", "batch", NOON, "", ID, 2, body), "acme.example")
    assert first[:5] == (AT, "acme.example", "web", "u-1", "m-1")
    assert second[:5] == (AT, "acme.example", "web", "a-1", f"{ID}-1")


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(
            {"batch": [{"type": "track", "messageId": "m"}], "context": {"library": "go"}},
            [{"type": "track", "messageId": "m", "context": {"library": "go"}}],
            id="context of the batch",
        ),
        pytest.param(
            {
                "batch": [{"type": "track", "messageId": "m", "context": {"app": {"name": "x"}, "ip": "1.1.1.1"}}],
                "context": {"app": {"version": "2"}, "locale": "de"},
            },
            [{"type": "track", "messageId": "m", "context": {"app": {"name": "x"}, "ip": "1.1.1.1", "locale": "de"}}],
            id="the event's context wins, one level deep",
        ),
        pytest.param(
            {"batch": [{"messageId": "m", "integrations": {"All": False}}], "integrations": {"All": True, "S3": True}},
            [{"messageId": "m", "integrations": {"All": False, "S3": True}}],
            id="integrations of the batch",
        ),
        pytest.param(
            {"batch": [{"messageId": "m", "context": None}], "context": {"library": "java"}},
            [{"messageId": "m", "context": {"library": "java"}}],
            id="null is nothing",
        ),
        pytest.param(
            {"batch": [{"messageId": "m", "context": "odd"}], "context": {"library": "java"}},
            [{"messageId": "m", "context": "odd"}],
            id="what is no object is not touched",
        ),
        pytest.param(
            {"batch": [{"messageId": "m"}], "context": "odd", "integrations": [1]},
            [{"messageId": "m"}],
            id="what is no object adds nothing",
        ),
        pytest.param(
            {"batch": [{"messageId": "a"}, {"type": "page"}], "messageId": "of the request"},
            [{"messageId": "a"}, {"type": "page", "messageId": f"{ID}-1"}],
            id="a batch's messageId names no event",
        ),
        pytest.param(
            {"batch": [{"messageId": ""}, {"messageId": None}, {"messageId": {}}]},
            [{"messageId": f"{ID}-{index}"} for index in range(3)],
            id="a messageId that is none",
        ),
        pytest.param(
            {"batch": [{"messageId": "m", "writeKey": "secret"}], "writeKey": "secret"},
            [{"messageId": "m"}],
            id="no write key",
        ),
        pytest.param({"batch": []}, [], id="an empty batch"),
    ],
)
def test_a_batch_gives_to_its_events_what_it_says_for_all(body, events):
    assert events_of(body) == [{**event, **STAMPS} for event in events]


@pytest.mark.parametrize("call", ["identify", "track", "page", "screen", "group", "alias"])
def test_the_path_of_a_single_call_is_its_type(call):
    (event,) = events_of({"messageId": "m", "userId": "u", "writeKey": "k", "type": "other"}, call)
    assert event == {"messageId": "m", "userId": "u", "type": call, **STAMPS}


@pytest.mark.parametrize(
    ("body", "user"),
    [
        ({"userId": "u", "anonymousId": "a"}, "u"),
        ({"userId": None, "anonymousId": "a"}, "a"),
        ({"userId": "", "anonymousId": "a"}, "a"),
        ({"userId": 4711}, "4711"),
        ({"userId": "J\u00f6rg"}, "J\u00f6rg"),
        ({}, ""),
    ],
)
def test_the_user_is_whoever_the_event_names(body, user):
    record = Record("web", "track", NOON, "", ID, 1, json.dumps(body).encode())
    assert [delivery.user for delivery in deliveries(AT, record, "d")] == [user]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"userId": "u", "anonymousId": "a"}, ("u", "a")),
        ({"userId": None, "anonymousId": "a"}, ("a",)),
        ({"userId": "u", "anonymousId": "u"}, ("u",)),
        ({"userId": "u", "previousId": "p"}, ("u", "p")),
        ({"userId": 4711, "anonymousId": ""}, ("4711",)),
        ({}, ()),
    ],
)
def test_events_keep_their_order_by_every_name_of_a_person(body, names):
    record = Record("web", "track", NOON, "", ID, 1, json.dumps(body).encode())
    assert [delivery.names for delivery in deliveries(AT, record, "d")] == [names]


def test_what_is_not_ours_leaves_as_the_octets_that_came():
    values = [
        b'"properties":{ "price" : 1.50,"big":12345678901234567890123,"e":1E2,"\\u0061":"\\u00e9\\/"}',
        b'"unknown":[ 1 ,\t{"deep": null} ]',
        b'"context":{"consent":{"categoryPreferences": {"Ads":false} } ,"app":{ }}',
    ]
    body = b'{"batch":[{' + b",".join([b'"messageId":"m"', *values]) + b"}]}"
    (delivery,) = deliveries(AT, Record("web", "batch", NOON, "9.9.9.9", ID, 1, body), "d")
    for value in values:
        assert value in delivery.event


def test_an_event_that_was_laid_out_in_lines_becomes_one_line():
    body = b'{\r\n  "properties": {\n    "text": "a\\nb"\n  }\n}'
    (delivery,) = deliveries(AT, Record("web", "track", NOON, "", ID, 1, body), "d")
    assert b"\n" not in delivery.event
    assert b"\r" not in delivery.event
    assert json.loads(delivery.event)["properties"] == {"text": "a\nb"}


@pytest.mark.parametrize(
    ("context", "device", "ip"),
    [
        pytest.param(None, True, "9.9.9.9", id="a device without context"),
        pytest.param({"ip": None}, True, "9.9.9.9", id="a device that says null"),
        pytest.param({"ip": "1.2.3.4"}, True, "1.2.3.4", id="a device that knows its address"),
        pytest.param({"ip": "0.0.0.0"}, True, "0.0.0.0", id="a device that hides its address"),
        pytest.param({}, False, None, id="a server"),
        pytest.param({"direct": False}, False, None, id="a server that does not ask"),
        pytest.param({"direct": True}, False, "9.9.9.9", id="a server that asks"),
        pytest.param({"direct": True, "ip": "1.2.3.4"}, False, "1.2.3.4", id="a server that knows an address"),
    ],
)
def test_the_address_is_filled_in_for_devices_and_for_servers_that_ask(context, device, ip):
    body = {"messageId": "m"} if context is None else {"messageId": "m", "context": context}
    (event,) = events_of(body, "track", address="9.9.9.9", device=device)
    assert event.get("context", {}).get("ip") == ip


def test_an_address_that_nobody_knows_is_not_filled_in():
    assert "context" not in events_of({}, "track", address="", device=True)[0]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"batch":{}}', b'{"batch":[1]}', b'{"a":' * 100_000, b"\xff", b"null"])
def test_a_body_that_intake_would_not_let_in_is_told(body):
    with pytest.raises(Unreadable):
        list(deliveries(AT, Record("web", "batch", NOON, "", ID, 1, body), "d"))


def test_a_batch_that_grows_on_its_way_out_is_never_in_memory_whole():
    members = b'{"type":"page","userId":"u"}', b'"context":{"a":"%b"}' % (b"x" * 10_000)
    body = b'{"batch":[%b],%b}' % (b",".join([members[0]] * 2000), members[1])
    tracemalloc.start()
    try:
        octets = sum(len(each.event) for each in deliveries(AT, Record("web", "batch", NOON, "", ID, 1, body), "d"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert octets > 20_000_000
    assert peak < 3_000_000


def test_a_batch_that_would_grow_beyond_all_limits_is_not_begun():
    body = b'{"batch":[%b],"context":{"a":"%b"}}' % (b",".join([b"{}"] * 2500), b"x" * 400_000)
    with pytest.raises(Unreadable, match="add 1,000,020,000 octets"):
        next(deliveries(AT, Record("web", "batch", NOON, "", ID, 1, body), "d"))
