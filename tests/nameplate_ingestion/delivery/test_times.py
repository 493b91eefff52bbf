"""When an event happened: forms of time that clients send, and the skew of their clocks."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate_ingestion.delivery.events import deliveries
from nameplate_ingestion.position import Position
from nameplate_ingestion.record import Record

RECEIVED = 1893499200.0  # 2030-01-01T12:00:00Z
RECEIVED_TEXT = "2030-01-01T12:00:00.000Z"


def times_of(event, batch=None):
    """Return what becomes of the times of an event."""
    body = json.dumps({"batch": [event], **(batch or {})}).encode()
    (delivery,) = deliveries(Position(0, 0), Record("web", "batch", RECEIVED, "", "a", 1, body), "d")
    return json.loads(delivery.event)


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "corrected"),
    [
        pytest.param(
            "2030-01-01T11:59:58.000Z", "2030-01-01T12:00:00Z", "2030-01-01T11:59:58.000Z", id="a right clock"
        ),
        pytest.param("2030-01-01T12:59:58.5Z", "2030-01-01T13:00:00Z", "2030-01-01T11:59:58.500Z", id="an hour ahead"),
        pytest.param("1999-12-31T23:59:50Z", "2000-01-01T00:00:00Z", "2030-01-01T11:59:50.000Z", id="decades behind"),
        pytest.param(
            "2030-01-01T13:59:58.000+02:00", "2030-01-01T12:00:00.000+00:00", "2030-01-01T11:59:58.000Z", id="zones"
        ),
        pytest.param(
            "2030-01-01T11:59:58.123456789Z", "2030-01-01T12:00:00.000000000Z", "2030-01-01T11:59:58.123Z", id="ns"
        ),
        pytest.param("2030-01-01T11:59:58", "2030-01-01T12:00:00", "2030-01-01T11:59:58.000Z", id="no zone is UTC"),
        pytest.param("2030-01-01 11:59:58Z", "2030-01-01T12:00:00Z", "2030-01-01T11:59:58.000Z", id="a blank for T"),
        pytest.param("2015-06-01T00:00:00Z", None, "2015-06-01T00:00:00.000Z", id="no sentAt: no skew is known"),
        pytest.param("0001-01-01T00:00:00Z", None, RECEIVED_TEXT, id="no sentAt, before 1970"),
        pytest.param("2015-06-01T00:00:00Z", "soon", "2015-06-01T00:00:00.000Z", id="a bad sentAt is none"),
        pytest.param(None, "2030-01-01T12:00:00Z", RECEIVED_TEXT, id="no timestamp"),
        pytest.param("yesterday", "2030-01-01T12:00:00Z", RECEIVED_TEXT, id="no time at all"),
        pytest.param(1893499200000, "2030-01-01T12:00:00Z", RECEIVED_TEXT, id="a number"),
        pytest.param({"$date": "2030"}, "2030-01-01T12:00:00Z", RECEIVED_TEXT, id="an object"),
        pytest.param("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", RECEIVED_TEXT, id="beyond the calendar"),
        pytest.param("0001-01-01T00:00:00+23:59", "2030-01-01T12:00:00Z", RECEIVED_TEXT, id="before the calendar"),
        pytest.param("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", RECEIVED_TEXT, id="before 1970"),
        pytest.param("2030-01-01T11:59:58" + "0" * 10_000, "2030-01-01T12:00:00Z", RECEIVED_TEXT, id="very long"),
    ],
)
@pytest.mark.parametrize("place", ["event", "batch"])
def test_the_clients_skew_is_taken_out(timestamp, sent_at, corrected, place):
    event = {} if timestamp is None else {"timestamp": timestamp}
    sent = {} if sent_at is None else {"sentAt": sent_at}
    found = times_of({**event, **sent}) if place == "event" else times_of(event, sent)
    assert found["timestamp"] == corrected
    assert found["receivedAt"] == RECEIVED_TEXT
    assert found.get("originalTimestamp") == timestamp
    assert found.get("sentAt") == sent_at


def test_an_events_own_time_of_sending_counts_before_the_batchs():
    event = {"timestamp": "2030-01-01T10:00:00Z", "sentAt": "2030-01-01T10:00:05Z"}
    assert times_of(event, {"sentAt": "2030-01-01T12:00:00Z"})["timestamp"] == "2030-01-01T11:59:55.000Z"


def test_an_original_timestamp_that_the_client_sends_stays():
    event = {"timestamp": "2030-01-01T10:00:03Z", "originalTimestamp": "2030-01-01T10:00:00Z"}
    found = times_of({**event, "sentAt": "2030-01-01T10:00:05Z"})
    assert found["originalTimestamp"] == "2030-01-01T10:00:00Z"
    assert found["timestamp"] == "2030-01-01T11:59:55.000Z"


def test_a_client_cannot_say_when_we_received_its_event():
    assert times_of({"receivedAt": "1999-01-01T00:00:00Z"})["receivedAt"] == RECEIVED_TEXT


_time_like = st.text(string.digits + "-:+.TZW ", max_size=40) | st.text(max_size=20) | st.datetimes().map(str)
_anything = _time_like | st.none() | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)


@given(timestamp=_anything, sent_at=_anything)
def test_whatever_a_client_calls_time_an_event_has_one(timestamp, sent_at):
    found = times_of({"timestamp": timestamp, "sentAt": sent_at})
    assert "1970" <= found["timestamp"] < "9999-12-31T23:59:59.9999"
    assert len(found["timestamp"]) == len(RECEIVED_TEXT)
