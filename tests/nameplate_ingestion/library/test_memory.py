"""Memory of the running program does not grow with who asks for the library, nor with how slowly they read."""

import asyncio
import resource
from pathlib import Path

from tests.nameplate_ingestion.library.wire import LIBRARY, exchange, request
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.test_memory import MIB, Growth, octets_of
from tests.world.ingestion_process import IngestionProcess

HOSTS = 2000
SLOW = 1000
BAR = 40 * MIB
"""That a worker is to do with, at its peak."""
CODINGS = ("br", "gzip", "identity")


def started(service: IngestionProcess, mounts: Mounts, hosts: list[str]) -> IngestionProcess:
    mounts.write(document(hosts=["api.cdp.acme.com", *hosts]))
    service.start()
    service.wait_ready()
    return service


def test_the_library_fits_into_the_memory_of_a_worker(service: IngestionProcess, mounts: Mounts):
    hosts = ["cdp.acme.com", "cdn.cdp.acme.com"]
    started(service, mounts, hosts)
    for _ in range(20):
        exchange(service.socket, [request(LIBRARY, f"Accept-Encoding: {each}", host=hosts[1]) for each in CODINGS])
    assert octets_of(service.workers()[0], "VmHWM") <= BAR


def test_two_thousand_hosts_take_no_more_than_one(service: IngestionProcess, mounts: Mounts):
    hosts = [f"h{number}.cdp.acme.com" for number in range(HOSTS)]
    started(service, mounts, hosts)
    growth = Growth(service)
    for host in hosts:
        wanted = [request(LIBRARY, f"Accept-Encoding: {each}", host=host) for each in CODINGS]
        for answer in exchange(service.socket, wanted):
            assert answer.status == 200
    # Of each there are three files, of 27, 31 and 115 KB; an end and a head of some are remembered.
    assert growth.most() <= 4 * MIB


async def stall(place: Path) -> asyncio.StreamWriter:
    """Ask for the largest file again and again, and read nothing."""
    reader, writer = await asyncio.open_unix_connection(str(place), limit=1)
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(request(LIBRARY, host="cdn.cdp.acme.com") * 16)
    return writer


def test_a_thousand_clients_that_read_nothing_hold_no_copies(service: IngestionProcess, mounts: Mounts):
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert files >= SLOW + 200, f"this test needs an open file for each of {SLOW} connections: raise ulimit -n"
    started(service, mounts, ["cdn.cdp.acme.com"])
    growth = Growth(service)

    async def all_at_once() -> None:
        slow = [await stall(service.socket) for _ in range(SLOW)]
        # Whoever comes behind them shows that all of theirs were read.
        async with asyncio.timeout(60):
            reader, writer = await asyncio.open_unix_connection(str(service.socket))
            writer.write(request("/v1/projects/k3y/settings", host="cdn.cdp.acme.com"))
            assert (await reader.readline()).split()[1] == b"200"
        for each in (*slow, writer):
            each.transport.abort()

    asyncio.run(all_at_once())
    # Copies of what is left of one answer each would be 200 MB.
    assert growth.most() <= 24 * MIB
