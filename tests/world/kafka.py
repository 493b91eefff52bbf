"""A real Kafka broker on an address of its own: one process that is broker and controller, and outlives nobody.

with Kafka() as kafka:
    kafka.create_topic("events")
    kafka.bootstrap                       # plain text; `kafka.secure` asks for TLS and a SCRAM password
    kafka.kill(); kafka.start()           # a crash; what was acknowledged is still there
"""

import os
import random
import shutil
import socket
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tests.cluster.directories import new_directory
from tests.cluster.processes import Program
from tests.cluster.waiting import until
from tests.world.kafka_jars import JARS
from tests.world.kafka_properties import Ports, broker_properties
from tests.world.loopback_certificate import self_signed
from tests.world.maven import java

USER, PASSWORD = "nameplate", "correct-horse"
# Below the range from which the kernel takes ports for outgoing connections.
_PORTS = Ports(plain=19092, secure=19093, controller=19094)
_CLUSTER = "bmFtZXBsYXRlLXRlc3RzMA"
_START_TIMEOUT = 120.0
_STOP_TIMEOUT = 30.0
_READ_TIMEOUT = 60.0
_JVM = (
    "-Xms64m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)


class Kafka:
    """One broker; topics have one replica, on a disk that survives its crash."""

    def __init__(self, owner: int | None = None) -> None:
        """Choose address and folder; the process ends with `owner` (this process) at the latest."""
        self._owner = owner or os.getpid()
        self.directory = new_directory(self._owner, "kafka")
        # Whoever else has a broker on this machine has another address: ports need not be looked for.
        chance = random.SystemRandom()
        self.address = f"127.{chance.randrange(1, 255)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        self.bootstrap = f"{self.address}:{_PORTS.plain}"
        self.secure = f"{self.address}:{_PORTS.secure}"
        self.ca_file = self_signed(self.directory, self.address)
        self.log = self.directory / "kafka.log"
        self._program: Program | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        assert self._program is not None
        return self._program.pid

    def start(self) -> None:
        """Start on the data of before, or on new ones, and wait until it answers."""
        properties = self.directory / "server.properties"
        if not properties.exists():
            self._format(properties)
        self._program = self._run("kafka.Kafka", str(properties))
        until(self._answers, "the broker answers", timeout=_START_TIMEOUT, look_every=0.1)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._end(SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(SIGTERM)

    def close(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def create_topic(self, name: str, partitions: int = 4, **settings: str) -> None:
        """Make a topic; settings are Kafka's, with underscores for dots."""
        config = {key.replace("_", "."): value for key, value in settings.items()}
        topic = NewTopic(name, num_partitions=partitions, replication_factor=1, config=config)
        client = AdminClient({"bootstrap.servers": self.bootstrap})
        client.create_topics([topic])[name].result(_READ_TIMEOUT)

    def messages(self, topic: str) -> list[list[Message]]:
        """Return what each partition of a topic holds now."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "none", "enable.auto.commit": False})
        try:
            partitions = consumer.list_topics(topic, _READ_TIMEOUT).topics[topic].partitions
            return [_read(consumer, TopicPartition(topic, number, 0)) for number in sorted(partitions)]
        finally:
            consumer.close()

    def _format(self, properties: Path) -> None:
        (self.directory / "hosts").write_text("127.0.0.1 localhost\n")
        properties.write_text(broker_properties(self.address, _PORTS, self.directory, self.ca_file))
        scram = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
        tool = "kafka.tools.StorageTool"
        format_ = self._run(tool, "format", "-t", _CLUSTER, "-c", str(properties), "--add-scram", scram)
        until(lambda: not format_.is_alive(), "the storage is formatted", timeout=_START_TIMEOUT)

    def _run(self, main: str, *arguments: str) -> Program:
        names = f"-Djdk.net.hosts.file={self.directory}/hosts"
        command = [str(java()), *_JVM, names, "-cp", f"{JARS.found()}/*", main, *arguments]
        return Program(command, self.log, self._owner)

    def _answers(self) -> bool:
        assert self._program is not None
        self._program.check_alive()
        try:
            for port in (_PORTS.plain, _PORTS.secure):
                socket.create_connection((self.address, port), timeout=1).close()
            AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0}).list_topics(timeout=5)
        except Exception:  # noqa: BLE001 - whatever it is, the broker is not there yet
            return False
        return True

    def _end(self, by: Signals) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.stop(by, _STOP_TIMEOUT)


def _read(consumer: Consumer, partition: TopicPartition) -> list[Message]:
    _, end = consumer.get_watermark_offsets(partition, _READ_TIMEOUT)
    consumer.assign([partition])
    messages: list[Message] = []
    while end and (not messages or messages[-1].offset() + 1 < end):
        message = consumer.poll(_READ_TIMEOUT)
        if message is None or message.error():
            raise RuntimeError(f"{partition.topic} cannot be read: {message and message.error()}")
        messages.append(message)
    return messages
