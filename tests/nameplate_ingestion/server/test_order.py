"""Answers leave in the order of their requests, however late handlers give them, and not too many wait at a time."""

import asyncio
import re
import socket
import struct
from random import Random

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.server import ServerLimits, Unserved
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.server.serving import STATUS, Recorder, ask, serving

GET = b"GET /%d HTTP/1.1\r\nHost: a.example\r\n\r\n"
CLOSE = b"GET /last HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def echo(call: Call) -> Reply:
    """Answer with the target."""
    return Reply(200, (), b"<%b>" % call.target)


def bodies(answer: bytes) -> list[bytes]:
    """Return the targets that were echoed, in their order."""
    return [part.partition(b">")[0] for part in answer.split(b"<")[1:]]


async def test_late_answers_leave_in_the_order_of_their_requests(rng: Random):
    handler = Recorder(echo)
    handler.holds = True
    async with serving(handler) as (_, port):
        asking = asyncio.create_task(ask(port, b"".join(GET % number for number in range(12)) + CLOSE))
        await eventually(lambda: len(handler.held) == 13, "all requests are with the handler")
        rng.shuffle(handler.held)
        for give in handler.held:
            give()
        answer = await asking
    assert bodies(answer) == [b"/%d" % number for number in range(12)] + [b"/last"]


async def test_no_more_requests_are_read_than_may_be_under_way():
    handler = Recorder(echo)
    handler.holds = True
    async with serving(handler, ServerLimits(pipelined=3)) as (_, port):
        asking = asyncio.create_task(ask(port, b"".join(GET % number for number in range(50)) + CLOSE))
        for number in range(51):
            await eventually(lambda number=number: len(handler.held) == min(number + 3, 51), "the free place is taken")
            handler.held[number]()
        answer = await asking
    assert bodies(answer) == [b"/%d" % number for number in range(50)] + [b"/last"]


async def test_an_answer_at_once_waits_for_a_late_one_before_it():
    handler = Recorder(echo)
    handler.holds = True
    async with serving(handler) as (_, port):
        asking = asyncio.create_task(ask(port, GET % 1))
        await eventually(lambda: handler.held, "the first request is with the handler")
        asking.cancel()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % 1)
        await eventually(lambda: len(handler.held) == 2, "the first request is with the handler")
        handler.holds = False
        writer.write(GET % 2 + CLOSE)
        await eventually(lambda: len(handler.calls) == 4, "all requests are with the handler")
        handler.held[1]()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert bodies(answer) == [b"/1", b"/2", b"/last"]


async def test_a_refusal_waits_for_the_answers_before_it():
    handler = Recorder(echo)
    handler.holds = True
    async with serving(handler) as (_, port):
        asking = asyncio.create_task(ask(port, GET % 1 + GET % 2 + b"GET  /3 HTTP/1.1\r\n\r\n" + GET % 4))
        await eventually(lambda: len(handler.held) == 2, "both requests are with the handler")
        for give in reversed(handler.held):
            give()
        answer = await asking
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200", b"400"]
    assert [call.target for call in handler.calls] == [b"/1", b"/2"]


async def test_go_on_waits_for_the_answers_before_it():
    handler = Recorder(echo)
    handler.holds = True
    upload = b"POST /2 HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    async with serving(handler) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % 1 + upload)
        await eventually(lambda: handler.held, "the first request is with the handler")
        handler.held[0]()
        async with asyncio.timeout(20):
            before = await reader.readuntil(CONTINUE)
        handler.holds = False
        writer.write(b"hello" + CLOSE)
        async with asyncio.timeout(20):
            after = await reader.read()
        writer.close()
    assert bodies(before) == [b"/1"]
    assert bodies(after) == [b"/2", b"/last"]
    assert handler.calls[1].body == b"hello"


async def test_nobody_is_told_to_go_on_with_a_body_that_is_refused_or_was_sent():
    head = b"POST / HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nConnection: close\r\n"
    async with serving(Recorder()) as (_, port):
        refused = await ask(port, head + b"Content-Length: 600000\r\n\r\n")
        sent = await ask(port, head + b"Content-Length: 5\r\n\r\nhello")
        old = await ask(port, head.replace(b"1.1", b"1.0") + b"Content-Length: 0\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 %d" % STATUS[Unserved.BODY_TOO_LARGE])
    assert CONTINUE not in refused + sent + old


async def test_a_refusal_knows_the_call_once_its_head_was_read():
    async with serving(Recorder()) as (_, port):
        answer = await ask(port, b"POST /v1/b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 600000\r\n\r\n")
    assert b"\r\nX-Reason: BodyTooLarge\r\nX-Target: /v1/b\r\n" in answer


async def test_a_client_that_still_sends_sees_why_it_was_refused():
    head = b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 50000000\r\n\r\n"
    async with serving(Recorder()) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        for _ in range(40):
            writer.write(b"a" * 50_000)
            async with asyncio.timeout(20):
                await writer.drain()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"{}")


async def test_an_answer_to_a_client_that_went_away_goes_nowhere():
    handler = Recorder(echo)
    handler.holds = True
    async with serving(handler) as (server, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % 1 + GET % 2)
        await eventually(lambda: len(handler.held) == 2, "both requests are with the handler")
        # A reset, which unlike an orderly end says that no answer is wanted any more.
        connected = writer.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await eventually(lambda: server.connections == 0, "the server saw the client go")
        for give in handler.held:
            give()
        handler.holds = False
        assert bodies(await ask(port, CLOSE)) == [b"/last"]
