"""Asks one authoritative server one question: UDP with EDNS, without, and TCP, each joining where the last is slow."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import dns.message

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dns_transport import over_tcp, over_udp
from nameplate_operator.adapters.dnspython_messages import Query, Unreadable, as_reply, is_cut_short, refuses_edns
from nameplate_operator.ports import ProviderError, Question, Reply, Server

_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL, errno.EPERM, errno.EACCES}
)
"""Our own side says no; a host that cannot be reached (EHOSTUNREACH) may just be down."""

Attempt = Callable[[], Coroutine[Any, Any, dns.message.Message]]


@dataclass(frozen=True, slots=True)
class DnspythonResolver:
    """Asks servers at one port; ``join_after`` is the wait in seconds before the next way is tried beside the last."""

    roots: tuple[Server, ...]
    port: int = 53
    join_after: float = 1.0
    guard: AddressGuard = field(default_factory=AddressGuard)

    async def ask(self, question: Question, server: Server) -> Reply:
        """Return the server's answer; see the port."""
        if not self.guard.admits(server.address):
            message = f"{server.name} has an address of a special-purpose range, which is not asked."
            raise ProviderError(Reason.NS_TIMEOUT, message, refused=True)
        try:
            return as_reply(await _Exchange(self, question, server).run())
        except Unreadable:
            raise _timeout(server) from None


@dataclass(slots=True)
class _Exchange:
    """The attempts to get one answer."""

    resolver: DnspythonResolver
    question: Question
    server: Server
    error: OSError | None = None

    async def run(self) -> dns.message.Message:
        waiting: list[Attempt] = [self._udp, self._udp_without_edns, self._tcp]
        running: set[asyncio.Task[dns.message.Message]] = set()
        refusal: dns.message.Message | None = None
        try:
            while waiting or running:
                if waiting:
                    running.add(asyncio.create_task(waiting.pop(0)()))
                done, running = await asyncio.wait(
                    running, timeout=self.resolver.join_after, return_when=asyncio.FIRST_COMPLETED
                )
                if not (done or waiting):
                    break
                for reply in self._replies(done):
                    if is_cut_short(reply):
                        return await self._rest()
                    if not refuses_edns(reply):
                        return reply
                    refusal = reply
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if refusal is not None:
            return refusal
        raise self._failure()

    def _replies(self, done: set[asyncio.Task[dns.message.Message]]) -> list[dns.message.Message]:
        replies = []
        for task in done:
            try:
                replies.append(task.result())
            except OSError as error:
                self.error = error
            except (EOFError, Unreadable):
                continue
        return replies

    async def _udp(self) -> dns.message.Message:
        return await over_udp(Query.build(self.question, edns=True), self.server.address, self.resolver.port)

    async def _udp_without_edns(self) -> dns.message.Message:
        return await over_udp(Query.build(self.question, edns=False), self.server.address, self.resolver.port)

    async def _tcp(self) -> dns.message.Message:
        query = Query.build(self.question, edns=True)
        reply = await over_tcp(query, self.server.address, self.resolver.port)
        if not refuses_edns(reply):
            return reply
        return await over_tcp(Query.build(self.question, edns=False), self.server.address, self.resolver.port)

    async def _rest(self) -> dns.message.Message:
        try:
            async with asyncio.timeout(2 * self.resolver.join_after):
                return await self._tcp()
        except (OSError, EOFError, Unreadable):  # a TimeoutError is an OSError
            message = f"{self.server.name} needs TCP for this answer and TCP fails."
            raise ProviderError(Reason.TCP_BLOCKED, message) from None

    def _failure(self) -> ProviderError:
        if self.error is not None and self.error.errno in _NO_ROUTE:
            return ProviderError(Reason.EGRESS_BLOCKED, f"There is no route to {self.server.name}.")
        return _timeout(self.server)


def _timeout(server: Server) -> ProviderError:
    return ProviderError(Reason.NS_TIMEOUT, f"{server.name} did not answer in time.")
