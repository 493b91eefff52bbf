"""Behind a real nginx and a real HAProxy, we take for a request what they took for one, with the body that they saw."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.server import ServerLimits
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.server.serving import Recorder, serving
from tests.nameplate_ingestion.server.test_refusals import TABLES
from tests.nameplate_ingestion.server.well_formed import TABLE
from tests.world.http_fronts import HAProxy, Nginx

AFTER = b"GET /after-%d HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"
REQUESTS = [case.octets for cases in TABLES.values() for case in cases] + [row.octets for row in TABLE]


def echo(call: Call) -> Reply:
    """Answer with the target."""
    return Reply(200, (), b"<%b>" % call.target)


def identity(call: Call) -> tuple[str, str]:
    """Return the front's name for a request, and the digest of the body that came with it."""
    return call.headers[b"x-front-id"].decode(), hashlib.sha256(call.body).hexdigest()


async def ask(port: int, number: int, turn: asyncio.Semaphore) -> bytes:
    """Send a row of the tables and one request behind it; return what comes until the front closes."""
    answer = bytearray()
    async with turn:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUESTS[number] + AFTER % number)
        try:
            async with asyncio.timeout(60):
                while octets := await reader.read(65536):
                    answer += octets
        except ConnectionError:
            pass
        writer.transport.abort()
    return bytes(answer)


@pytest.mark.parametrize("start", [Nginx, HAProxy])
async def test_front_and_server_agree_on_what_is_a_request(start: Callable[[Path, int], Nginx | HAProxy], tmp_path):
    handler = Recorder(echo)
    async with serving(handler, ServerLimits(), wanted=frozenset({b"x-front-id"})) as (_, upstream):
        with start(tmp_path, upstream) as front:
            turn = asyncio.Semaphore(40)
            answers = await asyncio.gather(*[ask(front.port, number, turn) for number in range(len(REQUESTS))])
            got = [
                (call.headers[b"x-front-id"].decode(), hashlib.sha256(call.body).hexdigest()) for call in handler.calls
            ]
            await eventually(lambda: front.seen().keys() >= dict(got).keys(), "the front has written all it saw")
            seen = front.seen()
    assert len(dict(got)) == len(got), "two calls of one request"
    assert dict(got) == {name: seen[name] for name, _ in got}, "another body than the front's"
    for number, answer in enumerate(answers):
        assert set(re.findall(rb"</after-(\d+)>", answer)) <= {b"%d" % number}, "somebody else's answer"
    # A test that met nothing would prove nothing: what is in order came through, and so did some of what is not.
    assert len(got) >= len(TABLE)
    assert any(b"x-reason: malformedrequest" in answer.lower() for answer in answers)
