"""A process that appends to a log and delivers from it as fast as it can, and says so on its standard output, until it
is killed.

`A<number>` was acknowledged; `D<number>` was delivered and may be retired.
"""

import asyncio
import os
import sys
from pathlib import Path

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps, NotTaken

IN_FLIGHT = 64
CAPS = Caps(segment=1 << 18)


def say(letter: str, number: int) -> None:
    """Write the line at once, in one piece."""
    os.write(1, b"%s%d\n" % (letter.encode(), number))


async def write(directory: Path, first: int, level: Durability) -> None:
    """Append records from number `first` on, some in flight at any time, and deliver them."""
    log = DurableLog.open(directory, CAPS, asyncio.get_running_loop())
    numbers = iter(range(first, sys.maxsize))

    def append() -> None:
        number = next(numbers)

        def done(reason: NotTaken | None) -> None:
            if reason is None:
                say("A", number)
            asyncio.get_running_loop().call_soon(append)

        reason = log.append(record(number), level, done)
        if reason is not None:
            asyncio.get_running_loop().call_later(0.001, append)

    for _ in range(IN_FLIGHT):
        append()
    while True:
        records = await log.read(log.retired, 1 << 16)
        for position, octets in records:
            say("D", int(octets[:16]))
            log.retire(position)
        await asyncio.sleep(0.01)


def record(number: int) -> bytes:
    """Return the record of that number; their sizes differ."""
    return b"%016d" % number + bytes([number % 251]) * (number * 7919 % 5000)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2]), Durability(sys.argv[3])))
