"""The server ends in order: nothing that was begun is lost, and nobody is kept waiting for ever."""

import asyncio

import pytest

from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.server.serving import OK, Recorder, ask, serving

GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"


async def read(reader: asyncio.StreamReader) -> bytes:
    """Return all that comes until the server closes."""
    async with asyncio.timeout(20):
        return await reader.read()


async def test_while_draining_new_clients_are_served_and_each_answer_is_the_last():
    async with serving(Recorder()) as (server, port):
        old, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        async with asyncio.timeout(20):
            kept = await old.readuntil(OK.body)
        server.drain()
        writer.write(GET)
        ended = await read(old)
        new = await ask(port, GET)
        writer.close()
    assert b"Connection: close" not in kept
    assert b"Connection: close" in ended
    assert b"Connection: close" in new


async def test_closing_waits_for_the_answers_that_are_due():
    handler = Recorder()
    handler.holds = True
    async with serving(handler) as (server, port):
        asking = asyncio.create_task(ask(port, GET + GET))
        idle, writer = await asyncio.open_connection("127.0.0.1", port)
        await eventually(lambda: len(handler.held) == server.connections == 2, "all is under way")
        closing = asyncio.create_task(server.close(grace=20))
        assert await read(idle) == b""
        writer.close()
        await eventually(lambda: server.connections == 1, "the idle client was let go")
        for give in handler.held:
            give()
        answer = await asking
        assert await closing == 0
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.count(b"Connection: close") == 1


async def test_a_request_that_is_half_here_is_finished():
    async with serving(Recorder()) as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET[:20])
        await eventually(lambda: server.connections, "the client is connected")
        await ask(port, GET[:-2] + b"Connection: close\r\n\r\n")
        closing = asyncio.create_task(server.close(grace=20))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET[20:])
        answer = await read(reader)
        writer.close()
        assert await closing == 0
    assert answer.startswith(b"HTTP/1.1 200 OK")


async def test_who_is_not_done_within_the_grace_period_is_cut_off_and_counted():
    handler = Recorder()
    handler.holds = True
    async with serving(handler) as (server, port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET)
        await eventually(lambda: handler.held, "the request is with the handler")
        assert await server.close(grace=0.1) == 1
        writer.close()
