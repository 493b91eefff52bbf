"""The asking of one check: bounded in time, in number and in parallel, and no question twice to the same server."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.facts import Silence, Why
from nameplate_operator.ports import ProviderError, Question, Reply, Resolver, Server

MOST_QUESTIONS = 400
"""Of one check; a healthy domain takes about 40."""
_AT_ONCE = 64
_JOIN_AFTER = 0.3
"""Seconds after which the next server is asked too, where one answer is enough."""

Outcome = tuple[Server, Reply | Silence]
T = TypeVar("T")


class Inquiry:
    """Asks on behalf of one check; use as an async context, which ends whatever is still under way."""

    def __init__(self, resolver: Resolver, timeout: float, payer: str = "") -> None:
        self.roots = resolver.roots
        self.heard = False
        self.starved: ProviderError | None = None
        """The query budget did not allow a question: what was seen is not the whole."""
        self._resolver = resolver
        self._payer = payer
        self._deadline = asyncio.get_running_loop().time() + timeout
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._asked: dict[tuple[Question, str], asyncio.Task[Reply | Silence]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    @property
    def remaining(self) -> float:
        """Return the seconds left."""
        return max(self._deadline - asyncio.get_running_loop().time(), 0.0)

    def tried(self, servers: Iterable[Server]) -> bool:
        """Say whether any of the servers was asked anything."""
        return not {address for _, address in self._asked}.isdisjoint(server.address for server in servers)

    async def ask(self, question: Question, server: Server) -> Reply | Silence:
        """Ask one server; the same question to the same address is asked once."""
        key = question, server.address
        if key not in self._asked:
            if len(self._asked) >= MOST_QUESTIONS or not self.remaining:
                return Silence(Why.TIMEOUT)
            self._asked[key] = asyncio.create_task(self._ask(question, server))
        # Shielded: whoever stops waiting does not take the answer from another.
        return await asyncio.shield(self._asked[key])

    async def ask_all(self, question: Question, servers: Iterable[Server]) -> list[Outcome]:
        """Ask every server at once and wait for all."""
        servers = tuple(servers)
        return list(zip(servers, await gather(self.ask(question, server) for server in servers), strict=True))

    async def ask_one(
        self, question: Question, servers: Sequence[Server], usable: Callable[[Reply], bool]
    ) -> tuple[Reply | None, list[Outcome]]:
        """Return the first usable reply, and all outcomes on the way; the next server joins where one is slow."""
        outcomes: list[Outcome] = []
        waiting = list(servers)
        running: dict[asyncio.Task[Reply | Silence], Server] = {}
        try:
            while waiting or running:
                if waiting:
                    server = waiting.pop(0)
                    running[asyncio.create_task(self.ask(question, server))] = server
                timeout = _JOIN_AFTER if waiting else None
                done, _ = await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    reply = task.result()
                    outcomes.append((running.pop(task), reply))
                    if isinstance(reply, Reply) and usable(reply):
                        return reply, outcomes
        finally:
            for task in running:
                task.cancel()
        return None, outcomes

    async def _ask(self, question: Question, server: Server) -> Reply | Silence:
        try:
            async with asyncio.timeout_at(self._deadline), self._slots:
                reply = await self._resolver.ask(replace(question, payer=self._payer), server)
        except TimeoutError:
            return Silence(Why.TIMEOUT)
        except ProviderError as error:
            if error.reason is Reason.RATE_LIMITED:
                self.starved = error
            return Silence(_why(error))
        self.heard = True
        return reply


def _why(error: ProviderError) -> Why:
    if error.refused:
        return Why.NOT_ASKED
    return {Reason.TCP_BLOCKED: Why.TCP_BLOCKED, Reason.EGRESS_BLOCKED: Why.NO_ROUTE}.get(error.reason, Why.TIMEOUT)


async def gather(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all at once; the results in order."""
    return list(await asyncio.gather(*work))
