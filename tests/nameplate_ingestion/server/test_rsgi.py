"""Under granian the same handler gives the same answers to the same requests."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.ports import ReservedPort
from tests.cluster.processes import Program, clean_environment
from tests.cluster.waiting import until
from tests.nameplate_ingestion.server.described import describe
from tests.nameplate_ingestion.server.serving import ask, serving
from tests.nameplate_ingestion.server.well_formed import TABLE, WellFormed

CLOSE = b"\r\nConnection: close\r\n"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run granian for the tests of this file; yield its port."""
    reserved = ReservedPort()
    options = ["--interface", "rsgi", "--host", "127.0.0.1", "--port", str(reserved.number), "--loop", "uvloop"]
    application = "tests.nameplate_ingestion.server.described:app"
    program = Program(
        [sys.executable, "-m", "granian", *options, application],
        tmp_path_factory.mktemp("granian") / "log",
        os.getpid(),
        clean_environment(PYTHONPATH=str(ROOT)),
    )

    def accepts() -> bool:
        program.check_alive()
        try:
            socket.create_connection(("127.0.0.1", reserved.number), timeout=1).close()
        except OSError:
            return False
        return True

    try:
        until(accepts, "granian accepts connections", timeout=60)
        yield reserved.number
    finally:
        program.stop()
        reserved.release()


def as_last(row: WellFormed) -> bytes:
    """Return the request, with the wish that its connection be closed."""
    return row.octets.replace(b"\r\nHost: ", CLOSE + b"Host: ", 1)


def parts(answer: bytes) -> tuple[bytes, set[bytes], bytes]:
    """Return what two servers must agree on: status, headers but for Date, Server and Connection, body."""
    head, _, body = answer.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"").partition(b"\r\n\r\n")
    status, *lines = head.lower().split(b"\r\n")
    free = (b"date:", b"server:", b"connection:")
    return status[8:12], {line for line in lines if not line.startswith(free)}, body


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in TABLE if row.everywhere])
async def test_both_servers_answer_alike(row: WellFormed, granian: int):
    async with serving(describe) as (_, port):
        ours = parts(await ask(port, as_last(row)))
    assert ours == parts(await ask(granian, as_last(row)))
    assert b"x-described: yes" in ours[1]
