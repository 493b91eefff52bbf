"""Routed over a while: an address that is gone for a moment, and one that stays away."""

from datetime import timedelta

from nameplate_api.conditions import Truth
from nameplate_operator.phase import Decision, Streak, Was
from nameplate_operator.phases.route import Route, Routing
from tests.nameplate_operator.builders import a_domain, memory_ports, settings
from tests.nameplate_operator.memory_ports import EPOCH
from tests.nameplate_operator.phases.test_route import (
    AT_ONE,
    ENDPOINTS,
    KEPT,
    LIVE,
    NO_ADDRESS,
    ONE,
    SNIPPETS,
    TRUE,
    programmed,
)


def test_an_address_that_is_gone_for_a_moment_is_no_news() -> None:
    phase, seen, streak, truths = (
        Route(memory_ports(), settings()),
        Routing(LIVE, (), (), AT_ONE, snippets=SNIPPETS),
        Streak(),
        [],
    )
    for seconds in (0, 30, 59, 60):
        decision = phase.decide(a_domain(), seen, Was(EPOCH + timedelta(seconds=seconds), TRUE, streak))
        assert decision.changes == ()
        assert decision.verdict.message == f"{NO_ADDRESS} {KEPT}"
        streak = decision.streak
        truths.append(decision.verdict.truth)
    assert truths == [Truth.TRUE, Truth.TRUE, Truth.TRUE, Truth.FALSE]
    back = phase.decide(a_domain(), Routing(LIVE, (ONE,), (), AT_ONE, snippets=SNIPPETS), Was(EPOCH, TRUE, streak))
    assert back == Decision(programmed(ONE), (), ENDPOINTS)
