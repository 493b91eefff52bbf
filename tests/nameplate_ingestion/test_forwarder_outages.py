"""The forwarder while sinks are away or fail at random: nothing is lost or reordered."""

import asyncio
from time import monotonic

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.delivery.sink import SinkUnavailable
from nameplate_ingestion.delivery.timing import Timing
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps
from nameplate_ingestion.served import ToForward
from nameplate_ingestion.sinks.forward import ForwardSink
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.memory_log import MemoryLog
from tests.nameplate_ingestion.played_sink import PlayedSink, a_record, takes_all
from tests.nameplate_ingestion.simulated_time import SimulatedTime
from tests.nameplate_ingestion.sinks.tracking_api import Told, TrackingApi
from tests.nameplate_ingestion.test_forwarder import forwarding, letters

USERS = 23
TEN_MINUTES = 600.0


async def _append_over(time, log, seconds, count):
    """Append so many records within so many simulated seconds."""
    for number in range(count):
        log.append(a_record(number, f"u{number % USERS}"))
        await time.sleep(seconds / count)


def _in_order(count):
    return {f"u{user}": list(range(user, count, USERS)) for user in range(USERS)}


async def test_a_sink_that_is_away_for_ten_minutes_gets_all_that_came_meanwhile(tmp_path, report):
    time, log = SimulatedTime(), MemoryLog()

    def decide(batch):
        if time.now < TEN_MINUTES:
            raise SinkUnavailable("connection refused")
        return takes_all(batch)

    sink = PlayedSink(decide)
    jumping = asyncio.create_task(time.jumping())
    async with forwarding(log, sink, tmp_path, timing=time.timing()) as forwarder:
        await _append_over(time, log, TEN_MINUTES - 1, 3000)
        assert not log.retirements
        assert forwarder.away == "connection refused"
        attempts = len(sink.batches)
        await eventually(lambda: log.retired == log.records[-1][0], "all records retire", timeout=60)
        assert forwarder.away == ""
    jumping.cancel()
    assert sink.firsts_by_user() == _in_order(3000)
    assert set(sink.counts().values()) == {1}
    # Eight lanes, eight doublings up to a minute, then once or twice a minute each.
    assert attempts < 8 * (8 + 20)
    assert time.now < TEN_MINUTES + 200
    report(
        "A sink away for ten minutes",
        f"3000 events came meanwhile; after {attempts} attempts all were there {time.now - TEN_MINUTES:.0f} s after "
        "its return, once each and each person's in their order. Seconds are simulated.",
    )


async def test_ten_minutes_without_a_sink_lose_nothing_that_the_log_acknowledged(tmp_path, rng, report):
    time, loop = SimulatedTime(), asyncio.get_running_loop()
    acknowledged, refused = set(), []

    def decide(batch):
        if time.now < TEN_MINUTES:
            raise SinkUnavailable("connection refused")
        return takes_all(batch)

    def append(number):
        def done(refusal):
            (acknowledged.add if refusal is None else refused.append)(f"m-{number}")

        level = rng.choice(list(Durability))
        assert log.append(a_record(number, f"u{number % USERS}"), level, done) is None

    async def lives(first, count, seconds):
        """Take records from a log that is opened anew, as after a restart."""
        async with forwarding(log, sink, tmp_path, timing=time.timing(rng.random)):
            for number in range(first, first + count):
                append(number)
                await time.sleep(seconds / count)
            if time.now >= TEN_MINUTES:
                await eventually(lambda: not log.octets, "all records retire")

    sink = PlayedSink(decide)
    jumping = asyncio.create_task(time.jumping())
    for life, (seconds, count) in enumerate([(300.0, 1000), (299.0, 1000), (100.0, 500)]):
        log = DurableLog.open(tmp_path / "log", Caps(segment=1 << 16), loop)
        await lives(1000 * life, count, seconds)
        await log.close()
    jumping.cancel()
    taken = set(sink.counts())
    # Whoever waited for the sink when the log was closed was told that it failed; the event is delivered all the same.
    assert acknowledged | set(refused) == taken == {f"m-{number}" for number in range(2500)}
    assert len(acknowledged) > 1800
    assert sink.firsts_by_user() == _in_order(2500)
    report(
        "A sink away for ten minutes and two restarts",
        f"2500 events on a durable log: {len(acknowledged)} acknowledged, {len(refused)} told of as failed when the "
        f"log was closed, {len(taken)} received, in {len(sink.taken)} deliveries.",
    )


async def test_a_sink_that_fails_half_of_its_answers_gets_everything_in_order(tmp_path, rng, counted, report):
    rounds, failed, batches = counted(200), 0, 0
    for number in rounds:
        time, log = SimulatedTime(), MemoryLog()

        def decide(batch):
            nonlocal failed
            chance = rng.random()
            failed += chance < 0.5
            if chance < 0.25:
                raise SinkUnavailable("503", rng.choice([None, 2.0]))
            if chance < 0.5:
                raise SinkUnavailable("half an answer", None, [None] * rng.randrange(len(batch)))
            return takes_all(batch)

        sink = PlayedSink(decide)
        jumping = asyncio.create_task(time.jumping())
        async with forwarding(log, sink, tmp_path / str(number), timing=time.timing(rng.random)):
            await _append_over(time, log, 10.0, 200)
            await eventually(lambda: log.retired == log.records[-1][0], "all records retire", timeout=60)  # noqa: B023
        jumping.cancel()
        assert sink.firsts_by_user() == _in_order(200)
        batches += len(sink.batches)
    report(
        "A sink that fails half of its answers",
        f"{len(rounds)} rounds of 200 events: {failed} of {batches} batches failed, wholly or in part; all events were "
        "received, each person's in their order.",
    )


async def test_answers_that_get_lost_after_the_events_were_taken_make_duplicates_of_equal_id_only(tmp_path, rng):
    time, log = SimulatedTime(), MemoryLog()
    sink = PlayedSink()

    def decide(batch):
        if rng.random() < 0.5:
            sink.taken += batch
            raise SinkUnavailable("the answer was lost")
        return takes_all(batch)

    sink.decide = decide
    jumping = asyncio.create_task(time.jumping())
    async with forwarding(log, sink, tmp_path, timing=time.timing(rng.random)):
        await _append_over(time, log, 10.0, 500)
        await eventually(lambda: log.retired == log.records[-1][0], "all records retire", timeout=60)
    jumping.cancel()
    assert sink.firsts_by_user() == _in_order(500)
    assert set(sink.counts()) == {f"m-{number}" for number in range(500)}
    assert max(sink.counts().values()) > 1


async def test_a_sink_that_asks_to_wait_is_left_alone_so_long(tmp_path):
    time, log = SimulatedTime(), MemoryLog()
    asked = []

    def decide(batch):
        asked.append(time.now)
        if len(asked) == 1:
            raise SinkUnavailable("429", retry_after=42.0)
        return takes_all(batch)

    jumping = asyncio.create_task(time.jumping())
    async with forwarding(log, PlayedSink(decide), tmp_path, timing=time.timing()):
        last = [log.append(a_record(number, "u")) for number in range(100)][-1]
        await eventually(lambda: log.retired == last, "all records retire", timeout=60)
    jumping.cancel()
    assert asked[0] + 42.0 <= asked[1] <= asked[0] + 43.0


async def test_a_sink_that_takes_something_each_time_is_not_left_alone_longer_and_longer(tmp_path):
    def decide(batch):
        if len(batch) > 1:
            raise SinkUnavailable("one at a time", verdicts=[None])
        return takes_all(batch)

    time, log = SimulatedTime(), MemoryLog()
    jumping = asyncio.create_task(time.jumping())
    last = [log.append(a_record(number, "u")) for number in range(40)][-1]
    async with forwarding(log, PlayedSink(decide), tmp_path, timing=time.timing()):
        await eventually(lambda: log.retired == last, "all records retire", timeout=60)
    jumping.cancel()
    assert time.now < 40 * 0.25


async def test_one_domains_dead_sink_holds_no_other(tmp_path):
    def decide(batch):
        raise SinkUnavailable("dead")

    dead_log, log = MemoryLog(), MemoryLog()
    async with (
        forwarding(dead_log, PlayedSink(decide), tmp_path / "dead", "dead.example"),
        forwarding(log, PlayedSink(), tmp_path / "alive"),
    ):
        dead_log.append(a_record(0, "u"))
        last = [log.append(a_record(number, "u")) for number in range(500)][-1]
        await eventually(lambda: log.retired == last, "the other domain's records retire")
    assert not dead_log.retirements


async def test_a_real_endpoint_that_fails_half_of_its_answers_gets_what_the_log_acknowledged(tmp_path, rng):
    def answer(post):
        chance = rng.random()
        if chance < 0.5:
            return Told()
        if chance < 0.6:
            # Taken, but nobody hears of it.
            return Told(200, hang_up=True)
        if chance < 0.8:
            return Told(429, (("Retry-After", "1"),))
        return Told(rng.choice([500, 503]), hang_up=rng.random() < 0.5)

    log = DurableLog.open(tmp_path / "log", Caps(octets=64 << 20), asyncio.get_running_loop())
    kept = set()
    hurried = Timing(lambda: monotonic() * 100, lambda seconds: asyncio.sleep(seconds / 100), rng.random)
    with TrackingApi(answer) as api:
        sink = ForwardSink(ToForward(api.url, write_keys={"web": "w", "app": "a"}))
        async with forwarding(log, sink, tmp_path, timing=hurried):
            for number in range(1000):
                octets = a_record(number, f"u{number % USERS}", "web" if number % USERS % 2 else "app")
                assert log.append(octets, Durability.SINK, lambda refusal, n=number: kept.add((n, refusal))) is None
                if number % 50 == 0:
                    await asyncio.sleep(0.01)
            await eventually(lambda: len(kept) == 1000, "all records are acknowledged", timeout=120)
    await log.close()
    assert kept == {(number, None) for number in range(1000)}
    firsts = {}
    for event in api.taken:
        numbers = firsts.setdefault(event["userId"], [])
        if event["number"] not in numbers:
            numbers.append(event["number"])
    assert firsts == _in_order(1000)
    assert {(event["number"], event["messageId"]) for event in api.taken} == {(n, f"m-{n}") for n in range(1000)}
    assert not letters(tmp_path)
    assert len(api.posts) < 400
