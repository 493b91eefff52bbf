"""The Kafka sink: a topic, keyed by user; acknowledged means in all in-sync replicas."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from functools import lru_cache

from confluent_kafka import KafkaError, KafkaException, Producer

from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, SinkUnavailable, Undeliverable, Verdict
from nameplate_ingestion.served import ToKafka
from nameplate_ingestion.sinks.kafka_reports import DeliveryReports

_POLL_TIMEOUT = 0.5
"""Seconds that librdkafka may hold a thread: what closing waits for."""
_MOST_PURGES = 40
"""More than enough for its threads to come to it on a busy machine; what then has no report is never reported."""
# Of these (rd_kafka_resp_err_t of rdkafka.h) the message itself is the cause: no later attempt can fare better.
_REFUSALS = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.INVALID_RECORD,
        KafkaError.INVALID_TIMESTAMP,
    }
)

log = logging.getLogger(__name__)


class KafkaSink:
    """Events as they are, with the headers ``domain`` and ``source``.

    A message never times out: it waits in the producer until a broker takes it, since one that is given up while a
    later one of the same user is not would come after that.
    """

    limits = BatchLimits(deliveries=1000, octets=1024**2)

    def __init__(self, to: ToKafka) -> None:
        """Begin to connect; nothing is checked yet. Raises ValueError for settings that are none."""
        self.trouble = ""
        self._to = to
        self._producer = self._new_producer()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="kafka-reports", daemon=True)
        self._thread.start()

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        """Produce a batch and wait for all of its reports. Raises SinkUnavailable."""
        if self._closed.is_set():
            raise SinkUnavailable("Kafka: the sink is closed")
        reports = DeliveryReports(len(batch))
        producer = self._producer
        for index, delivery in enumerate(batch):
            self._produce(producer, delivery, reports, index)
        errors = await reports.wait()
        if len(errors) < len(batch):
            self.trouble = ""
        if any(error.fatal() for error in errors.values()):
            await self._replace(producer)
        return _verdicts(errors, len(batch))

    async def close(self) -> None:
        """Give up what is under way and end the connections."""
        self._closed.set()
        await asyncio.to_thread(_discard, self._producer)
        await asyncio.to_thread(self._thread.join)

    def _produce(self, producer: Producer, delivery: Delivery, reports: DeliveryReports, index: int) -> None:
        try:
            producer.produce(
                self._to.topic,
                value=delivery.event,
                key=delivery.user.encode(errors="replace") or None,
                headers=_headers(delivery.domain, delivery.source),
                on_delivery=reports.taker(index),
            )
        except KafkaException as failure:
            reports.take(index, failure.args[0])
        except BufferError:
            reports.take(index, KafkaError(KafkaError._QUEUE_FULL))  # noqa: SLF001 - librdkafka's own name for it

    def _poll(self) -> None:
        while not self._closed.is_set():
            self._producer.poll(_POLL_TIMEOUT)

    async def _replace(self, broken: Producer) -> None:
        """A fatal error ends an idempotent producer for good: what it had comes again through a new one."""
        if self._producer is broken:
            self._producer = self._new_producer()
            await asyncio.to_thread(_discard, broken)

    def _note(self, error: KafkaError) -> None:
        """Take what librdkafka says of brokers that it goes on to try, mostly that it cannot reach them."""
        if not self.trouble:
            log.warning("Kafka: %s", error.str())
        # That all brokers are down says less than why one of them is.
        if not self.trouble or error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - librdkafka's own name
            self.trouble = f"Kafka: {error.str()}"

    def _new_producer(self) -> Producer:
        try:
            return Producer({**_configuration(self._to), "error_cb": self._note}, logger=log)
        except KafkaException as failure:
            raise ValueError(failure.args[0].str()) from failure


def _configuration(to: ToKafka) -> dict[str, object]:
    """Return what librdkafka calls these settings (its CONFIGURATION.md)."""
    configuration: dict[str, object] = {
        "bootstrap.servers": ",".join(to.bootstrap_servers),
        "client.id": "nameplate",
        # Its lines tell each attempt to connect once more; errors come to us anyway.
        "log_level": 2,
        "enable.idempotence": True,
        "acks": "all",
        "message.timeout.ms": 0,
        "linger.ms": 5,
        "compression.type": "lz4",
        # As Java's clients do it, so that streams keyed by user can be joined.
        "partitioner": "murmur2_random",
        "security.protocol": ("SASL_" if to.mechanism else "") + ("SSL" if to.tls else "PLAINTEXT"),
    }
    if to.ca_file:
        configuration["ssl.ca.location"] = to.ca_file
    if to.mechanism:
        configuration["sasl.mechanism"] = to.mechanism
        configuration["sasl.username"] = to.username
        configuration["sasl.password"] = to.password
    return configuration


@lru_cache(maxsize=1024)
def _headers(domain: str, source: str) -> list[tuple[str, str | bytes | None]]:
    return [("domain", domain.encode()), ("source", source.encode())]


def _verdicts(errors: dict[int, KafkaError], count: int) -> Sequence[Verdict]:
    verdicts: list[Verdict] = [None] * count
    for index in sorted(errors):
        error = errors[index]
        if error.code() not in _REFUSALS:
            raise SinkUnavailable(f"Kafka: {error.str()}", verdicts=verdicts[:index])
        verdicts[index] = Undeliverable(f"Kafka: {error.str()}")
    return verdicts


def _discard(producer: Producer) -> None:
    """Give up what a producer has, and wait for its reports: nobody fetches them later, and each is waited for."""
    for _ in range(_MOST_PURGES):
        producer.purge()
        if not producer.flush(_POLL_TIMEOUT):
            return
