"""Sockets for all addresses: of both versions of IP where the machine has both, and of one where it has not."""

import asyncio
import errno
import socket

import pytest

from nameplate_ingestion.server import Server, bind_everywhere
from tests.nameplate_ingestion.server.serving import OK, Recorder, refuse

GET = b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"


async def ask(address: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(GET)
    async with asyncio.timeout(20):
        octets = await reader.read()
    writer.close()
    return octets


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has one version of IP only")
async def test_clients_of_both_versions_are_served_by_one_socket():
    handler = Recorder()
    server, bound = Server(handler, refuse, frozenset()), bind_everywhere(0)
    await server.listen(bound)
    port = bound.getsockname()[1]
    for address in ("127.0.0.1", "::1"):
        assert (await ask(address, port)).endswith(OK.body)
    assert await server.close(20) == 0


@pytest.mark.parametrize("lacks", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
async def test_without_version_6_those_of_version_4_are_served(lacks: int, monkeypatch: pytest.MonkeyPatch):
    class VersionFour(socket.socket):
        def __init__(self, family: int = socket.AF_INET, *more: int) -> None:
            if family == socket.AF_INET6:
                raise OSError(lacks, "there is no version 6")
            super().__init__(family, *more)

    monkeypatch.setattr(socket, "socket", VersionFour)
    with bind_everywhere(0) as bound:
        assert (bound.family, bound.getsockname()[0]) == (socket.AF_INET, "0.0.0.0")


def test_a_port_that_another_program_has_is_an_error():
    with socket.socket(socket.AF_INET) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            bind_everywhere(other.getsockname()[1])
