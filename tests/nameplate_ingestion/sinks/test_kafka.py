"""The Kafka sink on a real broker: acknowledged is consumed, whatever becomes of the broker meanwhile."""

import asyncio
import json
import time
import uuid
from collections import defaultdict

import pytest
from confluent_kafka import KafkaError, KafkaException

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.delivery.dead_letters import DeadLetters
from nameplate_ingestion.delivery.line_files import FileCaps
from nameplate_ingestion.delivery.sink import Delivery, SinkUnavailable, Undeliverable
from nameplate_ingestion.forwarder import Forwarder, Outlets
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps
from nameplate_ingestion.position import Position
from nameplate_ingestion.served import ToKafka
from nameplate_ingestion.sinks.kafka import KafkaSink
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.played_sink import a_record
from tests.world.kafka import PASSWORD, USER, Kafka

USERS = 37
_PATIENCE = 120.0


@pytest.fixture(scope="module")
def kafka():
    """One broker for the tests of this module; whoever kills it starts it again."""
    with Kafka() as broker:
        yield broker


@pytest.fixture
def topic(kafka):
    name = f"events-{uuid.uuid4().hex[:8]}"
    kafka.create_topic(name, max_message_bytes="200000")
    return name


@pytest.fixture
def soak(request):
    """Whether this run is to do all rounds."""
    return request.config.getoption("soak")


def a_delivery(number, user="u", event=None):
    octets = event or json.dumps({"number": number}).encode()
    return Delivery(Position(1, number), "acme.example", "web", user, f"m-{number}", octets)


async def deliver(to, batch):
    """Deliver one batch through a sink of its own."""
    sink = KafkaSink(to)
    try:
        return await asyncio.wait_for(sink.deliver(batch), _PATIENCE)
    finally:
        await sink.close()


async def test_events_are_keyed_by_user_and_say_whence_they_come(kafka, topic):
    batch = [a_delivery(number, f"u{number % 5}") for number in range(100)] + [a_delivery(100, user="")]
    assert await deliver(ToKafka((kafka.bootstrap,), topic), batch) == [None] * 101
    messages = [message for partition in kafka.messages(topic) for message in partition]
    found = {json.loads(message.value())["number"]: message for message in messages}
    assert sorted(found) == list(range(101))
    assert found[7].key() == b"u2"
    assert found[100].key() is None
    assert found[7].headers() == [("domain", b"acme.example"), ("source", b"web")]
    partitions = defaultdict(set)
    for message in messages:
        partitions[message.key()].add(message.partition())
    assert all(len(partitions[f"u{user}".encode()]) == 1 for user in range(5))


async def test_an_event_that_is_too_large_is_refused_alone(kafka, topic):
    batch = [a_delivery(1), a_delivery(2, event=b'"' + b"x" * 1_100_000 + b'"'), a_delivery(3)]
    first, second, third = await deliver(ToKafka((kafka.bootstrap,), topic), batch)
    assert (first, third) == (None, None)
    assert isinstance(second, Undeliverable)
    assert "too large" in second.reason


async def test_a_topic_that_is_missing_is_a_sink_that_is_away(kafka):
    with pytest.raises(SinkUnavailable, match="Unknown topic"):
        await deliver(ToKafka((kafka.bootstrap,), "missing"), [a_delivery(1)])


def secured(kafka, topic, ca_file, password):
    return ToKafka(
        (kafka.secure,),
        topic,
        tls=True,
        ca_file=ca_file,
        mechanism="SCRAM-SHA-512",
        username=USER,
        password=password,
    )


async def test_tls_and_a_password(kafka, topic):
    to = secured(kafka, topic, str(kafka.ca_file), PASSWORD)
    assert await deliver(to, [a_delivery(1)]) == [None]
    assert PASSWORD not in repr(to)


@pytest.mark.parametrize(
    ("ca", "password", "said"),
    [
        pytest.param(True, "wrong", "Authentication failed", id="a wrong password"),
        pytest.param(False, PASSWORD, "certificate verify failed", id="an authority that nobody knows"),
    ],
)
async def test_whoever_is_not_who_they_should_be_gets_no_events(kafka, topic, caplog, *, ca, password, said):
    sink = KafkaSink(secured(kafka, topic, str(kafka.ca_file) if ca else None, password))
    delivering = asyncio.ensure_future(sink.deliver([a_delivery(1)]))
    await eventually(lambda: sink._producer, "the event to be under way", timeout=_PATIENCE)
    await eventually(lambda: said in sink.trouble, "the sink says why", timeout=_PATIENCE)
    assert "Kafka" in caplog.text
    assert not delivering.done()
    await sink.close()
    with pytest.raises(SinkUnavailable):
        await asyncio.wait_for(delivering, _PATIENCE)
    assert kafka.messages(topic) == [[], [], [], []]
    assert password not in caplog.text


class _Broken:
    """A producer after a fatal error, of which librdkafka says that it must be made anew."""

    def produce(self, *_, **__):
        raise KafkaException(KafkaError(KafkaError._FATAL, "out of sequence", fatal=True))

    def poll(self, timeout):
        time.sleep(timeout)

    def purge(self):
        pass

    def flush(self, timeout):
        pass


async def test_a_producer_that_ended_by_a_fatal_error_is_followed_by_another(kafka, topic):
    sink = KafkaSink(ToKafka((kafka.bootstrap,), topic))
    sink._producer = _Broken()
    with pytest.raises(SinkUnavailable, match="out of sequence"):
        await sink.deliver([a_delivery(1), a_delivery(2)])
    assert await asyncio.wait_for(sink.deliver([a_delivery(1), a_delivery(2)]), _PATIENCE) == [None, None]
    await sink.close()


@pytest.mark.timeout(900)
async def test_what_was_acknowledged_is_consumed_though_the_broker_is_killed_under_load(
    kafka, topic, tmp_path, *, rng, soak, report
):
    loop = asyncio.get_running_loop()
    log = DurableLog.open(tmp_path / "log", Caps(octets=64 << 20), loop)
    sink = KafkaSink(ToKafka((kafka.bootstrap,), topic))
    forwarder = Forwarder(
        "acme.example", log, Outlets(sink, DeadLetters(tmp_path / "dead", FileCaps(1 << 20, 1 << 20)))
    )
    serving = asyncio.create_task(forwarder.serve())
    load = _Load(log)
    loading = asyncio.create_task(load.run())
    kills = 10 if soak else 2
    for _ in range(kills):
        await load.acknowledged(rng.randrange(200, 2000))
        await asyncio.to_thread(kafka.kill)
        await load.appended(500)
        await eventually(lambda: forwarder.away, "the forwarder says why", timeout=_PATIENCE)
        await asyncio.to_thread(kafka.start)
    await load.acknowledged(500)
    load.stop()
    await loading
    await eventually(lambda: not log.octets, "the log is drained", timeout=_PATIENCE)
    serving.cancel()
    await asyncio.wait([serving])
    await sink.close()
    await log.close()
    assert load.kept == set(range(load.sent))
    partitions = await asyncio.to_thread(kafka.messages, topic)
    _check(partitions, load.sent)
    assert forwarder.counts.parked == 0
    assert forwarder.away == ""
    report(
        "Kills of a Kafka broker under load",
        f"{kills} kills: {load.sent} events sent, {len(load.kept)} acknowledged by the sink and all of them consumed, "
        f"in {sum(map(len, partitions))} messages, each user's in their order.",
    )


class _Load:
    """Puts numbered events into a log, and remembers which of them the sink is said to have."""

    def __init__(self, log):
        self.sent = 0
        self.kept = set()
        self._log = log
        self._stopped = asyncio.Event()

    def stop(self):
        self._stopped.set()

    async def run(self):
        while not self._stopped.is_set():
            for _ in range(10):
                number = self.sent
                octets = a_record(number, f"u{number % USERS}")
                refusal = self._log.append(octets, Durability.SINK, lambda refused, n=number: self._done(n, refused))
                assert refusal is None
                self.sent += 1
            await asyncio.sleep(0.005)

    async def acknowledged(self, more):
        """Wait until so many more are said to be in the sink."""
        goal = len(self.kept) + more
        await eventually(lambda: len(self.kept) >= goal, f"{more} more acknowledged", timeout=_PATIENCE)

    async def appended(self, more):
        """Wait until so many more stand in the log."""
        goal = self.sent + more
        await eventually(lambda: self.sent >= goal, f"{more} more appended", timeout=_PATIENCE)

    def _done(self, number, refused):
        assert refused is None
        self.kept.add(number)


def _check(partitions, sent):
    """Every event is there, each user's first ones in order; what is there twice has the same messageId."""
    by_user, ids = defaultdict(dict), defaultdict(set)
    for partition in partitions:
        for message in partition:
            event = json.loads(message.value())
            by_user[message.key()].setdefault(event["number"])
            ids[event["number"]].add(event["messageId"])
    assert set(ids) == set(range(sent))
    assert all(found == {f"m-{number}"} for number, found in ids.items())
    for user in range(USERS):
        assert list(by_user[f"u{user}".encode()]) == list(range(user, sent, USERS))
