"""Thousands of clients that never finish a request, and what the others notice of them.

    python -m bench.ingestion.slow_connections PORT COUNT

opens the connections, prints a line once all are open, and keeps as many open until it is ended.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.ingestion.load import CONNECTIONS, send
from bench.ingestion.processes import CLIENT_CORE, SERVER_CORE
from bench.ingestion.service import Shape, service, to_files
from nameplate_api.custom_domain import Durability

COUNT = 2000
_BEGINNING = b"POST /v1/t HTTP/1.1\r\nHost: api.cdp.acme.com\r\nX-Slow: "
_PIECE_EVERY = 1.0


def slow_connections_table(rounds: int, seconds: int, rate: float, count: int = COUNT) -> str:
    """Return the 99th percentile of healthy requests, at this rate, alone and beside slow ones as a Markdown table."""
    shape = Shape(Durability.DISK, to_files)
    pause = CONNECTIONS / rate
    alone, beside = [], []
    with tempfile.TemporaryDirectory() as place, service(Path(place), SERVER_CORE, shape) as server:
        for _ in range(rounds):
            alone.append(send(server.port, seconds, core=CLIENT_CORE, pause=pause))
            with _slow_clients(server.port, count):
                beside.append(send(server.port, seconds, core=CLIENT_CORE, pause=pause))
    ratio = median(two.p99 / one.p99 for one, two in zip(alone, beside, strict=True))
    failed = sum(load.failed for load in (*alone, *beside))
    return (
        f"| {rate:,.0f} requests per second | p99 alone, ms | p99 beside {count:,}, ms | ratio | failed |\n"
        "|---|---:|---:|---:|---:|\n"
        f"| median of {rounds} rounds | {median(load.p99 for load in alone):.1f} "
        f"| {median(load.p99 for load in beside):.1f} | {ratio:.1f} | {failed} |"
    )


@contextmanager
def _slow_clients(port: int, count: int) -> Iterator[None]:
    """Return once all are connected."""
    program = [sys.executable, "-m", "bench.ingestion.slow_connections", str(port), str(count)]
    command = ["taskset", "--cpu-list", str(CLIENT_CORE), *program]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as clients:
        try:
            if clients.stdout is None or not clients.stdout.readline():
                raise RuntimeError("the slow clients could not connect")
            yield
        finally:
            clients.kill()


async def _be_slow(port: int, opened: asyncio.Semaphore) -> None:
    first = True
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_BEGINNING)
        if first:
            opened.release()
            first = False
        while not reader.at_eof():
            writer.write(b"x")
            try:
                await asyncio.wait_for(reader.read(1024), _PIECE_EVERY)
            except TimeoutError:
                continue
            except OSError:
                break
        writer.close()


async def _be_many(port: int, count: int) -> None:
    opened = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(_be_slow(port, opened)) for _ in range(count)]
    for _ in range(count):
        await opened.acquire()
    print("all are open", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(_be_many(int(sys.argv[1]), int(sys.argv[2])))
