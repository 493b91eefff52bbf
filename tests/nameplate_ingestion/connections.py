"""Connections to a service on a Unix socket that may be killed at any time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

Exchange = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]
"""Sends a request and reads its answer; says whether the connection goes on."""


async def exchange_for_ever(socket: Path, exchange: Exchange) -> None:
    """Make exchanges until cancelled; connect again when the connection ends or is cut off."""
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(str(socket))
        except OSError:
            await asyncio.sleep(0.02)
            continue
        try:
            while await exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> str:
    """Read an answer whole, and return its head in lower case."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
    return head
