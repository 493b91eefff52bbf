"""Intake: an answer leaves when its record is as safe as promised, and each way to fail has its row."""

import asyncio
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from nameplate_api.sources import Durability, SourceType
from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.intake import Intake
from nameplate_ingestion.metrics import Numbers
from nameplate_ingestion.record import decode
from nameplate_ingestion.server import Unserved
from nameplate_ingestion.station import Room, Station
from nameplate_ingestion.tenant import Source, Tenant
from tests.cluster.waiting import eventually

MIB = 1024 * 1024
ROOM = Room(64 * MIB, 2 * MIB, MIB, MIB)
DOMAIN = "cdp.acme.com"
NOW = 1_700_000_000.0


def tenant(level: Durability = Durability.DISK) -> Tenant:
    source = Source("website", SourceType.ANALYTICS_JS, level)
    return Tenant(DOMAIN, "uid", "r1", (DOMAIN,), {b"k3y": source})


def call(**event: object) -> Call:
    body = json.dumps({"userId": "u", "event": "e", "writeKey": "k3y"} | event).encode()
    return Call(b"POST", b"/v1/track", DOMAIN.encode(), {b"origin": b"https://acme.com"}, body, "192.0.2.1")


def an_intake(station: Station | None, level: Durability = Durability.DISK) -> tuple[Intake, Numbers]:
    numbers = Numbers()
    intake = Intake(numbers, lambda: NOW)
    intake.tenants, intake.complete = {DOMAIN.encode(): tenant(level)}, True
    intake.stations = {} if station is None else {DOMAIN: station}
    return intake, numbers


def code(reply: Reply) -> str:
    return str(json.loads(reply.body)["code"])


async def test_a_200_leaves_only_when_the_record_can_be_read_again(tmp_path: Path):
    station = await Station.open(DOMAIN, tmp_path, ROOM)
    intake, numbers = an_intake(station)
    replies: list[Reply] = []
    intake.handle(call(), replies.append)
    assert not replies, "the disk was not asked yet"
    await eventually(lambda: replies, "the answer")
    assert (replies[0].status, replies[0].body) == (200, b'{"success":true}')
    ((_, octets),) = await station.log.read(station.log.retired, MIB)
    record = decode(octets)
    assert (record.source, record.call, record.received_at) == ("website", "track", NOW)
    assert numbers.of("requests") == {(DOMAIN, "Accepted"): 1}
    assert numbers.of("events") == {(DOMAIN, "website"): 1}
    assert station.stuck_for(1e12) == 0
    await station.close()


async def test_a_source_of_level_sink_waits_for_the_sink(tmp_path: Path):
    station = await Station.open(DOMAIN, tmp_path, ROOM)
    intake, _ = an_intake(station, Durability.SINK)
    replies: list[Reply] = []
    intake.handle(call(), replies.append)
    ((position, _),) = await station.log.read(station.log.retired, MIB)
    assert not replies, "on disk, but not at the sink"
    assert station.stuck_for(1e12) == 0, "a sink may take its time"
    station.log.retire(position)
    assert [reply.status for reply in replies] == [200]
    await station.close()


async def test_a_full_log_says_when_to_come_back_as_scripts_can_see(tmp_path: Path):
    station = await Station.open(DOMAIN, tmp_path, Room(1, 2 * MIB, MIB, MIB))
    intake, numbers = an_intake(station)
    replies: list[Reply] = []
    intake.handle(call(), replies.append)
    (reply,) = replies
    headers = dict(reply.headers)
    assert (reply.status, code(reply), headers[b"retry-after"]) == (429, "LogFull", b"10")
    assert headers[b"access-control-allow-origin"] in (b"*", b"https://acme.com")
    assert b"retry-after" in headers[b"access-control-expose-headers"].lower()
    assert numbers.of("requests") == {(DOMAIN, "LogFull"): 1}
    assert not numbers.of("events")
    await station.close()


async def test_a_log_that_takes_nothing_more_answers_503(tmp_path: Path):
    station = await Station.open(DOMAIN, tmp_path, ROOM)
    await station.close()
    await asyncio.sleep(0)
    for intake, _ in (an_intake(station), an_intake(None)):
        replies: list[Reply] = []
        intake.handle(call(), replies.append)
        assert [(reply.status, code(reply)) for reply in replies] == [(503, "LogFailed")]


async def test_what_needs_no_log_is_answered_at_once_and_counted_by_domain():
    intake, numbers = an_intake(None)
    replies: list[Reply] = []
    intake.handle(call(writeKey="other"), replies.append)
    intake.handle(call()._replace(host=b"stranger.example"), replies.append)
    assert [code(reply) for reply in replies] == ["UnknownWriteKey", "UnknownHost"]
    assert numbers.of("requests") == {(DOMAIN, "UnknownWriteKey"): 1, ("", "UnknownHost"): 1}


async def test_a_host_that_has_no_tenant_yet_is_told_to_come_again():
    intake, numbers = an_intake(None)
    intake.complete = False
    replies: list[Reply] = []
    intake.handle(call()._replace(host=b"soon.example"), replies.append)
    assert [(reply.status, code(reply)) for reply in replies] == [(503, "NotReady")]
    assert dict(replies[0].headers)[b"retry-after"] == b"10"
    assert numbers.of("requests") == {("", "NotReady"): 1}


class Broken(dict[bytes, Source]):
    """Sources whose fault quotes what a client sent."""

    def get(self, key: bytes, default: object = None) -> Source:  # type: ignore[override]
        raise LookupError(key)


async def test_a_fault_of_ours_is_answered_and_told_without_what_was_sent(caplog: pytest.LogCaptureFixture):
    intake, numbers = an_intake(None)
    intake.tenants = {DOMAIN.encode(): replace(tenant(), sources=Broken())}
    replies: list[Reply] = []
    intake.handle(call(writeKey="s3cret"), replies.append)
    assert [(reply.status, code(reply)) for reply in replies] == [(500, "InternalError")]
    assert numbers.of("requests") == {(DOMAIN, "InternalError"): 1}
    assert "LookupError" in caplog.text
    assert "find_source" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("reason", Unserved)
def test_what_the_server_turns_away_has_a_row_too(reason: Unserved):
    intake, numbers = an_intake(None)
    assert code(intake.turn_away(reason, None)) == code(intake.turn_away(reason, call())) == reason.value
    assert intake.turn_away(reason, None).status == reason.status
    assert numbers.of("refused_requests") == {(reason.value,): 3}


@pytest.mark.parametrize(
    ("changes", "octets", "expected"),
    [
        ({"host": b"nobody.example"}, 5, "UnknownHost"),
        ({"target": b"/nowhere"}, 5, "UnknownPath"),
        ({}, 512_001, "BodyTooLarge"),
        ({}, 5, None),
        ({}, None, None),
    ],
)
def test_what_no_body_can_change_is_answered_and_counted_before_it_is_read(
    changes: dict[str, bytes], octets: int | None, expected: str | None
):
    intake, numbers = an_intake(None)
    intake.complete = True
    reply = intake.screen(call()._replace(body=b"", **changes), octets)
    assert (None if reply is None else code(reply)) == expected
    domain = "" if "host" in changes else DOMAIN
    assert numbers.of("requests") == ({(domain, expected): 1} if expected else {})


async def test_events_that_are_left_out_of_a_batch_are_counted_by_the_reason(tmp_path: Path):
    station = await Station.open(DOMAIN, tmp_path, ROOM)
    intake, numbers = an_intake(station)
    replies: list[Reply] = []
    good = {"type": "page", "userId": "u"}
    events = [good, {"type": "page"}, {"type": "page"}, good | {"x": "y" * 40_000}, good]
    body = json.dumps({"writeKey": "k3y", "batch": events}).encode()
    intake.handle(call()._replace(target=b"/v1/batch", body=body), replies.append)
    await eventually(lambda: replies, "the answer")
    assert json.loads(replies[0].body)["rejectedEvents"] == 3
    assert numbers.of("events") == {(DOMAIN, "website"): 2}
    assert numbers.of("rejected_events") == {
        (DOMAIN, "website", "InvalidEvent"): 2,
        (DOMAIN, "website", "EventTooLarge"): 1,
    }
    await station.close()


async def test_what_waits_for_the_sink_keeps_no_body_in_memory_and_is_bounded(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("nameplate_ingestion.intake.MOST_AT_SINK", 40)
    station = await Station.open(DOMAIN, tmp_path, ROOM)
    intake, _ = an_intake(station, Durability.SINK)
    replies: list[Reply] = []
    tracemalloc.start()
    try:
        for _ in range(40):
            intake.handle(call(pad="x" * 30_000), replies.append)
            await eventually(lambda: not station.log._unwritten, "the disk")
        await eventually(lambda: len(station.log._at_sink) == 40, "the disk")
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 10 * 30_000
    intake.handle(call(), replies.append)
    assert [(reply.status, code(reply)) for reply in replies] == [(429, "LogFull")]
    records = await station.log.read(station.log.retired, 64 * MIB)
    station.log.retire(records[-1][0])
    assert [reply.status for reply in replies] == [429] + [200] * len(records)
    intake.handle(call(), replies.append)
    assert len(replies) == 1 + len(records), "there is room for one that waits"
    await station.close()
