"""The forwarder: each event of a log reaches the sink, in order, and its record retires only then."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import pytest

from nameplate_ingestion.delivery.budget import Budget
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import BatchLimits, SinkUnavailable, Undeliverable
from nameplate_ingestion.delivery.timing import Timing
from nameplate_ingestion.forwarder import READ_OCTETS, TURN_OCTETS, Forwarder, Outlets
from nameplate_ingestion.record import Record, encode
from nameplate_ingestion.sinks.file import FileSink
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.memory_log import MemoryLog
from tests.nameplate_ingestion.played_sink import PlayedSink, a_record

ROOMY = FileCaps(file=1024**2, all=16 * 1024**2)


@asynccontextmanager
async def forwarding(log, sink, directory, domain="acme.example", timing=None):
    """Run a forwarder."""
    forwarder = Forwarder(domain, log, Outlets(sink, DeadLetters(directory / "dead", ROOMY)), timing or Timing())
    serving = asyncio.create_task(forwarder.serve())
    try:
        yield forwarder
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        await sink.close()


def letters(directory):
    """Return what was parked."""
    files = sorted((directory / "dead").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


async def test_a_sinks_own_trouble_is_told_while_something_waits_for_it(tmp_path):
    log, sink, held = MemoryLog(), PlayedSink(), asyncio.Event()
    deliver = sink.deliver

    async def deliver_later(batch):
        await held.wait()
        return await deliver(batch)

    sink.deliver, sink.trouble = deliver_later, "a broker is down"
    async with forwarding(log, sink, tmp_path) as forwarder:
        assert forwarder.away == ""
        last = log.append(a_record(0, "u"))
        await eventually(lambda: forwarder.away == "a broker is down", "the trouble is told")
        held.set()
        await eventually(lambda: log.retired == last, "the record retires")
        assert forwarder.away == ""


async def test_events_stand_in_the_file_before_their_record_retires(tmp_path):
    log = MemoryLog()
    async with forwarding(log, FileSink(tmp_path / "events", ROOMY), tmp_path):
        last = log.append(encode(Record("web", "track", 0.0, "", "a", 1, b'{"userId":"u"}')))
        await eventually(lambda: log.retired == last, "the record retires")
    (line,) = (tmp_path / "events" / "events-000001.jsonl").read_text().splitlines()
    written = json.loads(line)
    assert (written["domain"], written["source"]) == ("acme.example", "web")
    assert written["event"]["messageId"] == "a-0"


async def test_one_users_events_keep_their_order_while_users_go_in_parallel(tmp_path):
    log, sink = MemoryLog(), PlayedSink()
    async with forwarding(log, sink, tmp_path):
        last = [log.append(a_record(number, f"u{number % 17}")) for number in range(2000)][-1]
        await eventually(lambda: log.retired == last, "all records retire")
    assert sink.firsts_by_user() == {f"u{user}": list(range(user, 2000, 17)) for user in range(17)}
    assert set(sink.counts().values()) == {1}


async def test_batches_stay_within_the_sinks_limits_but_an_event_alone_may_be_larger(tmp_path):
    log, sink = MemoryLog(), PlayedSink(limits=BatchLimits(deliveries=7, octets=600))
    for number in range(100):
        log.append(a_record(number, "u"))
    body = json.dumps({"userId": "u", "number": 100, "text": "x" * 2000}).encode()
    log.append(encode(Record("web", "track", 0.0, "", "big", 1, body)))
    last = log.append(a_record(101, "u"))
    async with forwarding(log, sink, tmp_path):
        await eventually(lambda: log.retired == last, "all records retire")
    assert max(map(len, sink.batches)) > 1
    for batch in sink.batches:
        assert len(batch) <= 7
        assert len(batch) == 1 or sum(len(delivery.event) for delivery in batch) <= 600
    assert sink.firsts_by_user() == {"u": list(range(102))}


async def test_only_the_acknowledged_beginning_of_the_log_retires(tmp_path):
    held = asyncio.Event()

    def decide(batch):
        if any(delivery.user == "slow" for delivery in batch) and not held.is_set():
            raise SinkUnavailable("not now")
        return [None] * len(batch)

    log, sink = MemoryLog(), PlayedSink(decide)
    before = log.append(a_record(0, "quick"))
    log.append(a_record(1, "slow"))
    last = log.append(a_record(2, "quick"))
    quick = Timing(sleep=lambda _: asyncio.sleep(0.001))
    async with forwarding(log, sink, tmp_path, timing=quick):
        await eventually(lambda: {"m-0", "m-2"} <= sink.ids, "the quick user's events arrive")
        assert log.retired == before
        held.set()
        await eventually(lambda: log.retired == last, "all records retire", timeout=60)


async def test_a_restart_goes_on_behind_what_retired(tmp_path):
    log = MemoryLog()
    first = [log.append(a_record(number, "u")) for number in range(50)][-1]
    async with forwarding(log, PlayedSink(), tmp_path):
        await eventually(lambda: log.retired == first, "the first half retires")
    last = [log.append(a_record(number, "u")) for number in range(50, 100)][-1]
    sink = PlayedSink()
    async with forwarding(log, sink, tmp_path):
        await eventually(lambda: log.retired == last, "the second half retires")
    assert sink.firsts_by_user() == {"u": list(range(50, 100))}


async def test_an_event_that_the_sink_refuses_is_parked_with_the_reason_and_its_record_retires(tmp_path):
    def decide(batch):
        return [Undeliverable("bad \x1b[31m news") if delivery.message_id == "m-3" else None for delivery in batch]

    log, sink = MemoryLog(), PlayedSink(decide)
    last = [log.append(a_record(number, "u")) for number in range(6)][-1]
    async with forwarding(log, sink, tmp_path) as forwarder:
        await eventually(lambda: log.retired == last, "all records retire")
    (letter,) = letters(tmp_path)
    assert letter.pop("parkedAt").endswith("Z")
    assert letter["event"].pop("number") == 3
    assert letter["reason"] == "bad ?[31m news"
    assert (letter["domain"], letter["source"], letter["messageId"]) == ("acme.example", "web", "m-3")
    assert (forwarder.counts.delivered, forwarder.counts.parked) == (5, 1)


@pytest.mark.parametrize("octets", [b"\xc1", encode(Record("web", "batch", 0.0, "", "a", 1, b'{"batch":7}'))])
async def test_a_record_that_cannot_be_read_is_parked_whole(tmp_path, octets):
    log, sink = MemoryLog(), PlayedSink()
    log.append(octets)
    last = log.append(a_record(1, "u"))
    async with forwarding(log, sink, tmp_path):
        await eventually(lambda: log.retired == last, "all records retire")
    (letter,) = letters(tmp_path)
    assert base64.b64decode(letter["record"]) == octets
    assert sink.ids == {"m-1"}


async def test_a_record_without_events_retires(tmp_path):
    log = MemoryLog()
    last = log.append(encode(Record("web", "batch", 0.0, "", "a", 0, b'{"batch":[]}')))
    async with forwarding(log, PlayedSink(), tmp_path):
        await eventually(lambda: log.retired == last, "the record retires")


async def test_what_is_under_way_is_bounded(tmp_path):
    def decide(batch):
        raise SinkUnavailable("for good")

    log, share = MemoryLog(), Budget().share
    body = json.dumps({"userId": "u", "text": "x" * 30_000}).encode()
    record = encode(Record("web", "track", 0.0, "", "a", 1, body))
    for _ in range(3 * share // len(record)):
        log.append(record)
    async with forwarding(log, PlayedSink(decide), tmp_path) as forwarder:
        await eventually(lambda: forwarder._window.left <= 0, "the window is full")
        for _ in range(100):
            await asyncio.sleep(0)
        assert forwarder._window.octets < share + 2 * READ_OCTETS + len(record)


async def test_the_events_of_one_record_are_bounded_too_while_the_sink_is_away(tmp_path):
    away = True

    def decide(batch):
        if away:
            raise SinkUnavailable("not now")
        return [None] * len(batch)

    log, sink = MemoryLog(), PlayedSink(decide, BatchLimits(deliveries=1000, octets=1024**2))
    body = json.dumps({"batch": [{"userId": f"u{n}"} for n in range(2000)], "context": {"a": "x" * 10_000}}).encode()
    last = log.append(encode(Record("web", "batch", 0.0, "", "a", 2000, body)))
    quick = Timing(sleep=lambda _: asyncio.sleep(0.001))
    async with forwarding(log, sink, tmp_path, timing=quick) as forwarder:
        window = forwarder._window
        await eventually(lambda: window.left <= 0, "the window is full")
        for _ in range(100):
            await asyncio.sleep(0)
        assert window.event_octets < Budget().share + 2 * TURN_OCTETS
        away = False
        await eventually(lambda: log.retired == last, "the record retires", timeout=60)
        assert (window.octets, window.event_octets) == (0, 0)
    assert set(sink.counts().values()) == {1}
    assert len(sink.ids) == forwarder.counts.delivered == 2000


async def test_a_record_that_breaks_off_is_parked_whole_and_what_came_before_is_delivered(tmp_path):
    log, sink = MemoryLog(), PlayedSink()
    broken = encode(
        Record("web", "batch", 0.0, "", "a", 2, b'{"batch":[{"userId":"u"},{"context":{"\xff":1}}],"context":{}}')
    )
    last = log.append(broken)
    async with forwarding(log, sink, tmp_path):
        await eventually(lambda: log.retired == last, "the record retires")
        await eventually(lambda: sink.ids == {"a-0"}, "the first event arrives")
    (letter,) = letters(tmp_path)
    assert base64.b64decode(letter["record"]) == broken


async def test_a_sink_that_breaks_in_a_way_nobody_thought_of_is_asked_again(tmp_path, caplog):
    failures = iter([ZeroDivisionError("oops"), KeyError("oops")])

    def decide(batch):
        failure = next(failures, None)
        if failure:
            raise failure
        return [None] * len(batch)

    log = MemoryLog()
    last = log.append(a_record(1, "u"))
    async with forwarding(log, PlayedSink(decide), tmp_path, timing=Timing(sleep=lambda _: asyncio.sleep(0.001))):
        await eventually(lambda: log.retired == last, "the record retires")
    assert "ZeroDivisionError" in caplog.text
    assert "oops" not in caplog.text


async def test_what_a_sink_says_of_an_event_stands_with_the_event_and_not_in_the_log(tmp_path, caplog):
    log, sink = MemoryLog(), PlayedSink(lambda batch: [Undeliverable("it answered 400", "no s3cret")] * len(batch))
    last = log.append(a_record(1, "u"))
    async with forwarding(log, sink, tmp_path):
        await eventually(lambda: log.retired == last, "the record retires")
    (letter,) = letters(tmp_path)
    assert letter["reason"] == "it answered 400: no s3cret"
    assert "refused 1 events: it answered 400" in caplog.text
    assert "s3cret" not in caplog.text
