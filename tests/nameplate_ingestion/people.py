"""People who send one event after the other, each over a connection of their own, and note what was acknowledged."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.nameplate_ingestion.connections import exchange_for_ever, read_answer


@dataclass
class Person:
    """Sends one event after the other, each once, whatever becomes of it."""

    name: str
    socket: Path
    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Send until cancelled; connect again when cut off."""
        await exchange_for_ever(self.socket, self._send)

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        number, self.sent = self.sent, self.sent + 1
        event = {"userId": self.name, "event": "e", "messageId": f"{self.name}-{number}", "properties": {"n": number}}
        body = json.dumps(event | {"writeKey": "k3y"}).encode()
        writer.write(b"POST /v1/track HTTP/1.1\r\nHost: cdp.acme.com\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer = await read_answer(reader)
        assert answer.startswith("http/1.1 200"), answer
        self.acknowledged.add(number)
        return True


def acknowledged(people: Iterable[Person]) -> int:
    """Count what was acknowledged to all of them."""
    return sum(len(each.acknowledged) for each in people)


def firsts(events: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return the numbers that came for each person, in the order of their first arrival."""
    found: dict[str, dict[int, None]] = {}
    for event in events:
        found.setdefault(event["userId"], {})[event["properties"]["n"]] = None
    return {name: list(numbers) for name, numbers in found.items()}


def all_came(people: Iterable[Person], came: Mapping[str, Sequence[int]]) -> bool:
    """Say whether what was acknowledged to each is among the numbers that came for them."""
    return all(each.acknowledged <= set(came.get(each.name, ())) for each in people)


def check_came(people: Iterable[Person], came: Mapping[str, Sequence[int]]) -> None:
    """Fail unless the numbers that came for each are in their order, and were sent."""
    for person in people:
        assert list(came[person.name]) == sorted(came[person.name]), f"{person.name}'s events came out of order"
        assert max(came[person.name]) < person.sent, "nothing was made up"


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
