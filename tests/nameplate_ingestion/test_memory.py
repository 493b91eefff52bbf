"""Memory of the running program is bounded whatever a client does."""

import asyncio
import gzip
import json
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.nameplate_ingestion.mounted import WEBSITE, Mounts, document
from tests.world.ingestion_process import IngestionProcess

MIB = 1024**2
HOST = b"api.cdp.acme.com"
GOOD = b'{"success":true}'
GZIP = b"Content-Encoding: gzip"
PAGE = b'{"type":"page","userId":"u"}'
EVENT = b'{"userId":"u","event":"e","writeKey":"k3y"}'


def post(body: bytes, *more: bytes, length: int | None = None) -> bytes:
    """Return a batch as a request, or the beginning of one that tells another length."""
    length = len(body) if length is None else length
    lines = [b"POST /v1/b HTTP/1.1", b"Host: " + HOST, b"Content-Length: %d" % length, *more]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def octets_of(pid: int, name: str = "VmRSS") -> int:
    """Return what a process has in memory, or with VmHWM had at most since it began."""
    line = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith(name))
    return int(line.split()[1]) * 1024


class Growth:
    """How much more than now the only worker takes at the most."""

    def __init__(self, service: IngestionProcess) -> None:
        """Begin after a first request, with which caches are filled."""
        assert service.post(HOST.decode(), "/v1/track", json.loads(EVENT)).is_success
        self._service = service
        (self._pid,) = service.workers()
        self._before = octets_of(self._pid)

    def most(self) -> int:
        """Return the peak since the beginning."""
        assert self._service.workers() == [self._pid], "the worker ended"
        return octets_of(self._pid, "VmHWM") - self._before


async def ask(place: Path, request: bytes) -> bytes:
    """Send one request on a connection of its own; return status and body."""
    reader, writer = await asyncio.open_unix_connection(str(place))
    try:
        writer.write(request)
        async with asyncio.timeout(60):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            return head.split(b" ")[1] + b" " + await reader.readexactly(length)
    finally:
        # What nobody reads any more is never sent.
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def batch(events: int, context: int) -> bytes:
    """Return a batch of small events with a context of so many octets for all of them."""
    pages = b",".join([PAGE] * events)
    return b'{"writeKey":"k3y","context":{"a":"%b"},"batch":[%b]}' % (b"a" * context, pages)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(lambda: gzip.compress(bytes(300 * MIB)), b"BodyTooLarge", id="300 MiB of zeros"),
        pytest.param(lambda: gzip.compress(bytes(512_000)) * 400, b"BodyTooLarge", id="many full members"),
        pytest.param(lambda: gzip.compress(b"") * 25_000, b"BodyTooLarge", id="25,000 empty members"),
        pytest.param(lambda: gzip.compress(batch(5, 430_000)), b"EventTooLarge", id="a context beyond an event"),
        pytest.param(lambda: gzip.compress(batch(2500, 430_000)), b"BodyTooLarge", id="a gigabyte of events"),
        pytest.param(lambda: gzip.compress(batch(2500, 30_000)), b"BodyTooLarge", id="events that fill many bodies"),
    ],
)
def test_a_bomb_is_refused_and_takes_no_memory(service: IngestionProcess, make: Callable[[], bytes], code: bytes):
    bomb = make()
    assert len(bomb) <= 512_000
    service.start()
    service.wait_ready()
    growth = Growth(service)

    async def all_at_once() -> list[bytes]:
        request = post(bomb, GZIP)
        return await asyncio.gather(*[ask(service.socket, request) for _ in range(20)])

    for answer in asyncio.run(all_at_once()):
        assert answer.startswith(b"413 ")
        assert b'"code":"%b"' % code in answer
    assert growth.most() <= 32 * MIB


EMPTY_MEMBER = gzip.compress(b"")
LARGEST_BODY = 4 * MIB
"""That settings may allow: it holds a fifth of a million empty members, for each takes 20 octets (RFC 1952, 2.3)."""


def in_chunks(body: bytes) -> bytes:
    """Return a compressed batch that does not tell its length."""
    lines = [b"POST /v1/b HTTP/1.1", b"Host: " + HOST, GZIP, b"Transfer-Encoding: chunked"]
    pieces = [body[start : start + MIB] for start in range(0, len(body), MIB)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"\r\n".join(lines) + b"\r\n\r\n" + chunks + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: post(EMPTY_MEMBER * 1_000_000, GZIP), id="a million"),
        pytest.param(lambda: in_chunks(EMPTY_MEMBER * 1_000_000), id="a million in chunks"),
        pytest.param(lambda: post(EMPTY_MEMBER * (LARGEST_BODY // 20), GZIP), id="all that a body may hold"),
    ],
)
def test_empty_members_are_refused_and_take_no_memory(
    service: IngestionProcess, mounts: Mounts, make: Callable[[], bytes]
):
    mounts.write(document(limits={"bodySize": LARGEST_BODY}))
    service.start()
    service.wait_ready()
    growth = Growth(service)
    request = make()
    for _ in range(5):
        answer = asyncio.run(ask(service.socket, request))
        assert (answer[:4], b'"code":"BodyTooLarge"' in answer) == (b"413 ", True)
    assert growth.most() <= 32 * MIB


def test_two_thousand_nearly_whole_bodies_take_little_memory_and_delay_nobody(service: IngestionProcess):
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert files >= 4000, "this test needs an open file for each of 2,000 connections: raise ulimit -n"
    service.start()
    service.wait_ready()
    growth = Growth(service)
    nearly = post(b"x" * 511_000, length=512_000)

    async def all_at_once() -> list[bytes]:
        slow, answers = [], []
        for number in range(2000):
            _, writer = await asyncio.open_unix_connection(str(service.socket))
            writer.write(nearly)
            slow.append(writer)
            if number % 20 == 0:
                await writer.drain()
                answers.append(await ask(service.socket, post(b'{"writeKey":"k3y","batch":[%b]}' % PAGE)))
        for _ in range(20):
            # One that is larger than what comes in one piece.
            events = b",".join([PAGE[:-1] + b',"a":"%b"}' % (b"y" * 30_000)] * 16)
            answers.append(await ask(service.socket, post(b'{"writeKey":"k3y","batch":[%b]}' % events)))
        for writer in slow:
            writer.transport.abort()
        return answers

    answers = asyncio.run(all_at_once())
    assert len(answers) == 120
    assert set(answers) == {b"200 " + GOOD}
    assert growth.most() <= 96 * MIB


def test_requests_that_wait_for_the_sink_take_little_memory(service: IngestionProcess, mounts: Mounts):
    away = {"forward": {"url": "http://127.0.0.1:9"}}
    mounts.write(document(sources=[WEBSITE, WEBSITE | {"name": "w", "writeKey": "s", "durability": "Sink"}], sink=away))
    service.start()
    service.wait_ready()
    growth = Growth(service)
    events = b",".join([PAGE[:-1] + b',"a":"%b"}' % (b"y" * 30_000)] * 16)
    request = post(b'{"writeKey":"s","batch":[%b]}' % events)

    async def all_wait() -> None:
        connections = []
        for _ in range(300):
            reader, writer = await asyncio.open_unix_connection(str(service.socket))
            writer.write(request)
            await writer.drain()
            # A request of the same log behind it is safe: so is that one.
            assert await ask(service.socket, post(b'{"writeKey":"k3y","batch":[%b]}' % PAGE)) == b"200 " + GOOD
            connections.append((reader, writer))
        for reader, writer in connections:
            assert not reader._buffer, "nothing is answered before the sink has it"  # type: ignore[attr-defined]
            writer.transport.abort()

    asyncio.run(all_wait())
    assert growth.most() <= 64 * MIB
