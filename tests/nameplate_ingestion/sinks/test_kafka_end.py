"""The end of a Kafka sink whose library takes its time to report what was given up."""

import asyncio
import json
import time

import pytest
from confluent_kafka import KafkaError

from nameplate_ingestion.delivery.sink import Delivery, SinkUnavailable
from nameplate_ingestion.position import Position
from nameplate_ingestion.served import ToKafka
from nameplate_ingestion.sinks.kafka import KafkaSink
from tests.cluster.waiting import eventually


class Late:
    """A producer that reports what was purged only in a third flush, as on a machine where its threads get no turn."""

    def __init__(self):
        self.flushes, self.waiting = 0, []

    def produce(self, *_, on_delivery, **__):
        self.waiting.append(on_delivery)

    def poll(self, timeout):
        time.sleep(timeout)

    def purge(self):
        pass

    def flush(self, timeout):
        self.flushes += 1
        if self.flushes == 3:
            purged = KafkaError(KafkaError._PURGE_QUEUE)
            while self.waiting:
                self.waiting.pop()(purged, None)
        return len(self.waiting)


def a_batch(size):
    octets = json.dumps({"number": 1}).encode()
    return [Delivery(Position(1, number), "acme.example", "web", "u", f"m-{number}", octets) for number in range(size)]


async def test_whoever_waits_for_a_report_hears_of_the_sinks_end_however_late_that_comes():
    sink = KafkaSink(ToKafka(("127.0.0.1:9",), "events"))
    sink._producer = Late()
    delivering = asyncio.ensure_future(sink.deliver(a_batch(2)))
    await eventually(lambda: len(sink._producer.waiting) == 2, "both to be under way")
    await sink.close()
    with pytest.raises(SinkUnavailable):
        await asyncio.wait_for(delivering, 30)


async def test_whoever_delivers_while_a_sink_ends_hears_so_at_once():
    sink = KafkaSink(ToKafka(("127.0.0.1:9",), "events"))
    delivering = asyncio.ensure_future(sink.deliver(a_batch(1)))
    # Closed before the delivery had its first turn: nobody fetches reports on what it would produce.
    await sink.close()
    with pytest.raises(SinkUnavailable, match="closed"):
        await asyncio.wait_for(delivering, 30)
