"""Which events are kept, and what is said of the others: the field, what was found, what was expected."""

import json
from dataclasses import replace

import pytest

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.events import Rejected, read_events
from nameplate_ingestion.tenant import Limits

LIMITS = Limits(event=1000, body=20_000, events=50)
PERSON = {"userId": "u"}
TYPES = "expected one of identify, track, page, screen, group, alias"


def single(call="track", **event):
    return read_events(json.dumps(event).encode(), call, LIMITS)


def batch(*events, **more):
    return read_events(json.dumps({"batch": events, **more}).encode(), "batch", LIMITS)


@pytest.mark.parametrize(
    ("call", "event"),
    [
        ("identify", {"userId": "u"}),
        ("identify", {"anonymousId": "a", "userId": None, "traits": None}),
        ("track", {"userId": 7, "event": "Paid"}),
        ("track", {"userId": 0, "event": "Paid"}),
        ("track", {"userId": 7.5, "event": "Paid"}),
        ("track", {"userId": "", "anonymousId": "a", "event": "Paid"}),
        ("track", {**PERSON, "event": "Paid", "messageId": "m" * 100}),
        ("page", {**PERSON, "category": None, "name": None, "context": None, "integrations": None}),
        ("page", {**PERSON, "type": "track"}),
        ("screen", {**PERSON, "properties": [], "context": "odd", "timestamp": 5}),
        ("group", {**PERSON, "groupId": None}),
        ("alias", {**PERSON, "previousId": "old"}),
        ("alias", {**PERSON, "context": {"consent": {"categoryPreferences": {"Ads": False}}}, "\N{SNOWMAN}": {}}),
    ],
)
def test_a_sound_event_is_kept_as_it_came(call, event):
    octets = json.dumps(event).encode()
    assert read_events(octets, call, LIMITS) == ([None], 1, octets, [])
    in_batch = json.dumps({"batch": [{**event, "type": call}]}).encode()
    assert read_events(in_batch, "batch", LIMITS) == ([None, None], 1, in_batch, [])


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        ({"event": "Paid"}, "userId: found neither this nor anonymousId, expected one of them"),
        (
            {"event": "Paid", "userId": "", "anonymousId": None},
            "userId: found neither this nor anonymousId, expected one of them",
        ),
        (PERSON, "event: found nothing, expected the name of what happened"),
        ({**PERSON, "event": ""}, "event: found nothing, expected the name of what happened"),
        ({**PERSON, "event": "e", "messageId": "m" * 101}, "messageId: found 101 characters, expected at most 100"),
    ],
)
def test_an_event_that_lacks_something_is_not_kept(event, detail):
    assert single(**event)[1:] == (0, json.dumps(event).encode(), [Rejected(0, Row.INVALID_EVENT, detail)])
    assert batch({**event, "type": "track"}).rejected == [Rejected(0, Row.INVALID_EVENT, f"batch[0].{detail}")]


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        ({"userId": ["u"]}, "userId: found array, expected int | float | str | null"),
        ({"userId": True}, "userId: found bool, expected int | float | str | null"),
        ({"anonymousId": {}}, "anonymousId: found object, expected int | float | str | null"),
        ({**PERSON, "event": 7}, "event: found int, expected str | null"),
        ({**PERSON, "messageId": 7.5}, "messageId: found float, expected str | null"),
        ({**PERSON, "writeKey": []}, "writeKey: found array, expected str | null"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(event, detail):
    with pytest.raises(Refusal) as refusal:
        single(**event)
    assert (refusal.value.row, refusal.value.detail) == (Row.INVALID_EVENT, detail)
    assert batch(event).rejected == [Rejected(0, Row.INVALID_EVENT, f"batch[0].{detail}")]


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (PERSON, f"batch[1].type: found nothing, {TYPES}"),
        ({**PERSON, "type": "trak"}, f'batch[1].type: found "trak", {TYPES}'),
        ({**PERSON, "type": "batch"}, f'batch[1].type: found "batch", {TYPES}'),
        ({**PERSON, "type": "\x1b[2J" + "x" * 99}, f'batch[1].type: found "?[2J{"x" * 36}", {TYPES}'),
        (7, "batch[1]: found int, expected object"),
        (None, "batch[1]: found null, expected object"),
        ([], "batch[1]: found array, expected object"),
    ],
)
def test_what_is_no_event_is_left_out_of_its_batch(event, detail):
    good = {**PERSON, "type": "identify", "traits": {"a": 1.50}}
    read = batch(good, event, good, sentAt="now", context={"ip": None})
    assert read.rejected == [Rejected(1, Row.INVALID_EVENT, detail)]
    assert read.kept == 2
    assert json.loads(read.body) == {"batch": [good, good], "sentAt": "now", "context": {"ip": None}}


def test_good_events_of_a_batch_keep_their_octets():
    good = b'{"type":"identify", "userId":"u","n":1.50,"s":"\\u00e9"}'
    read = read_events(b'{"batch":[' + good + b',{},"x"],"z":[ 1 ]}', "batch", LIMITS)
    assert read.body == b'{"batch":[' + good + b'],"z":[ 1 ]}'


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[]", "body: found array, expected object"),
        (b"null", "body: found null, expected object"),
        (b'"x"', "body: found str, expected object"),
        (b"{}", "batch: found nothing, expected a value"),
        (b'{"batch":null}', "batch: found null, expected array"),
        (b'{"batch":{}}', "batch: found object, expected array"),
        (b'{"batch":[],"writeKey":7}', "writeKey: found int, expected str | null"),
    ],
)
def test_a_body_that_is_no_batch_is_refused(body, detail):
    with pytest.raises(Refusal) as refusal:
        read_events(body, "batch", LIMITS)
    assert (refusal.value.row, refusal.value.detail) == (Row.INVALID_EVENT, detail)


def test_an_empty_batch_has_nothing_to_keep():
    assert batch() == ([None], 0, b'{"batch": []}', [])


def test_an_event_may_be_as_large_as_the_limit():
    event = {"type": "identify", "userId": "u", "pad": ""}
    event["pad"] = "x" * (1000 - len(json.dumps(event)))
    assert single("identify", **event).kept == 1
    assert batch(event, event).kept == 2
    event["pad"] += "x"
    with pytest.raises(Refusal) as refusal:
        single("identify", **event)
    assert (refusal.value.row, refusal.value.detail) == (
        Row.EVENT_TOO_LARGE,
        "body: found 1,001 octets, expected at most 1,000",
    )
    assert batch(PERSON | {"type": "page"}, event)[1:] == (
        1,
        b'{"batch":[{"userId": "u", "type": "page"}]}',
        [Rejected(1, Row.EVENT_TOO_LARGE, "batch[1]: found 1,001 octets, expected at most 1,000")],
    )


@pytest.mark.parametrize("name", ["context", "integrations", "sentAt"])
def test_what_the_batch_says_for_all_counts_in_each_event(name):
    event = {"type": "identify", "userId": "u", "pad": ""}
    added = {"a": "x" * 400} if name != "sentAt" else "x" * 400
    event["pad"] = "x" * (1000 - len(json.dumps(added)) - len(json.dumps(event)))
    assert batch(event, event, **{name: added}).kept == 2
    event["pad"] += "x"
    with_one_too_large = batch(PERSON | {"type": "page"}, event, **{name: added})
    assert with_one_too_large.kept == 1
    assert [(each.place, each.row) for each in with_one_too_large.rejected] == [(1, Row.EVENT_TOO_LARGE)]
    added_octets = len(json.dumps(added))
    assert with_one_too_large.rejected[0].detail == (
        f"batch[1]: found {1001 - added_octets} octets and {added_octets} that the batch adds, expected at most 1,000"
    )


def test_a_time_of_sending_takes_nothing_from_an_event():
    event = {"type": "identify", "userId": "u", "pad": ""}
    event["pad"] = "x" * (1000 - len(json.dumps(event)))
    assert batch(event, sentAt="2030-01-02T03:04:05.678901234+01:00").kept == 1


def test_a_batch_that_would_grow_to_many_bodies_is_refused():
    sent = {"batch": [{"type": "page", "userId": "u"}] * 50, "context": {"a": "x" * 380}}
    octets = len(json.dumps(sent)) + 50 * len(json.dumps(sent["context"]))
    assert read_events(json.dumps(sent).encode(), "batch", replace(LIMITS, body=octets // 8 + 1)).kept == 50
    with pytest.raises(Refusal) as refusal:
        read_events(json.dumps(sent).encode(), "batch", replace(LIMITS, body=octets // 8 - 1))
    assert refusal.value.row is Row.BODY_TOO_LARGE
    assert f"found {octets:,} octets with what the batch says" in refusal.value.detail


def test_a_batch_may_hold_as_many_events_as_the_limit():
    event = {"type": "identify", "userId": "u"}
    assert batch(*[event] * 50).kept == 50
    with pytest.raises(Refusal) as refusal:
        batch(*[event] * 51)
    assert (refusal.value.row, refusal.value.detail) == (Row.TOO_MANY_EVENTS, "batch: found 51, expected at most 50")


@pytest.mark.parametrize("call", ["track", "batch"])
def test_levels_and_digits_are_bounded_in_every_body(call):
    event = b'{"type":"track","userId":"u","event":"e","x":%s}'
    body = event if call == "track" else b'{"batch":[' + event + b"]}"
    for good, bad in ((b"[" * 60 + b"]" * 60, b"[" * 65 + b"]" * 65), (b"1" * 127, b"1" * 128)):
        assert read_events(body % good, call, LIMITS).kept == 1
        with pytest.raises(Refusal) as refusal:
            read_events(body % bad, call, LIMITS)
        assert refusal.value.row is Row.INVALID_JSON


def keys(count):
    return "{" + ",".join(f'"{number}":"a:b"' for number in range(count)) + "}"


@pytest.mark.parametrize(
    ("call", "body"),
    [
        pytest.param("track", '{{"userId":"u","event":"e","x":{}}}', id="an event"),
        pytest.param("batch", '{{"batch":[{{"userId":"u","type":"page","x":{}}}]}}', id="an event of a batch"),
        pytest.param("batch", '{{"x":{},"batch":[{{"userId":"u","type":"page"}}]}}', id="beside the events"),
    ],
)
def test_keys_are_bounded(call, body):
    wide = Limits(event=1_000_000, body=4_000_000)
    fixed = 3 if call == "track" else 3 if '"x":{},"batch"' not in body else 2
    assert read_events(body.format(keys(10_000 - fixed)).encode(), call, wide).kept == 1
    with pytest.raises(Refusal) as refusal:
        read_events(body.format(keys(10_000 - fixed + 1)).encode(), call, wide)
    assert refusal.value.row is Row.INVALID_JSON
    assert "more than 10,000 keys" in refusal.value.detail


def test_many_events_may_have_many_keys_together():
    event = f'{{"userId":"u","type":"page","x":{keys(500)}}}'
    body = f'{{"batch":[{",".join([event] * 50)}]}}'
    assert read_events(body.encode(), "batch", Limits(body=4_000_000)).kept == 50
