"""A log in memory, with no more than a forwarder asks of one."""

import asyncio
from bisect import bisect_right

from nameplate_ingestion.position import Position


class MemoryLog:
    """Keeps all records; what is retired stays for the test to see."""

    def __init__(self) -> None:
        self.records: list[tuple[Position, bytes]] = []
        self.retired = Position(0, 0)
        self.retirements: list[Position] = []
        self._grown = asyncio.Event()

    def append(self, octets: bytes) -> Position:
        position = Position(1 + len(self.records) // 7, len(self.records))
        self.records.append((position, octets))
        self._grown.set()
        return position

    async def read(self, after: Position, most_octets: int) -> list[tuple[Position, bytes]]:
        first = bisect_right(self.records, after, key=lambda record: record[0])
        while first == len(self.records):
            self._grown.clear()
            await self._grown.wait()
        found, size = [], 0
        for record in self.records[first:]:
            size += len(record[1])
            if found and size > most_octets:
                break
            found.append(record)
        return found

    def retire(self, position: Position) -> None:
        assert position > self.retired, "retired backwards"
        self.retired = position
        self.retirements.append(position)
