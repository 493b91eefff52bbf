"""kopf's watch of CustomDomains and DomainClaims: it says "look at this object", and nothing else.

kopf ends every task of its event loop that began after it, and takes the process's signals. So it gets a thread and an
event loop of its own, and what it sees crosses over as plain values.
"""

import asyncio
import contextlib
import functools
import logging
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
import kopf

from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.kopf_settings import kopf_settings
from nameplate_operator.ports import Kind, Manifest

# It says that signals are not its business in this thread; they are ours.
logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)

WATCHED = (CUSTOM_DOMAIN, DOMAIN_CLAIM)

Heed = Callable[[str | None, Kind, Manifest], None]
"""Takes an event: its type (None in a listing), the kind, the object."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API server is, and who we are: the value of the Authorization header, if not by TLS."""

    server: str
    tls: ssl.SSLContext | None = None
    authorization: str | None = None


Login = Callable[[], Awaitable[Access]]
"""Is asked again when the API server no longer believes us, as after the end of a token's life."""
_LOGIN_EVERY = 2.0


def registry(heed: Heed, login: Callable[[], Awaitable[kopf.AiohttpSession]]) -> kopf.OperatorRegistry:
    """Return kopf's handlers: the way in, and one on every event of our kinds."""
    handlers = kopf.OperatorRegistry()
    last = -_LOGIN_EVERY

    @kopf.on.login(registry=handlers)
    async def sign_in(**_: Any) -> kopf.AiohttpSession:
        nonlocal last
        # kopf asks again at once for as long as the API server answers 401.
        now = time.monotonic()
        await asyncio.sleep(max(0.0, last + _LOGIN_EVERY - now))
        last = time.monotonic()
        return await login()

    def watch(kind: Kind) -> None:
        group, _, api_version = kind.api_version.rpartition("/")

        @kopf.on.event(group, api_version, kind.plural, registry=handlers)
        async def look(event: Any, **_: Any) -> None:
            heed(event["type"], kind, event["object"])

    for kind in WATCHED:
        watch(kind)
    return handlers


def _session(access: Access) -> kopf.AiohttpSession:
    # kopf's own session has no limit, and then a listing opens a connection per object.
    connector = aiohttp.TCPConnector(limit=32, ssl=access.tls or True)
    headers = {"Authorization": access.authorization} if access.authorization else {}
    session = aiohttp.ClientSession(connector=connector, headers=headers, trust_env=False)
    return kopf.AiohttpSession(server=access.server, aiohttp_session=session)


class KopfWatch:
    """kopf in a thread of its own; an error that ends it comes out of ``serve``."""

    def __init__(self, heed: Heed, login: Login, settings: kopf.OperatorSettings | None = None) -> None:
        self._heed = heed
        self._login = login
        self._settings = settings or kopf_settings()
        self._unwanted = threading.Event()
        self._inside: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._sessions: list[aiohttp.ClientSession] = []

    async def serve(self) -> None:
        """Watch until cancelled."""
        ours = asyncio.get_running_loop()
        ended: asyncio.Future[None] = ours.create_future()

        def over_there(what: Callable[..., object], *arguments: Any) -> None:
            # The loop may be closed by then: whoever closed it wants to know no more.
            with contextlib.suppress(RuntimeError):
                ours.call_soon_threadsafe(what, *arguments)

        def live() -> None:
            heed = functools.partial(over_there, self._heed)
            report = functools.partial(over_there, self._settle, ended)
            try:
                _run(self._operate(heed, report), lambda: self._sessions)
                report(None)
            except BaseException as caught:  # noqa: BLE001 - whatever it is, it must end the process over there
                report(caught)

        threading.Thread(target=live, name="kopf", daemon=True).start()
        try:
            await asyncio.shield(ended)
        finally:
            self._unwanted.set()
            if self._inside is not None and not ended.done():
                loop, stop = self._inside
                loop.call_soon_threadsafe(stop.set)
            await asyncio.wait([ended], timeout=10)

    async def answers(self) -> bool:
        """Say whether kopf's event loop still runs what it is given."""
        if self._inside is None or self._inside[1].is_set() or not self._inside[0].is_running():
            return False
        pulse = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._inside[0])
        done, _ = await asyncio.wait([asyncio.wrap_future(pulse)], timeout=5)
        return bool(done)

    async def _operate(self, heed: Heed, report: Callable[[BaseException | None], object]) -> None:
        stop = asyncio.Event()
        self._inside = asyncio.get_running_loop(), stop
        if self._unwanted.is_set():
            return
        tasks = await kopf.spawn_tasks(
            registry=registry(heed, self._sign_in),
            settings=self._settings,
            clusterwide=True,
            standalone=True,
            stop_flag=stop,
        )
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        # An error is told of before kopf begins to end, for then it no longer watches, and ending may take long.
        for error in (task.exception() for task in done if not task.cancelled()):
            report(error)
        ending = asyncio.ensure_future(kopf.run_tasks(tasks))
        await asyncio.wait({ending}, timeout=5)
        if ending.done():
            ending.exception()

    async def _sign_in(self) -> kopf.AiohttpSession:
        found = _session(await self._login())
        self._sessions = [each for each in self._sessions if not each.closed]
        self._sessions.append(found.aiohttp_session)
        return found

    def _settle(self, ended: "asyncio.Future[None]", error: BaseException | None) -> None:
        if ended.done():
            return
        if self._unwanted.is_set():
            ended.set_result(None)
        else:
            ended.set_exception(error or RuntimeError("kopf ended by itself"))


def _run(work: Coroutine[Any, Any, None], sessions: Callable[[], Iterable[aiohttp.ClientSession]]) -> None:
    """Do as asyncio.run does, but cancel what is left more than once, and wait a bounded time.

    kopf's own way to end waits for its tasks for ever, and one that is signing in anew swallows a cancellation.
    """
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work)
    finally:
        for _ in range(10):
            if not (left := asyncio.all_tasks(loop)):
                break
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=0.5))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(_close(sessions()))
        loop.close()


async def _close(sessions: Iterable[aiohttp.ClientSession]) -> None:
    for session in sessions:
        await session.close()
    # A closed session still needs the loop for a moment, to let go of its sockets.
    await asyncio.sleep(0.05)
