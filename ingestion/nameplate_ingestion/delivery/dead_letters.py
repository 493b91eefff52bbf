"""Events that no sink takes, kept in files with the reason: a person decides what becomes of them."""

import asyncio
import base64
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from nameplate_ingestion.delivery.line_files import FileCaps, LineFiles
from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.delivery.times import at, show_time
from nameplate_ingestion.log.files import Files

MOST_CHARACTERS = 500

_encode = msgspec.json.Encoder().encode


class DeadLetters:
    """One JSON object a line: parkedAt, reason, domain, source, messageId, event; or a whole record in Base64.

    When the files have reached their cap, parking fails and what was to be parked stays in its log, which fills and
    then refuses new events: nothing is dropped.
    """

    def __init__(
        self, directory: Path, caps: FileCaps, now: Callable[[], float] = time.time, files: Files | None = None
    ) -> None:
        """Take the directory of the files ``dead-letters-000001.jsonl`` and so on."""
        self._files = LineFiles(directory, "dead-letters", caps, files)
        self._now = now
        self._turn = asyncio.Lock()
        """Whoever waits for the disk waits here, not in a thread that others need."""

    async def park(self, refused: Iterable[tuple[Delivery, str]]) -> int:
        """Keep events with the reasons for which the sink refused them, and return how many of the first are kept.

        That is at least one. Raises OSError; then none is kept.
        """
        return await self._append(
            {
                "reason": _bounded(reason),
                "domain": delivery.domain,
                "source": delivery.source,
                "messageId": delivery.message_id,
                "event": msgspec.Raw(delivery.event),
            }
            for delivery, reason in refused
        )

    async def park_record(self, octets: bytes, domain: str, reason: str) -> None:
        """Keep a record out of which no events can be read. Raises OSError."""
        record = base64.b64encode(octets).decode()
        await self._append([{"reason": _bounded(reason), "domain": domain, "record": record}])

    async def close(self) -> None:
        """Close the file that is open."""
        await asyncio.to_thread(self._files.close)

    async def _append(self, letters: Iterable[dict[str, object]]) -> int:
        parked_at = show_time(at(self._now()))
        lines = [_encode({"parkedAt": parked_at, **letter}) for letter in letters]
        async with self._turn:
            return await asyncio.to_thread(self._files.append, lines)


def _bounded(reason: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in reason[:MOST_CHARACTERS])
