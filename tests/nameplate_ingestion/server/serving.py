"""A server in this test's loop, with a handler that remembers what it was called with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from nameplate_ingestion.call import Answer, Call, Handler, Reply
from nameplate_ingestion.server import Deadlines, Server, ServerLimits, Unserved, bind_tcp

WANTED = frozenset({b"authorization", b"content-encoding", b"content-type", b"origin", b"x-forwarded-for", b"x-kept"})
OK = Reply(200, ((b"Content-Type", b"application/json"),), b'{"success":true}')
STATUS = {
    Unserved.MALFORMED: 400,
    Unserved.SLOW: 408,
    Unserved.BODY_TOO_LARGE: 413,
    Unserved.TARGET_TOO_LONG: 414,
    Unserved.EXPECTATION: 417,
    Unserved.HEAD_TOO_LARGE: 431,
    Unserved.UNIMPLEMENTED: 501,
    Unserved.BUSY: 503,
    Unserved.VERSION: 505,
}


def refuse(reason: Unserved, call: Call | None) -> Reply:
    """Tell the reason, and for whom."""
    target = b"" if call is None else call.target
    return Reply(STATUS[reason], ((b"X-Reason", reason.value.encode()), (b"X-Target", target)), b"{}")


class Recorder:
    """A handler that keeps its calls and answers each at once, or when told to."""

    def __init__(self, reply: Callable[[Call], Reply] = lambda _call: OK) -> None:
        """Answer with what `reply` makes of a call."""
        self.calls: list[Call] = []
        self.held: list[Callable[[], None]] = []
        self.holds = False
        self._reply = reply

    def __call__(self, call: Call, answer: Answer) -> None:
        """Keep the call; answer it."""
        self.calls.append(call)
        if self.holds:
            self.held.append(lambda: answer(self._reply(call)))
        else:
            answer(self._reply(call))


@asynccontextmanager
async def serving(
    handler: Handler,
    limits: ServerLimits | None = None,
    deadlines: Deadlines | None = None,
    wanted: frozenset[bytes] = WANTED,
) -> AsyncIterator[tuple[Server, int]]:
    """Run a server on a free loopback port; yield it and the port."""
    server = Server(handler, refuse, wanted, limits, deadlines)
    bound = bind_tcp("127.0.0.1", 0)
    await server.listen(bound)
    try:
        yield server, bound.getsockname()[1]
    finally:
        await server.close(grace=0)


async def ask(port: int, octets: bytes) -> bytes:
    """Send, and return all that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    finally:
        writer.close()
