"""The budget of DNS queries of all checks together: a token bucket in front of a resolver, fair between payers."""

import asyncio
from collections import OrderedDict, deque

from nameplate_api.conditions import Reason
from nameplate_operator.ports import ProviderError, Question, Reply, Resolver, Server

_TURN_TIMEOUT = 5.0
"""Seconds after which a question gives up its place: the check is made later, rather than half."""


class PacedResolver:
    """Lets ``per_second`` questions through, a second's worth at once; payers who wait take turns."""

    def __init__(self, resolver: Resolver, per_second: float) -> None:
        self._resolver = resolver
        self._rate = per_second
        self._tokens = max(per_second, 1.0)
        self._filled_at: float | None = None
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def roots(self) -> tuple[Server, ...]:
        """Return the root servers to begin with."""
        return self._resolver.roots

    async def ask(self, question: Question, server: Server) -> Reply:
        """Ask as soon as the budget allows; see the port. Raises RateLimited where that takes too long."""
        await self._turn(question.payer)
        return await self._resolver.ask(question, server)

    async def _turn(self, payer: str) -> None:
        loop = asyncio.get_running_loop()
        self._fill(loop.time())
        if not self._waiting and self._tokens >= 1:
            self._tokens -= 1
            return
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.setdefault(payer, deque()).append(turn)
        self._wake_later(loop)
        try:
            async with asyncio.timeout(_TURN_TIMEOUT):
                await turn
        except TimeoutError:
            message = "Too many DNS queries are waiting; the delegation is looked at later."
            raise ProviderError(Reason.RATE_LIMITED, message, retry_after=_TURN_TIMEOUT) from None

    def _fill(self, now: float) -> None:
        elapsed = 0.0 if self._filled_at is None else now - self._filled_at
        self._filled_at = now
        self._tokens = min(self._tokens + elapsed * self._rate, max(self._rate, 1.0))

    def _wake_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_later(max(1 - self._tokens, 0.0) / self._rate, self._serve, loop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._fill(loop.time())
        while self._waiting and self._tokens >= 1:
            turn = self._next()
            if not turn.done():
                self._tokens -= 1
                turn.set_result(None)
        if self._waiting:
            self._wake_later(loop)

    def _next(self) -> "asyncio.Future[None]":
        payer, turns = self._waiting.popitem(last=False)
        turn = turns.popleft()
        if turns:
            self._waiting[payer] = turns
        return turn
