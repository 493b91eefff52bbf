"""Memory stays flat over many requests: nothing of a request outlives its answer."""

import asyncio
import gc
import resource
from pathlib import Path

import pytest

from nameplate_ingestion.call import Answer, Call
from tests.nameplate_ingestion.server.serving import OK, serving

ALL = 2_000_000
SHARE = 10
CONNECTIONS = 50
BURST = 10
MOST_GROWTH = 4 * 1024 * 1024
PAGE = resource.getpagesize()


def resident() -> int:
    """Return the octets of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def answer_ok(_call: Call, answer: Answer) -> None:
    """Answer at once."""
    answer(OK)


async def burst_after_burst(port: int, connection: int, requests: int) -> int:
    """Send bursts of ever other requests over connections of a hundred bursts each; return how many were answered."""
    answered = 0
    while answered < requests:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(min(100, (requests - answered) // BURST)):
            writer.writelines(
                b"POST /v1/t?%d HTTP/1.1\r\nHost: a%d-%d.example\r\nX-Kept: %d\r\nContent-Length: 5\r\n\r\nhello"
                % (answered + number, connection, answered + number, answered)
                for number in range(BURST)
            )
            for _ in range(BURST):
                await reader.readuntil(OK.body)
            answered += BURST
        writer.close()
    return answered


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_memory_is_flat_over_two_million_requests(request: pytest.FixtureRequest):
    requests = ALL if request.config.getoption("soak") else ALL // SHARE
    async with serving(answer_ok) as (_, port):

        async def run(total: int) -> int:
            return sum(
                await asyncio.gather(
                    *[burst_after_burst(port, number, total // CONNECTIONS) for number in range(CONNECTIONS)]
                )
            )

        # Caches fill and the allocator takes what it needs.
        await run(requests // 5)
        gc.collect()
        before = resident()
        assert await run(requests) == requests
        gc.collect()
        assert resident() - before < MOST_GROWTH
