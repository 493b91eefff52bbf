"""The Kafka sink beside librdkafka itself: the same events to the same broker with the same settings."""

import asyncio
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from confluent_kafka import Producer

from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.forwarder import LANES
from nameplate_ingestion.position import Position
from nameplate_ingestion.served import ToKafka
from nameplate_ingestion.sinks.kafka import KafkaSink
from tests.world.kafka import Kafka

_TOPIC = "bench"
_EVENT = b'{"type":"track","properties":{"products":["%b"]}}' % (b"x" * 2000)
_USERS = 1000
_FLUSH_TIMEOUT = 60.0


class Rates(NamedTuple):
    """Events per second in one round."""

    raw: float
    ours: float


def compare_with_librdkafka(rounds: int, events: int) -> list[Rates]:
    """Return what each round did."""
    with Kafka() as broker:
        broker.create_topic(_TOPIC)
        _produce(broker.bootstrap, events)
        return [
            Rates(_produce(broker.bootstrap, events), asyncio.run(_deliver(broker.bootstrap, events)))
            for _ in range(rounds)
        ]


def kafka_ratio(found: Sequence[Rates]) -> float:
    """Return how many times librdkafka's own rate the sink's is, by the median of the rounds."""
    return median(each.ours / each.raw for each in found)


def kafka_table(found: Sequence[Rates]) -> str:
    """Return events per second of both as a Markdown table."""
    return (
        "| | events per second | ratio |\n|---|---:|---:|\n"
        f"| librdkafka, acks=all | {median(each.raw for each in found):,.0f} | |\n"
        f"| the Kafka sink | {median(each.ours for each in found):,.0f} | {kafka_ratio(found):.2f} |"
    )


def _produce(bootstrap: str, events: int) -> float:
    settings = {"enable.idempotence": True, "acks": "all", "linger.ms": 5, "compression.type": "lz4"}
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", **settings})
    _send(producer, 1)
    began = time.monotonic()
    _send(producer, events)
    return events / (time.monotonic() - began)


def _send(producer: Producer, events: int) -> None:
    for index in range(events):
        while True:
            try:
                producer.produce(_TOPIC, value=_EVENT, key=_user(index), headers=[("domain", b"d"), ("source", b"s")])
            except BufferError:
                producer.poll(0.1)
            else:
                break
    if producer.flush(_FLUSH_TIMEOUT):
        raise RuntimeError("librdkafka did not deliver everything")


async def _deliver(bootstrap: str, events: int) -> float:
    sink = KafkaSink(ToKafka((bootstrap,), _TOPIC))
    deliveries = [Delivery(Position(0, 0), "d", "s", _user(index), str(index), _EVENT) for index in range(events)]
    try:
        await sink.deliver(deliveries[:1])
        began = time.monotonic()
        await asyncio.gather(*(_lane(sink, deliveries[number::LANES]) for number in range(LANES)))
        return events / (time.monotonic() - began)
    finally:
        await sink.close()


async def _lane(sink: KafkaSink, deliveries: list[Delivery]) -> None:
    """Send batch after batch, as a lane of the forwarder does."""
    size = sink.limits.octets // len(_EVENT)
    for start in range(0, len(deliveries), size):
        if any(await sink.deliver(deliveries[start : start + size])):
            raise RuntimeError("the sink did not take everything")


def _user(index: int) -> str:
    return f"user-{index % _USERS}"
