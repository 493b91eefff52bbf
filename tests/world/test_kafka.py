"""The broker of the tests: it keeps what it acknowledged through a crash, and talks to nobody off this machine."""

import ipaddress
import socket
import struct
from contextlib import suppress
from pathlib import Path

from confluent_kafka import Producer

from tests.world.kafka import Kafka


def _produce(kafka, values):
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all", "message.timeout.ms": 60_000})
    errors = []
    for value in values:
        producer.produce("words", value, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(60) == 0
    assert errors == [None] * len(values)


def _peers(pid):
    """Return the addresses at both ends of every TCP socket that a process has open."""
    sockets = {_target(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    assert not [line for line in Path(f"/proc/{pid}/net/tcp6").read_text().splitlines() if _inode(line) in sockets]
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        if _inode(line) in sockets:
            for end in line.split()[1:3]:
                yield socket.inet_ntoa(struct.pack("<I", int(end.split(":")[0], 16)))


def _target(entry):
    # It may be closed again by now.
    with suppress(FileNotFoundError):
        return str(entry.readlink())


def _inode(line):
    return f"socket:[{line.split()[9]}]"


def test_what_was_acknowledged_survives_a_crash_and_no_connection_leaves_the_machine():
    with Kafka() as kafka:
        kafka.create_topic("words", partitions=1)
        _produce(kafka, [b"one", b"two"])
        peers = {ipaddress.ip_address(peer) for peer in _peers(kafka.pid)}
        assert ipaddress.ip_address(kafka.address) in peers
        assert all(peer.is_loopback or peer.is_unspecified for peer in peers)
        kafka.kill()
        kafka.start()
        _produce(kafka, [b"three"])
        assert [message.value() for message in kafka.messages("words")[0]] == [b"one", b"two", b"three"]
    assert not kafka.directory.exists()
