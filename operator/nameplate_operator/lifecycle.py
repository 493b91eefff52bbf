"""The operator from its start to its end: the order in which its parts begin, what ends it, and how it lets go."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from nameplate_operator.health import Health, HealthServer
from nameplate_operator.resync import Resync
from nameplate_operator.work_queue import RUN_TIMEOUT, WorkQueue

log = logging.getLogger(__name__)

STOP_TIMEOUT = 8.0
"""Seconds for the passes in hand once the end has come; the kubelet gives 30 for everything."""


class Lease(Protocol):
    """The right to work, held by one process at a time."""

    async def acquire(self) -> None:
        """Return once it is ours."""
        ...

    async def keep(self) -> None:
        """Keep it, and return when that failed."""
        ...

    async def release(self) -> None:
        """Give it back, if it is ours."""
        ...


class Watch(Protocol):
    """The watch of our kinds."""

    async def serve(self) -> None:
        """Watch until cancelled."""
        ...

    async def answers(self) -> bool:
        """Say whether it lives."""
        ...


class Children(Protocol):
    """The watch of the children."""

    async def serve(self) -> None:
        """Watch until cancelled."""
        ...

    async def wait_for_lists(self) -> None:
        """Return once everything has been listed."""
        ...


@dataclass(frozen=True)
class Parts:
    """What makes up a running operator."""

    health: Health
    server: HealthServer
    kinds_served: Callable[[], Awaitable[None]]
    lease: Lease
    children: Children
    queue: WorkQueue
    watch: Watch
    resync: Resync
    sweep: Callable[[], Coroutine[Any, Any, None]]
    """Looks for absent holders until cancelled."""


class _Stopped(Exception):
    """Somebody asked us to end."""


class _Failed(Exception):
    """A part without which we must not go on has ended."""


@dataclass
class Life:
    """One run of the operator."""

    parts: Parts
    leader: Callable[[bool], object] = lambda _: None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _going_on: dict[asyncio.Task[None], str] = field(default_factory=dict)

    def stop(self) -> None:
        """Begin to end, in order."""
        self._stop.set()

    async def run(self) -> int:
        """Run to the end; return the process's exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        code, grace = 0, STOP_TIMEOUT
        try:
            await self.parts.server.start()
            log.info("Serving /healthz, /readyz and /metrics on port %d", self.parts.server.port)
            await self._begin()
            await self._meanwhile(asyncio.Event().wait())
        except _Stopped:
            log.info("Ending as asked")
        except _Failed as error:
            self._explain(str(error))
            code = 1
            # Without the Lease another process may be at work already.
            grace = 0.0 if "lease" in self._ended() else STOP_TIMEOUT
        finally:
            await self._end(grace)
        return code

    async def _begin(self) -> None:
        parts, ready = self.parts, self.parts.health.ready
        ready["kinds served"] = _not_yet
        await self._meanwhile(parts.kinds_served())
        ready["kinds served"] = _done
        # Whoever waits for the Lease is ready: else a rolling update would wait for it for ever.
        ready["waiting for the Lease"] = _done
        log.info("Waiting for the Lease")
        await self._meanwhile(parts.lease.acquire())
        self.leader(True)
        self._keep("lease", parts.lease.keep())
        ready["children listed"] = _not_yet
        ready["domains listed"] = lambda: parts.resync.listed
        del ready["waiting for the Lease"]
        log.info("Leading")
        self._keep("children", parts.children.serve())
        await self._meanwhile(parts.children.wait_for_lists())
        ready["children listed"] = _done
        parts.queue.start()
        parts.health.live["passes end"] = lambda: parts.queue.stuck_for < 2 * RUN_TIMEOUT
        parts.health.live["the watch lives"] = parts.watch.answers
        self._keep("watch", parts.watch.serve())
        self._keep("resync", parts.resync.serve())
        self._keep("sweep", parts.sweep())

    def _keep(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._going_on[asyncio.create_task(work, name=name)] = name

    async def _meanwhile(self, work: Coroutine[Any, Any, object] | Awaitable[object]) -> None:
        """Do something to its end, unless we are asked to stop or a part that goes on ends."""
        task = asyncio.ensure_future(work)
        asked = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, asked, *self._going_on}, return_when=asyncio.FIRST_COMPLETED)
            if asked.done():
                raise _Stopped
            if ended := self._ended():
                raise _Failed(f"{', '.join(ended)} ended")
            task.result()
        finally:
            for each in (task, asked):
                each.cancel()
            await asyncio.wait({task, asked})

    def _ended(self) -> list[str]:
        return [name for task, name in self._going_on.items() if task.done()]

    def _explain(self, what: str) -> None:
        for task in self._going_on:
            if task.done() and not task.cancelled():
                log.error("Ending: %s", what, exc_info=task.exception())

    async def _end(self, grace: float) -> None:
        self.parts.health.ending = True
        await self.parts.queue.stop(grace)
        for task in self._going_on:
            task.cancel()
        if self._going_on:
            await asyncio.wait(self._going_on)
        with contextlib.suppress(Exception):
            await self.parts.lease.release()
        self.leader(False)
        await self.parts.server.stop()


def _not_yet() -> bool:
    return False


def _done() -> bool:
    return True
