"""The asking of one check: bounded in time and number, no question twice, and whom it turns to."""

import asyncio
from dataclasses import dataclass, field

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.facts import Silence, Why
from nameplate_operator.delegation.inquiry import MOST_QUESTIONS, Inquiry
from nameplate_operator.ports import ProviderError, Question, Reply, Server

QUESTION = Question("cdp.acme.com", "NS")
FIRST, SECOND, THIRD = (Server(f"ns{i}.acme.com", f"192.0.2.{i}") for i in (1, 2, 3))
ANSWER = Reply("NOERROR", authoritative=True)
LAME = Reply("REFUSED", authoritative=False)


@dataclass
class Scripted:
    """Answers by address: with a reply, an error, or (None) never."""

    replies: dict[str, Reply | ProviderError | None] = field(default_factory=dict)
    roots: tuple[Server, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def ask(self, question: Question, server: Server) -> Reply:
        self.asked.append((server.address, question.payer))
        reply = self.replies.get(server.address, ANSWER)
        if reply is None:
            await asyncio.Event().wait()
        if isinstance(reply, ProviderError):
            raise reply
        assert reply is not None
        return reply


def good(reply: Reply) -> bool:
    return reply.authoritative


async def test_the_same_question_goes_to_a_server_once_and_names_its_payer() -> None:
    resolver = Scripted()
    async with Inquiry(resolver, 5, "acme") as inquiry:
        assert await asyncio.gather(*(inquiry.ask(QUESTION, FIRST) for _ in range(5))) == [ANSWER] * 5
    assert resolver.asked == [(FIRST.address, "acme")]


async def test_nothing_is_waited_for_beyond_its_time() -> None:
    async with Inquiry(Scripted({FIRST.address: None}), 0.05) as inquiry:
        assert await inquiry.ask(QUESTION, FIRST) == Silence(Why.TIMEOUT)
        assert inquiry.remaining == 0
        assert await inquiry.ask(QUESTION, SECOND) == Silence(Why.TIMEOUT)
        assert not inquiry.heard


async def test_the_number_of_questions_is_bounded() -> None:
    resolver = Scripted()
    async with Inquiry(resolver, 5) as inquiry:
        servers = [Server("ns", f"10.0.{i // 256}.{i % 256}") for i in range(MOST_QUESTIONS + 10)]
        outcomes = await inquiry.ask_all(QUESTION, servers)
    assert len(resolver.asked) == MOST_QUESTIONS
    assert [reply for _, reply in outcomes[MOST_QUESTIONS:]] == [Silence(Why.TIMEOUT)] * 10


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ProviderError(Reason.NS_TIMEOUT, ""), Why.TIMEOUT),
        (ProviderError(Reason.NS_TIMEOUT, "", refused=True), Why.NOT_ASKED),
        (ProviderError(Reason.TCP_BLOCKED, ""), Why.TCP_BLOCKED),
        (ProviderError(Reason.EGRESS_BLOCKED, ""), Why.NO_ROUTE),
    ],
)
async def test_failures_are_silences_of_their_kind(error: ProviderError, why: Why) -> None:
    async with Inquiry(Scripted({FIRST.address: error}), 5) as inquiry:
        assert await inquiry.ask(QUESTION, FIRST) == Silence(why)
        assert not inquiry.heard


async def test_a_question_that_the_budget_does_not_allow_spoils_the_whole() -> None:
    refused = ProviderError(Reason.RATE_LIMITED, "later")
    async with Inquiry(Scripted({FIRST.address: refused}), 5) as inquiry:
        await inquiry.ask(QUESTION, FIRST)
        assert inquiry.starved is refused


@pytest.mark.parametrize(
    ("replies", "answered_by", "asked"),
    [
        ({}, FIRST, 1),
        ({FIRST.address: LAME}, SECOND, 2),
        ({FIRST.address: None}, SECOND, 2),
        ({FIRST.address: LAME, SECOND.address: None}, THIRD, 3),
        ({FIRST.address: ProviderError(Reason.NS_TIMEOUT, "")}, SECOND, 2),
    ],
)
async def test_where_one_answer_is_enough_the_next_is_asked_only_if_need_be(
    replies: dict[str, Reply | ProviderError | None], answered_by: Server, asked: int
) -> None:
    resolver = Scripted(replies)
    async with Inquiry(resolver, 5) as inquiry:
        reply, outcomes = await inquiry.ask_one(QUESTION, (FIRST, SECOND, THIRD), good)
    assert reply is ANSWER
    assert outcomes[-1] == (answered_by, ANSWER)
    assert len(resolver.asked) == asked


async def test_without_a_usable_answer_all_outcomes_come_back() -> None:
    async with Inquiry(Scripted({FIRST.address: LAME, SECOND.address: LAME}), 5) as inquiry:
        reply, outcomes = await inquiry.ask_one(QUESTION, (FIRST, SECOND), good)
    assert reply is None
    assert outcomes == [(FIRST, LAME), (SECOND, LAME)]


async def test_who_stops_waiting_does_not_take_the_answer_from_another() -> None:
    release = asyncio.Event()

    class Slow(Scripted):
        async def ask(self, question: Question, server: Server) -> Reply:
            await release.wait()
            return ANSWER

    async with Inquiry(Slow(), 5) as inquiry:
        impatient = asyncio.create_task(inquiry.ask(QUESTION, FIRST))
        patient = asyncio.create_task(inquiry.ask(QUESTION, FIRST))
        await asyncio.sleep(0)
        impatient.cancel()
        release.set()
        assert await patient == ANSWER


async def test_its_end_ends_what_is_under_way() -> None:
    ended: list[bool] = []
    started = asyncio.Event()

    class Endless(Scripted):
        async def ask(self, question: Question, server: Server) -> Reply:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)
            raise AssertionError

    async with Inquiry(Endless(), 5) as inquiry:
        waiting = asyncio.create_task(inquiry.ask_one(QUESTION, (FIRST,), good))
        await started.wait()
        assert inquiry.tried((FIRST,))
        assert not inquiry.tried((SECOND,))
        waiting.cancel()
    assert ended == [True]
