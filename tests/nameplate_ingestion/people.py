"""People who send one event after the other, each over a connection of their own, and note what was acknowledged."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Person:
    """Sends one event after the other, each once, whatever becomes of it."""

    name: str
    socket: Path
    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Send until cancelled; connect again when cut off."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
            except OSError:
                await asyncio.sleep(0.02)
                continue
            try:
                while True:
                    await self._send(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.sent = self.sent, self.sent + 1
        event = {"userId": self.name, "event": "e", "messageId": f"{self.name}-{number}", "properties": {"n": number}}
        body = json.dumps(event | {"writeKey": "k3y"}).encode()
        writer.write(b"POST /v1/track HTTP/1.1\r\nHost: cdp.acme.com\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(answer.split("content-length: ")[1].split("\r\n")[0]))
        assert answer.startswith("http/1.1 200"), answer
        self.acknowledged.add(number)


def acknowledged(people: Iterable[Person]) -> int:
    """Count what was acknowledged to all of them."""
    return sum(len(each.acknowledged) for each in people)


@asynccontextmanager
async def sending(people: Iterable[Person]) -> AsyncIterator[None]:
    """Let all send meanwhile. Raises what one of them met with that is not the loss of a connection."""
    running = [asyncio.create_task(person.run()) for person in people]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
    wrong = [each for each in ended if not isinstance(each, asyncio.CancelledError)]
    if wrong:
        raise ExceptionGroup("people met with what they should not", wrong)
