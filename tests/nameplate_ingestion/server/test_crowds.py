"""Many clients at once, or large bodies without end: what all of them take together is bounded, and fairly shared."""

import asyncio
import json

import pytest

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.server import Deadlines, ServerLimits
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.server.serving import OK, Recorder, ask, serving

LONG = 120.0
PATIENT = Deadlines(LONG, LONG, LONG, LONG, LONG)
GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
NO = Reply(401, (), b"{}")


def post(length: int, *more: bytes) -> bytes:
    """Return the head of a POST."""
    lines = [b"POST /large HTTP/1.1", b"Host: a.example", b"Content-Length: %d" % length, *more]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def connect(port: int, octets: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect and send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(post(100_000) + b"x" * 28_000, id="bodies"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n7000\r\n" + b"x" * 28_000,
            id="chunks",
        ),
        pytest.param(b"GET / HTTP/1.1\r\n" + (b"X: " + b"y" * 4000 + b"\r\n") * 7, id="heads"),
    ],
)
async def test_whoever_began_first_gives_way_to_those_who_come(begun: bytes):
    handler = Recorder()
    async with serving(handler, ServerLimits(held=200_000), PATIENT) as (server, port):
        slow = [await connect(port, begun) for _ in range(20)]
        unfinished = server._context.unfinished
        await eventually(lambda: len(unfinished._by_holder) == 200_000 // 28_000, "the last to wait, and no more")
        assert unfinished.octets <= 200_000
        refused = [(await reader.read()).split(b"\r\n")[0] for reader, _ in slow[:13]]
        assert refused == [b"HTTP/1.1 503 Service Unavailable"] * 13
        reader, writer = await connect(port, post(150_000))
        writer.write(b"x" * 150_000)
        assert (await reader.readuntil(OK.body)).startswith(b"HTTP/1.1 200 ")
        assert [len(call.body) for call in handler.calls] == [150_000]
        for _, each in (*slow, (reader, writer)):
            each.close()
        await eventually(lambda: unfinished.octets == 0, "all are forgotten")
        assert not unfinished._by_holder


async def test_a_body_that_arrives_weighs_nothing_any_more():
    async with serving(Recorder(), ServerLimits(held=200_000), PATIENT) as (server, port):
        reader, writer = await connect(port, post(150_000))
        for _ in range(5):
            writer.write(b"x" * 100_000)
            await eventually(lambda: server._context.unfinished.octets, "half of it is there")
            writer.write(b"x" * 50_000)
            await reader.readuntil(OK.body)
            assert server._context.unfinished.octets == 0
            writer.write(post(150_000))
        writer.close()


async def test_answers_that_nobody_takes_hold_no_requests_for_ever():
    handler = Recorder(lambda _: OK._replace(body=b"a" * 40_000))
    async with serving(handler, ServerLimits(held=100_000), PATIENT) as (server, port):
        writers = [(await connect(port, GET * 3000))[1] for _ in range(10)]
        await eventually(lambda: server.connections <= 2, "those who came first are cut off")
        assert server._context.unfinished.octets <= 100_000
        for writer in writers:
            writer.transport.abort()


async def test_a_connection_too_many_is_told_so():
    async with serving(Recorder(), ServerLimits(connections=3), PATIENT) as (server, port):
        first = [await connect(port, GET) for _ in range(3)]
        for reader, _ in first:
            await reader.readuntil(OK.body)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Connection: close\r\n" in answer
        writer.close()
        first[0][1].close()
        await eventually(lambda: server.connections == 2, "a place is free")
        assert (await ask(port, GET[:-2] + b"Connection: close\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        for _, each in first:
            each.close()


@pytest.mark.parametrize("more", [b"X: y", b"Expect: 100-continue"])
async def test_a_call_that_no_body_can_save_is_answered_before_its_body(more: bytes):
    screened: list[tuple[Call, int | None]] = []

    def screen(call: Call, octets: int | None) -> Reply | None:
        screened.append((call, octets))
        return NO

    handler = Recorder()
    async with serving(handler, None, PATIENT) as (server, port):
        server.screen = screen
        reader, writer = await connect(port, GET + post(500_000, more))
        answer = await reader.read()
        writer.close()
    assert answer.index(b"HTTP/1.1 200 ") < answer.index(b"HTTP/1.1 401 ")
    assert b"100 Continue" not in answer
    ((call, octets),) = screened
    assert (call.method, call.target, call.host, call.body, octets) == (b"POST", b"/large", b"a.example", b"", 500_000)
    assert [call.method for call in handler.calls] == [b"GET"]


async def test_a_body_of_untold_length_is_screened_too_and_one_that_is_there_is_not():
    lengths: list[int | None] = []
    async with serving(Recorder(), None, PATIENT) as (server, port):
        server.screen = lambda _, octets: lengths.append(octets)
        chunked = b"POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        answer = await ask(port, post(2) + b"{}" + chunked + GET[:-2] + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 3
    assert lengths == [None]
    assert json.loads(answer[-len(OK.body) :]) == {"success": True}


async def test_a_handler_may_take_its_time_for_the_last_request_of_a_connection_too():
    handler = Recorder()
    handler.holds = True
    soon = 0.3
    async with serving(handler, None, Deadlines(soon, soon, soon, soon, soon)) as (_, port):
        reader, writer = await connect(port, GET[:-2] + b"Connection: close\r\n\r\n")
        await eventually(lambda: handler.held, "the request is with the handler")
        asyncio.get_running_loop().call_later(5 * soon, handler.held.pop())
        async with asyncio.timeout(30):
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        writer.close()
