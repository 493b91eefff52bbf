"""Memory of the running program is flat over millions of requests."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nameplate_ingestion.mounted import Mounts
from tests.nameplate_ingestion.test_memory import GOOD, HOST, MIB, octets_of
from tests.world.ingestion_process import IngestionProcess

ALL = 2_000_000
SHARE = 10
CONNECTIONS = 16
BURST = 20


def bursts(connection: int, requests: int, seed: int) -> Iterator[bytes]:
    """Yield bursts of requests no two of which are alike: other people, origins, addresses, queries."""
    for first in range(0, requests, BURST):
        burst = []
        for number in range(first, first + BURST):
            name = b"%d-%d-%d" % (seed, connection, number)
            body = b'{"userId":"u%b","event":"e","messageId":"m%b","writeKey":"k3y"}' % (name, name)
            address = b"10.%d.%d.%d" % (connection, number // 256 % 256, number % 256)
            lines = [b"POST /v1/t?%b HTTP/1.1" % name, b"Host: " + HOST, b"Origin: https://o%b.example" % name]
            lines += [b"X-Forwarded-For: " + address, b"Content-Length: %d" % len(body)]
            burst.append(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        yield b"".join(burst)


def collect(data: Path) -> None:
    """Take away every file of events but the newest, as whoever processes them does."""
    for file in sorted(data.glob("*/0/events/events-*.jsonl"))[:-1]:
        file.unlink()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_memory_is_flat_over_two_million_requests(
    service: IngestionProcess,
    mounts: Mounts,
    seed: int,
    request: pytest.FixtureRequest,
    report: Callable[[str, str], None],
):
    requests = ALL if request.config.getoption("soak") else ALL // SHARE
    service.start()
    service.wait_ready()
    (pid,) = service.workers()

    async def client(connection: int, most: int) -> int:
        reader, writer = await asyncio.open_unix_connection(str(service.socket))
        accepted = 0
        for burst in bursts(connection, most // CONNECTIONS, seed):
            writer.write(burst)
            for _ in range(BURST):
                accepted += (await reader.readuntil(GOOD)).startswith(b"HTTP/1.1 200 ")
            collect(mounts.data)
        writer.close()
        return accepted

    async def run(most: int) -> int:
        return sum(await asyncio.gather(*[client(number, most) for number in range(CONNECTIONS)]))

    # Caches fill and the allocator takes what it needs.
    asyncio.run(run(requests // 5))
    before = octets_of(pid), octets_of(service.pid)
    assert asyncio.run(run(requests)) == requests
    after = octets_of(pid), octets_of(service.pid)
    for then, now in zip(before, after, strict=True):
        assert now - then < 4 * MIB
    told = ", ".join(
        f"the {who} {then / MIB:.1f} MiB before and {now / MIB:.1f} MiB after"
        for who, then, now in zip(("worker", "process that watches over it"), before, after, strict=True)
    )
    report(
        "Memory over two million requests",
        f"{requests:,} requests after {requests // 5:,} others, all accepted and delivered to files. Resident: {told}.",
    )
