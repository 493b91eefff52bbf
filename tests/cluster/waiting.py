"""Waiting for something to become true, with a deadline and short intervals."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T | bool | None], what: str, timeout: float = 60.0, look_every: float = 0.05) -> T:
    """Return the first true value that `look` gives, or fail with `what` was waited for and what was seen last."""
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen  # type: ignore[return-value]
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{what}: not within {timeout:g} s; last seen: {seen!r}")
        time.sleep(look_every)


async def eventually(
    look: Callable[[], T | bool | None],
    what: str,
    timeout: float = 60.0,  # noqa: ASYNC109 - its end is told with what was seen last
    look_every: float = 0.02,
) -> T:
    """Do what `until` does, and let other tasks go on meanwhile."""
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen  # type: ignore[return-value]
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{what}: not within {timeout:g} s; last seen: {seen!r}")
        await asyncio.sleep(look_every)
