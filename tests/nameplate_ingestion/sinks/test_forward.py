"""The forward sink: what it posts, and what it makes of every answer."""

import asyncio
import base64
import gzip
import json
import re
from email.utils import formatdate

import pytest

from nameplate_ingestion.delivery.sink import Delivery, SinkUnavailable, Undeliverable
from nameplate_ingestion.position import Position
from nameplate_ingestion.served import ToForward
from nameplate_ingestion.sinks import forward
from nameplate_ingestion.sinks.forward import ForwardSink
from tests.nameplate_ingestion.sinks.tracking_api import Told, TrackingApi
from tests.world.loopback_certificate import self_signed

NOW = 1893499500.0  # 2030-01-01T12:05:00Z, five minutes after the events were received
KEYS = {"web": "key-web", "app": "key-app"}


def a_delivery(number, source="web", **event):
    octets = json.dumps({"number": number, **event}, separators=(",", ":")).encode()
    return Delivery(Position(1, number), "acme.example", source, "u", f"m-{number}", octets)


async def deliver(api, batch, keys=KEYS):
    """Deliver one batch through a sink of its own."""
    sink = ForwardSink(ToForward(api.url, keys), now=lambda: NOW)
    try:
        return await sink.deliver(batch)
    finally:
        await sink.close()


def key_of(post):
    kind, _, value = post.headers["Authorization"].partition(" ")
    assert kind == "Basic"
    return base64.b64decode(value).decode()


async def test_a_batch_is_posted_as_the_tracking_api_documents_it():
    with TrackingApi() as api:
        assert await deliver(api, [a_delivery(1), a_delivery(2)]) == [None, None]
    (post,) = api.posts
    assert post.path == "/v1/batch"
    assert key_of(post) == "key-web:"
    assert post.headers["Content-Type"] == "application/json"
    assert post.headers["Content-Encoding"] == "gzip"
    assert post.body == {"batch": [{"number": 1}, {"number": 2}], "sentAt": "2030-01-01T12:05:00.000Z"}


async def test_the_endpoint_reckons_the_time_that_we_know():
    times = {
        "timestamp": "2030-01-01T11:59:58.000Z",
        "originalTimestamp": "2029-01-01T00:00:00Z",
        "sentAt": "2029-01-01T00:00:02Z",
        "receivedAt": "2030-01-01T12:00:00.000Z",
    }
    with TrackingApi() as api:
        await deliver(api, [a_delivery(1, **times)])
    # It takes sentAt for what our clock shows now, and so finds no skew.
    assert api.taken == [{"number": 1, "timestamp": "2030-01-01T11:59:58.000Z"}]


async def test_sources_never_share_a_post_and_order_is_kept():
    batch = [a_delivery(1), a_delivery(2, "app"), a_delivery(3, "app"), a_delivery(4)]
    with TrackingApi() as api:
        assert await deliver(api, batch) == [None] * 4
    assert [(key_of(post), post.numbers) for post in api.posts] == [
        ("key-web:", [1]),
        ("key-app:", [2, 3]),
        ("key-web:", [4]),
    ]


async def test_a_source_whose_write_key_is_still_to_come_is_waited_for():
    with TrackingApi() as api:
        sink = ForwardSink(ToForward(api.url, KEYS, awaited=("backend",)), now=lambda: NOW)
        with pytest.raises(SinkUnavailable, match="write key of the source backend is not there") as caught:
            await sink.deliver([a_delivery(1), a_delivery(2, "backend"), a_delivery(3)])
        await sink.close()
    assert caught.value.verdicts == [None]
    assert [event["number"] for event in api.taken] == [1]


async def test_a_source_that_the_settings_name_no_more_is_refused_not_waited_for():
    with TrackingApi() as api:
        verdicts = await deliver(api, [a_delivery(1), a_delivery(2, "gone"), a_delivery(3)])
    assert verdicts == [None, Undeliverable("there is no write key for the source gone"), None]
    assert [event["number"] for event in api.taken] == [1, 3]


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_the_one_event_that_a_batch_is_refused_for_is_found_and_order_is_kept(status):
    def answer(post):
        return Told(status, body=b'{"message":"bad event"}') if 6 in post.numbers else Told()

    with TrackingApi(answer) as api:
        verdicts = await deliver(api, [a_delivery(number) for number in range(10)])
    refused = Undeliverable(f"it answered {status}", '{"message":"bad event"}')
    assert verdicts == [refused if number == 6 else None for number in range(10)]
    assert [event["number"] for event in api.taken] == [0, 1, 2, 3, 4, 5, 7, 8, 9]


@pytest.mark.parametrize(
    ("status", "headers", "retry_after"),
    [
        pytest.param(429, (("Retry-After", "17"),), 17.0, id="seconds"),
        pytest.param(503, (("Retry-After", formatdate(NOW + 90, usegmt=True)),), 90.0, id="a date"),
        pytest.param(503, (("Retry-After", formatdate(NOW - 90, usegmt=True)),), 0.0, id="a date gone by"),
        pytest.param(503, (("Retry-After", "soon"),), None, id="neither"),
        pytest.param(503, (("Retry-After", "\u00b2"),), None, id="no digit of ours"),
        pytest.param(500, (), None, id="no header"),
        pytest.param(401, (), None, id="our key is refused, not the events"),
        pytest.param(403, (), None, id="we may not"),
        pytest.param(404, (), None, id="the URL is wrong"),
        pytest.param(302, (("Location", "http://127.0.0.1:9/"),), None, id="a redirect is never followed"),
    ],
)
async def test_an_answer_that_is_not_about_the_events_means_that_the_sink_is_away(status, headers, retry_after):
    def answer(post):
        return Told() if post.numbers == [1] else Told(status, headers)

    with TrackingApi(answer) as api, pytest.raises(SinkUnavailable, match=f"answered {status}") as caught:
        await deliver(api, [a_delivery(1), a_delivery(2, "app"), a_delivery(3, "app")])
    assert caught.value.verdicts == [None]
    assert caught.value.retry_after == retry_after
    assert len(api.posts) == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_success_is_success(status):
    body = b"" if status == 204 else b"{}"
    with TrackingApi(lambda _: Told(status, body=body)) as api:
        assert await deliver(api, [a_delivery(1)]) == [None]


async def test_a_connection_that_breaks_means_that_the_sink_is_away():
    with (
        TrackingApi(lambda _: Told(500, hang_up=True)) as api,
        pytest.raises(SinkUnavailable, match="RemoteProtocolError"),
    ):
        await deliver(api, [a_delivery(1)])
    with pytest.raises(SinkUnavailable, match="ConnectError"):
        await deliver(api, [a_delivery(1)])


async def test_an_endless_answer_is_not_read_to_its_end():
    with TrackingApi(lambda _: Told(400, body=b"x" * 5_000_000, promised=10**12)) as api:
        (verdict,) = await deliver(api, [a_delivery(1)])
    assert verdict == Undeliverable("it answered 400", "x" * 300)


async def test_what_an_endpoint_says_in_place_of_http_is_no_reason():
    async def echo(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        writer.write(b"received " + gzip.decompress(await reader.readexactly(length)) + b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        to = ToForward(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", {"web": "key-web"})
        sink = ForwardSink(to)
        with pytest.raises(SinkUnavailable) as away:
            await sink.deliver([a_delivery(1, text="s3cret")])
        await sink.close()
    assert away.value.reason == "RemoteProtocolError"


async def test_a_batch_of_the_most_and_largest_events_stays_within_the_documented_limits():
    limits = ForwardSink.limits
    share = limits.octets // limits.deliveries
    empty = len(a_delivery(1000, text="").event)
    batch = [a_delivery(1000 + number, text="x" * (share - empty)) for number in range(limits.deliveries)]
    assert limits.octets - 2500 < sum(len(delivery.event) for delivery in batch) <= limits.octets
    with TrackingApi() as api:
        await deliver(api, batch)
    (post,) = api.posts
    assert len(post.numbers) == 2500
    assert post.octets <= 500_000


@pytest.fixture
def authorities_anew():
    """Have the authorities, which are read once in a process, be read again when asked for, and after the test."""
    yield forward._authorities.cache_clear
    forward._authorities.cache_clear()


async def test_tls_is_verified(tmp_path, monkeypatch, authorities_anew):
    certificate = self_signed(tmp_path)
    with TrackingApi(certificate=certificate) as api:
        with pytest.raises(SinkUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await deliver(api, [a_delivery(1)])
        assert not api.posts
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        authorities_anew()
        assert await deliver(api, [a_delivery(1)]) == [None]


async def test_write_keys_are_shown_nowhere():
    assert "key-web" not in repr(ToForward("http://127.0.0.1", KEYS))
