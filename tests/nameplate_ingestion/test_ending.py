"""Connections that are open when the service is told to end: what comes on them is taken while it can be kept."""

import signal
import socket

from tests.cluster.waiting import until
from tests.nameplate_ingestion.mounted import Mounts
from tests.world.ingestion_process import IngestionProcess, delivered

_PATIENCE = 60.0


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
