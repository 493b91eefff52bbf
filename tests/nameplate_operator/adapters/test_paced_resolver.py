"""The query budget: no more than it allows, and no payer crowds out another."""

import asyncio
from dataclasses import dataclass, field

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters import paced_resolver
from nameplate_operator.adapters.paced_resolver import PacedResolver
from nameplate_operator.ports import ProviderError, Question, Reply, Server
from tests.nameplate_operator.leaping_time import run_leaping

SERVER = Server("ns1.acme.com", "192.0.2.1")
ANSWER = Reply("NOERROR", authoritative=True)


@dataclass
class Answering:
    """Answers at once, and notes who asked and when."""

    roots: tuple[Server, ...] = ()
    asked: list[tuple[str, float]] = field(default_factory=list)

    async def ask(self, question: Question, server: Server) -> Reply:
        self.asked.append((question.payer, asyncio.get_running_loop().time()))
        return ANSWER


def ask(resolver: PacedResolver, payer: str) -> "asyncio.Task[Reply]":
    return asyncio.create_task(resolver.ask(Question("acme.com", "NS", payer=payer), SERVER))


async def test_within_the_budget_nobody_waits() -> None:
    inner = Answering()
    replies = await asyncio.gather(*(ask(PacedResolver(inner, 100), "acme") for _ in range(50)))
    assert replies == [ANSWER] * 50


def test_beyond_a_second_of_it_questions_come_at_its_rate() -> None:
    async def moments() -> list[float]:
        inner = Answering()
        resolver = PacedResolver(inner, 100)
        await asyncio.gather(*(ask(resolver, "acme") for _ in range(130)))
        return [moment for _, moment in inner.asked]

    expected = [0.0] * 100 + [number / 100 for number in range(1, 31)]
    assert run_leaping(moments()) == pytest.approx(expected, abs=1e-6)


async def test_payers_who_wait_take_turns() -> None:
    inner = Answering()
    resolver = PacedResolver(inner, 20)
    crowd = [ask(resolver, "crowd") for _ in range(40)]
    await asyncio.sleep(0)
    few = [ask(resolver, payer) for payer in ("acme", "other")]
    await asyncio.gather(*few)
    waited = [payer for payer, _ in inner.asked[20:]]
    assert waited.index("acme") < 3
    assert waited.index("other") < 4
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)


async def test_who_gives_up_costs_nothing() -> None:
    inner = Answering()
    resolver = PacedResolver(inner, 10)
    tasks = [ask(resolver, "acme") for _ in range(30)]
    await asyncio.sleep(0)
    for task in tasks[10:]:
        task.cancel()
    await ask(resolver, "other")
    assert [payer for payer, _ in inner.asked] == ["acme"] * 10 + ["other"]
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_question_that_waits_too_long_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced_resolver, "_TURN_TIMEOUT", 0.05)
    resolver = PacedResolver(Answering(), 1)
    await ask(resolver, "acme")
    with pytest.raises(ProviderError) as failed:
        await ask(resolver, "acme")
    assert failed.value.reason is Reason.RATE_LIMITED
