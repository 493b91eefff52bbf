"""What a handler sees of requests that are in order, and what their clients get."""

import asyncio

import pytest

from nameplate_ingestion.call import Call, Reply
from nameplate_ingestion.server import bind_unix
from tests.nameplate_ingestion.server.serving import OK, Recorder, ask, serving
from tests.nameplate_ingestion.server.well_formed import HOST, TABLE, WellFormed

CLOSE = b"GET /last HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"
LAST = Call(b"GET", b"/last", b"a.example", {}, b"", "127.0.0.1")
JSON = b"Content-Type: application/json\r\nContent-Length: 16\r\n"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in TABLE])
async def test_a_well_formed_request_becomes_its_call(row: WellFormed):
    handler = Recorder()
    async with serving(handler) as (_, port):
        await ask(port, row.octets + (b"" if b" HTTP/1.0" in row.octets else CLOSE))
    assert handler.calls == ([row.call] if b" HTTP/1.0" in row.octets else [row.call, LAST])


async def test_an_answer_has_length_date_and_says_that_it_is_the_last():
    async with serving(Recorder()) as (_, port):
        answer = await ask(port, CLOSE)
    head, date, rest = answer.partition(b"Date: ")
    assert head == b"HTTP/1.1 200 OK\r\n" + JSON
    assert date
    assert (
        rest[-len(b" GMT\r\nConnection: close\r\n\r\n") - 16 :] == b' GMT\r\nConnection: close\r\n\r\n{"success":true}'
    )


async def test_an_answer_to_head_has_the_length_but_not_the_body():
    async with serving(Recorder()) as (_, port):
        answer = await ask(port, b"HEAD / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert b"\r\n" + JSON in answer
    assert answer.endswith(b"\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_that_has_no_body_tells_no_length(status: int):
    async with serving(Recorder(lambda _call: Reply(status, ((b"ETag", b'"1"'),), b""))) as (_, port):
        answer = await ask(port, CLOSE)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"Content-Length" not in answer


async def test_http_1_0_ends_the_connection_unless_asked_to_keep_it():
    async with serving(Recorder()) as (_, port):
        once = await ask(port, b"GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n")
        kept = await ask(port, b"GET /1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n")
    assert once.count(b"HTTP/1.1 200 OK\r\n") == once.count(b"Connection: close\r\n") == 1
    assert kept.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert kept.index(b"Connection: keep-alive\r\n") < kept.index(b"Connection: close\r\n")


@pytest.mark.parametrize("option", [b"close", b"Close", b"x, close", b"keep-alive,close", b"close\r\nConnection: x"])
async def test_what_follows_a_last_request_is_not_read(option: bytes):
    handler = Recorder()
    async with serving(handler) as (_, port):
        await ask(port, b"GET /1 HTTP/1.1\r\n" + HOST + b"Connection: " + option + b"\r\n\r\n" + CLOSE)
    assert [call.target for call in handler.calls] == [b"/1"]


async def test_a_client_that_says_no_more_gets_its_answers():
    handler = Recorder()
    async with serving(handler) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * 40)
        writer.write_eof()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert len(handler.calls) == answer.count(b"HTTP/1.1 200 OK\r\n") == 40


async def test_a_request_cut_short_by_its_client_is_none():
    handler = Recorder()
    async with serving(handler) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhell")
        writer.write_eof()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert (handler.calls, answer) == ([], b"")


async def test_it_serves_a_unix_socket_too(tmp_path):
    handler = Recorder()
    async with serving(handler) as (server, _):
        await server.listen(bind_unix(tmp_path / "socket"))
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "socket"))
        writer.write(CLOSE)
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert handler.calls == [LAST._replace(peer="")]
    assert answer.endswith(OK.body)


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        pytest.param(b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", b"TargetTooLong", id="a long target"),
        pytest.param(b" HTTP/1.1\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", b"HeadersTooLarge", id="a long header"),
        pytest.param(b" HTTP/1.1\r\nX : y\r\n\r\n", b"MalformedRequest", id="a malformed header"),
    ],
)
async def test_a_get_is_refused_by_the_target_that_it_showed_before_its_head_was_whole(rest: bytes, reason: bytes):
    async with serving(Recorder()) as (_, port):
        answer = await ask(port, b"GET /v1/pixel/track?data=" + rest)
    assert b"\r\nX-Reason: %b\r\nX-Target: /v1/pixel/track?data=" % reason in answer
