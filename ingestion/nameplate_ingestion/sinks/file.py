"""The file sink: one JSON object a line, safe on disk before it is acknowledged."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from nameplate_ingestion.delivery.line_files import FileCaps, LineFiles
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery, SinkUnavailable, Verdict
from nameplate_ingestion.log.files import Files

_encode = msgspec.json.Encoder().encode


class FileSink:
    """Files ``events-000001.jsonl`` and so on, of lines ``{"domain", "source", "event"}``.

    A file is never removed here. Once all of them together have reached their cap the sink is away, the log fills, and
    new events are refused, until somebody takes files away.
    """

    limits = BatchLimits(deliveries=1000, octets=1024**2)
    trouble = ""

    def __init__(self, directory: Path, caps: FileCaps, files: Files | None = None) -> None:
        """Take a directory in which nobody else writes; it is made when there is something to write."""
        self._files = LineFiles(directory, "events", caps, files)
        self._turn = asyncio.Lock()
        """Whoever waits for the disk waits here, not in a thread that others need."""

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Verdict]:
        """Write a batch. Raises SinkUnavailable."""
        lines = [_line(delivery) for delivery in batch]
        written = 0
        try:
            async with self._turn:
                while written < len(lines):
                    written += await asyncio.to_thread(self._files.append, lines[written:])
        except OSError as error:
            raise SinkUnavailable(f"{error.strerror or error}", verdicts=[None] * written) from error
        return [None] * len(batch)

    async def close(self) -> None:
        """Close the file that is open."""
        await asyncio.to_thread(self._files.close)


def _line(delivery: Delivery) -> bytes:
    event = msgspec.Raw(delivery.event)
    return _encode({"domain": delivery.domain, "source": delivery.source, "event": event})
