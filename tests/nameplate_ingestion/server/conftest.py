"""These tests run in the loop that the service runs in."""

from collections.abc import Callable

import uvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], uvloop.Loop]]:
    """Give every test uvloop."""
    return {"uvloop": uvloop.new_event_loop}
