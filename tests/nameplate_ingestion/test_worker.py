"""A worker by itself: it ends when it can hear nothing more from the process that watches over it."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nameplate_ingestion.order import Order
from nameplate_ingestion.served import encode
from nameplate_ingestion.server import bind_tcp


@contextmanager
def a_worker(data: Path) -> Iterator[tuple[subprocess.Popen[str], socket.socket]]:
    """Start one and yield it with the socket by which it is told."""
    ours, its = socket.socketpair()
    with ours, its, bind_tcp("127.0.0.1", 0) as listener:
        order = Order(0, 1, str(data), "", listener.fileno(), its.fileno())
        with subprocess.Popen(
            order.command(), stderr=subprocess.PIPE, text=True, pass_fds=(order.listener, order.control)
        ) as process:
            its.close()
            try:
                # Its first report says that it listens.
                ours.settimeout(60)
                assert ours.recv(1)
                yield process, ours
            finally:
                process.kill()


@pytest.mark.parametrize(
    ("message", "told"),
    [
        pytest.param(b"\0\0\0\1\xc1", "cannot be read: DecodeError", id="no MessagePack"),
        pytest.param(b"\0\0\0\3\x81\xa1\xff", "cannot be read", id="no UTF-8"),
        pytest.param(b"\0\0\0\1\x07", "cannot be read: ValidationError", id="something else"),
        pytest.param(encode({}) + encode({})[:-1], "is gone", id="half a message"),
        pytest.param(b"", "is gone", id="nothing more"),
    ],
)
def test_it_ends_when_it_hears_nothing_that_it_can_read(tmp_path: Path, message: bytes, told: str):
    with a_worker(tmp_path) as (process, control):
        control.sendall(message)
        control.shutdown(socket.SHUT_WR)
        _, logged = process.communicate(timeout=60)
        assert process.returncode == 1
        assert told in logged
