"""What a client gets for requests that are in order."""

import asyncio

from nameplate_ingestion.call import Call
from tests.nameplate_ingestion.server.serving import Recorder, serving


async def exchange(port: int, octets: bytes) -> bytes:
    """Send, then read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()


async def test_a_post_is_handed_over_whole_and_answered():
    handler = Recorder()
    async with serving(handler) as (_, port):
        answer = await exchange(
            port,
            b"POST /v1/t?x=1 HTTP/1.1\r\nHost: Events.Example.COM.:8080\r\nX-Kept: a \r\nX-Other: b\r\nx-kept: c\r\n"
            b"Connection: close\r\nContent-Length: 5\r\n\r\nhello",
        )
    assert handler.calls == [
        Call(b"POST", b"/v1/t?x=1", b"events.example.com", {b"x-kept": b"a, c"}, b"hello", "127.0.0.1")
    ]
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\nDate: ")
    assert answer.endswith(b'GMT\r\nConnection: close\r\n\r\n{"success":true}')


async def test_loop():
    assert type(asyncio.get_running_loop()).__module__ == "uvloop"
