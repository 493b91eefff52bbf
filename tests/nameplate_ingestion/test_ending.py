"""Connections that are open when the service is told to end: what comes on them is taken while it can be kept."""

import signal
import socket
import time

import pytest

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import Mounts
from tests.world.ingestion_process import IngestionProcess, delivered

_PATIENCE = 60.0
_SERVED_ON = 5.0
"""Seconds after the signal in which load balancers may still send requests."""


def request(number: int) -> bytes:
    body = b'{"userId":"u","event":"e","writeKey":"k3y","messageId":"m-%d"}' % number
    return b"POST /v1/track HTTP/1.1\r\nHost: cdp.acme.com\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def connect(service: IngestionProcess) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_PATIENCE)
    connection.connect(str(service.socket))
    return connection


def answer(connection: socket.socket) -> bytes:
    octets = b""
    while not octets.endswith(b"}"):
        more = connection.recv(4096)
        assert more, f"closed without an answer: {octets!r}"
        octets += more
    return octets


def test_connections_that_are_kept_end_with_a_200_or_without_a_word(service: IngestionProcess, mounts: Mounts):
    service.start()
    service.wait_ready()
    with connect(service) as busy, connect(service) as slow, connect(service) as idle:
        for number, connection in enumerate((busy, slow, idle)):
            connection.sendall(request(number))
            assert b"Connection" not in answer(connection)
        slow.sendall(request(3)[:60])
        service.program.signal(signal.SIGTERM)
        until(lambda: service.readyz() == "[-] ending\n", "the end to begin")
        busy.sendall(request(4))
        last = answer(busy)
        assert last.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Connection: close\r\n" in last
        assert busy.recv(1) == b""
        assert idle.recv(1) == b"", "nobody asked, and nobody is answered"
        slow.sendall(request(3)[60:])
        assert answer(slow).startswith(b"HTTP/1.1 200 OK\r\n"), "it was begun in time"
        assert service.program.stop(signal.SIGTERM, _PATIENCE) == 0
    assert sorted(line["event"]["messageId"] for line in delivered(mounts.data)) == [f"m-{n}" for n in range(5)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_told_to_end_it_is_unready_at_once_serves_on_and_drains(
    service: IngestionProcess, mounts: Mounts, number: signal.Signals
):
    service.start("--workers", "2")
    service.wait_ready()
    signalled_at = time.monotonic()
    service.program.signal(number)
    until(lambda: service.readyz() == "[-] ending\n", "readiness to go")
    assert service.operations("/healthz").is_success
    sent, taken = served_on(service, signalled_at)
    assert service.program.stop(number, _PATIENCE) == 0
    arrived = [line["event"]["messageId"] for line in delivered(mounts.data)]
    assert taken <= set(arrived) <= sent
    assert len(arrived) == len(set(arrived))
    assert "All workers have ended" in [line["message"] for line in service.log_lines()]


def served_on(service: IngestionProcess, signalled_at: float) -> tuple[set[str], set[str]]:
    """Send until ten answers in a row were the last of their connections, or nobody listens any more.

    Each worker hears of the end for itself, a moment after the other. Returns what was sent and what was taken.
    """
    sent, taken, in_a_row = set[str](), set[str](), 0
    while in_a_row < 10:
        message = f"m-{len(sent)}"
        try:
            with connect(service) as connection:
                connection.sendall(request(len(sent)))
                sent.add(message)
                said = answer(connection)
        except OSError:
            assert time.monotonic() - signalled_at >= _SERVED_ON
            break
        assert said.startswith(b"HTTP/1.1 200 OK\r\n")
        taken.add(message)
        in_a_row = in_a_row + 1 if b"Connection: close\r\n" in said else 0
    return sent, taken
