"""The pixel's two ways to bring an event, and the image that is its only answer."""

import base64
import json

import pytest

from nameplate_ingestion.admission.answers import Refusal, Row
from nameplate_ingestion.admission.pixel import read_query
from tests.nameplate_ingestion.admission.calls import MAIL, a_call, answer

EVENT = b'{"writeKey":"mail-key","userId":"025p","event":"Opened \xe2\x98\x83>>>???~~~"}'
STANDARD = base64.b64encode(EVENT).decode()
GIF = bytes.fromhex(
    "474946383961 0100 0100 80 00 00"  # GIF89a, one by one, two colours
    "000000 ffffff"
    "21f904 01 0000 00 00"  # the first of them is transparent
    "2c 0000 0000 0100 0100 00"
    "02 02 4401 00 3b"  # clear, first colour, end
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(STANDARD.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"), id="escaped"),
        pytest.param(STANDARD, id="not escaped"),
        pytest.param(STANDARD.rstrip("="), id="without padding"),
        pytest.param(base64.urlsafe_b64encode(EVENT).decode(), id="alphabet of URLs"),
        pytest.param(base64.urlsafe_b64encode(EVENT).decode().rstrip("="), id="that without padding"),
    ],
)
def test_data_is_json_in_base64(data):
    assert {"+", "/"} <= set(STANDARD)
    assert read_query(f"data={data}".encode()) == (EVENT, None)
    assert read_query(f"x=y&data={data}&writeKey=k".encode()) == (EVENT, "k")


@pytest.mark.parametrize(
    ("query", "event"),
    [
        (b"", {}),
        (b"userId=025p&event=Ate%20Berry", {"userId": "025p", "event": "Ate Berry"}),
        (b"event=a+b&properties.x=", {"event": "a b", "properties": {"x": ""}}),
        (
            b"properties.berry.name=Oran&properties.berry.isTasty=true&properties.n=1",
            {"properties": {"berry": {"name": "Oran", "isTasty": "true"}, "n": "1"}},
        ),
        (b"a=1&a=2", {"a": "2"}),
        (b"a..b=1&.c=2&d.=3", {"a": {"": {"b": "1"}}, "": {"c": "2"}, "d": {"": "3"}}),
        (b"a=%e2%98%83&%E2%98%83=b", {"a": "\N{SNOWMAN}", "\N{SNOWMAN}": "b"}),
        (b"a=%00%22%5c", {"a": '\x00"\\'}),
        (b"data=&userId=u", {"data": "", "userId": "u"}),
        (b"a" + b".a" * 16 + b".a.a=1", None),
    ],
)
def test_other_parameters_are_members_one_by_one(query, event):
    if event is None:
        event = {"a.a.a": "1"}
        for _ in range(16):
            event = {"a": event}
    body, key = read_query(query)
    assert (json.loads(body), key) == (event, None)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (b"data=%", "data: expected JSON in Base64"),
        (b"data=abcde", "data: expected JSON in Base64"),
        (b"data=ab=cd", "data: expected JSON in Base64"),
        (b"data=%E2%98%83", "data: expected JSON in Base64"),
        (b"a=%ff", "expected UTF-8, and at most 1000 parameters"),
        (b"a=\xff", "expected UTF-8, and at most 1000 parameters"),
        (b"a&" * 1000 + b"a", "expected UTF-8, and at most 1000 parameters"),
        (b"a=1&a.b=2", "a: given both a value and members"),
        (b"a.b=2&a=1", "a: given both a value and members"),
        (b"x.a.b=2&x.a=1", "x.a: given both a value and members"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused(query, detail):
    with pytest.raises(Refusal) as refusal:
        read_query(query)
    assert (refusal.value.row, refusal.value.detail) == (Row.INVALID_QUERY, detail)


def test_an_event_is_kept_and_answered_with_the_image():
    outcome = answer(a_call(f"/v1/pixel/track?data={STANDARD}", method="GET"))
    assert (outcome.row, outcome.reply.status, outcome.reply.body) == (Row.ACCEPTED, 200, GIF)
    assert (b"content-type", b"image/gif") in outcome.reply.headers
    assert (b"cache-control", b"no-store") in outcome.reply.headers
    record = outcome.keep.record
    assert (outcome.keep.source, record.call, record.events, record.body, record.device) == (
        MAIL,
        "track",
        1,
        EVENT,
        True,
    )


@pytest.mark.parametrize(
    ("target", "method", "row", "status"),
    [
        ("/v1/pixel/page?userId=u", "GET", Row.NO_WRITE_KEY, 401),
        ("/v1/pixel/page?userId=u&writeKey=nobody", "GET", Row.UNKNOWN_WRITE_KEY, 401),
        ("/v1/pixel/page?writeKey=mail-key", "GET", Row.INVALID_EVENT, 400),
        ("/v1/pixel/page?data=e30&writeKey=mail-key", "GET", Row.INVALID_EVENT, 400),
        ("/v1/pixel/page?data=Og==&writeKey=mail-key", "GET", Row.INVALID_JSON, 400),
        ("/v1/pixel/page?data=!", "GET", Row.INVALID_QUERY, 400),
        (f"/v1/pixel/track?data={STANDARD}&writeKey=web-key", "GET", Row.CONFLICTING_WRITE_KEYS, 400),
        (f"/v1/pixel/page?userId=u&writeKey=mail-key&x={'x' * 1000}", "GET", Row.EVENT_TOO_LARGE, 413),
        ("/v1/pixel/nothing", "GET", Row.UNKNOWN_PATH, 404),
        ("/v1/pixel/page", "POST", Row.METHOD_NOT_ALLOWED, 405),
        ("/v1/pixel/page", "HEAD", Row.METHOD_NOT_ALLOWED, 405),
    ],
)
def test_trouble_is_answered_with_the_image_and_its_own_status(target, method, row, status):
    outcome = answer(a_call(target, method=method))
    assert (outcome.row, outcome.reply.status, outcome.reply.body, outcome.keep) == (row, status, GIF, None)
