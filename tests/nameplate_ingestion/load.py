"""Load on a Unix socket: connections that send events with ids of their own, and remember what was acknowledged."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.nameplate_ingestion.connections import exchange_for_ever, read_answer

HOST = "api.cdp.acme.com"
_USERS = 7


@dataclass
class Load:
    """What was sent and what was promised, by messageId; whoever is cut off connects again."""

    socket: Path
    connections: int = 8
    keys: tuple[str, ...] = ("k3y",)
    """Write keys, used in turn."""
    size: int = 100
    """Octets that an event holds besides."""
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    refused: dict[int, int] = field(default_factory=dict)
    """Other answers, by status."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self.connections):
                tasks.create_task(exchange_for_ever(self.socket, self._exchange))

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send an event or a small batch; say whether the connection goes on."""
        number = next(self.numbers)
        events = [self._event(f"m-{number}-{index}") for index in range(1 + number % 3)]
        path, body = ("batch", {"batch": events}) if len(events) > 1 else ("track", events[0])
        octets = json.dumps({**body, "writeKey": self.keys[number % len(self.keys)]}).encode()
        head = f"POST /v1/{path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(octets)}\r\n\r\n"
        for event in events:
            self.sent[event["messageId"]] = event
        writer.write(head.encode() + octets)
        answer = await read_answer(reader)
        status = int(answer.split()[1])
        if status == 200:
            self.acknowledged.update(event["messageId"] for event in events)
        else:
            self.refused[status] = self.refused.get(status, 0) + 1
            await asyncio.sleep(0.01)
        return "connection: close" not in answer

    def _event(self, message_id: str) -> dict[str, Any]:
        user = f"user-{len(self.sent) % _USERS}"
        return {
            "type": "track",
            "event": "Bought",
            "userId": user,
            "messageId": message_id,
            "properties": {"x": "x" * self.size},
        }
