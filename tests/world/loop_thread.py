"""An asyncio event loop in a thread of its own, so that stand-in servers serve sync and async tests alike."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_TIMEOUT = 60.0


class LoopThread:
    """Runs until closed; what is still running then is cancelled."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run in the loop and wait for the result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=_TIMEOUT)

    def close(self) -> None:
        """Cancel what runs, stop the loop, end the thread."""
        if self.loop.is_closed():
            return
        self.run(_cancel_others())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=_TIMEOUT)
        self.loop.close()


async def _cancel_others() -> None:
    # A task that never began cannot close the connection that it was made for.
    await asyncio.sleep(0)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
    await _abort_connections()


async def _abort_connections() -> None:
    """End those that no server knows: still shaking hands, or waiting for the peer's part of a TLS farewell."""
    transports: Mapping[int, asyncio.Transport] = asyncio.get_running_loop()._transports  # type: ignore[attr-defined]
    for transport in list(transports.values()):
        transport.abort()
    await asyncio.sleep(0)
