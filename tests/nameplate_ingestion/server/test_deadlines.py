"""Every client has its time, and no trickle of octets prolongs it; who takes it delays nobody else."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.server import Deadlines
from tests.cluster.soak_report import figures
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.server.serving import OK, Recorder, serving
from tests.nameplate_ingestion.server.slow_clients import CHUNKS, HEAD, UPLOAD, Ending, read_slowly, send_slowly

GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
LONG = 600.0
"""Stands for a deadline that a test must not meet."""
PATIENT = Deadlines(LONG, LONG, LONG, LONG, LONG)
SOON = 0.5
LATEST = 120.0
"""Far beyond the deadlines here, even on a machine under load; a trickle would go on for ever."""
NOTHING = b""


def large(call: Call) -> Reply:
    """Answer /large at length."""
    return OK._replace(body=b"a" * 40_000) if call.target == b"/large" else OK


def check(ending: Ending, timeout: float, answer: bytes) -> None:
    """See that it ended at its time, and was told why."""
    assert timeout <= ending.after + 0.05 <= LATEST
    assert ending.answer.startswith(answer) if answer else not ending.answer


@pytest.mark.parametrize(
    ("deadlines", "start", "piece", "answer"),
    [
        pytest.param({"head_timeout": SOON}, b"", b"", NOTHING, id="never a request"),
        pytest.param({"head_timeout": SOON}, b"", b"\r\n", NOTHING, id="empty lines instead of a request"),
        pytest.param({"head_timeout": SOON}, b"GE", b"T", b"HTTP/1.1 408 ", id="request line"),
        pytest.param({"head_timeout": SOON}, HEAD, b"a", b"HTTP/1.1 408 ", id="header value"),
        pytest.param({"head_timeout": SOON}, GET[:-2], b"X: y\r\n", b"HTTP/1.1 408 ", id="header after header"),
        pytest.param({"body_timeout": SOON}, UPLOAD, b"a", b"HTTP/1.1 408 ", id="body"),
        pytest.param({"body_timeout": SOON}, CHUNKS, b"1\r\na\r\n", b"HTTP/1.1 408 ", id="chunk after chunk"),
        pytest.param({"body_timeout": SOON}, CHUNKS + b"5;", b"a", b"HTTP/1.1 408 ", id="chunk extension"),
        pytest.param({"body_timeout": SOON}, CHUNKS + b"0\r\n", b"X: y\r\n", b"HTTP/1.1 408 ", id="trailers"),
        pytest.param({"idle_timeout": SOON}, GET, b"", b"HTTP/1.1 200 ", id="no second request"),
        pytest.param({"idle_timeout": SOON}, GET, b"\r\n", b"HTTP/1.1 200 ", id="empty lines instead of a second"),
        pytest.param({"head_timeout": SOON}, GET + b"G", b"E", b"HTTP/1.1 200 ", id="second request"),
    ],
)
async def test_a_slow_sender_is_closed_at_its_deadline(
    deadlines: dict[str, float], start: bytes, piece: bytes, answer: bytes
):
    async with serving(Recorder(), None, replace(PATIENT, linger_timeout=SOON, **deadlines)) as (_, port):
        async with asyncio.timeout(LATEST):
            check(await send_slowly(port, start, piece, every=0.1), SOON, answer)


async def test_a_slow_get_is_refused_by_the_target_that_it_showed():
    async with serving(Recorder(), None, replace(PATIENT, head_timeout=SOON, linger_timeout=SOON)) as (_, port):
        async with asyncio.timeout(LATEST):
            ending = await send_slowly(port, b"GET /v1/pixel/track?data=e HTTP/1.1\r\nX: ", b"y", every=0.1)
    assert b"\r\nX-Target: /v1/pixel/track?data=e\r\n" in ending.answer


async def test_a_slow_reader_is_closed_at_its_deadline():
    handler = Recorder(large)
    async with serving(handler, None, replace(PATIENT, write_timeout=SOON)) as (server, port):
        async with asyncio.timeout(LATEST):
            check(await read_slowly(port, requests=40), SOON, NOTHING)
        assert len(handler.calls) < 40
        assert server.connections == 0


async def test_a_client_that_never_closes_is_closed():
    refused = b"GET  / HTTP/1.1\r\n\r\n"
    async with serving(Recorder(), None, replace(PATIENT, linger_timeout=SOON)) as (server, port):
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = loop.time()
        writer.write(refused)
        async with asyncio.timeout(LATEST):
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
            while server.connections:
                writer.write(refused)
                await asyncio.sleep(0.05)
        writer.transport.abort()
        assert loop.time() - began >= SOON


async def test_a_handler_may_take_longer_than_any_client():
    handler = Recorder()
    handler.holds = True
    async with serving(handler, None, Deadlines(SOON, SOON, SOON, SOON, SOON)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        await eventually(lambda: handler.held, "the request is with the handler")
        asyncio.get_running_loop().call_later(4 * SOON, handler.held.pop())
        async with asyncio.timeout(LATEST):
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def healthy(port: int, answered: Counter[str], stop: asyncio.Event) -> None:
    """Ask again and again on one connection until told to stop."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not stop.is_set():
        writer.write(b"POST /healthy HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello")
        answered["asked"] += 1
        if (await reader.readuntil(OK.body)).startswith(b"HTTP/1.1 200 "):
            answered["answered"] += 1
        await asyncio.sleep(0.01)
    writer.close()


async def test_two_thousand_slow_connections_end_at_their_deadlines_and_delay_nobody(
    report: Callable[[str, str], None],
):
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert files >= 5000, "this test needs two open files for each of 2,000 connections: raise ulimit -n"
    # A client that is late here must not lose to a reset what it was told in time.
    deadlines = Deadlines(head_timeout=3, body_timeout=4, idle_timeout=LONG, write_timeout=5, linger_timeout=LATEST)
    answered: Counter[str] = Counter()
    stop = asyncio.Event()
    async with serving(Recorder(large), None, deadlines) as (_, port):
        well = [asyncio.create_task(healthy(port, answered, stop)) for _ in range(20)]
        async with asyncio.timeout(2 * LATEST):
            heads, bodies, chunks, readers = await asyncio.gather(
                asyncio.gather(*[send_slowly(port, HEAD, b"a", every=0.5) for _ in range(700)]),
                asyncio.gather(*[send_slowly(port, UPLOAD, b"a", every=0.5) for _ in range(400)]),
                asyncio.gather(*[send_slowly(port, CHUNKS, b"1\r\na\r\n", every=0.5) for _ in range(300)]),
                asyncio.gather(*[read_slowly(port, requests=16) for _ in range(600)]),
            )
        stop.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*well)
    for endings, timeout, answer in (
        (heads, deadlines.head_timeout, b"HTTP/1.1 408 "),
        (bodies, deadlines.body_timeout, b"HTTP/1.1 408 "),
        (chunks, deadlines.body_timeout, b"HTTP/1.1 408 "),
        (readers, deadlines.write_timeout, NOTHING),
    ):
        for ending in endings:
            check(ending, timeout, answer)
    assert answered["answered"] == answered["asked"] >= 5 * len(well)
    report(
        "Two thousand slow connections",
        f"{len(heads)} slow heads with a deadline of {deadlines.head_timeout} s: {figures([e.after for e in heads])}. "
        f"{len(bodies) + len(chunks)} slow bodies, {deadlines.body_timeout} s: "
        f"{figures([e.after for e in (*bodies, *chunks)])}. {len(readers)} that take no answers, "
        f"{deadlines.write_timeout} s: {figures([e.after for e in readers])}. Meanwhile {answered['asked']} requests "
        f"of {len(well)} others were sent, and {answered['answered']} answered. Clients and server share one process.",
    )
