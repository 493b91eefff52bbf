"""What conditions say: a verdict, and aside from it why the newest attempt failed."""

from datetime import UTC, datetime

import pytest

from nameplate_api.conditions import MESSAGE_LIMIT, ConditionType, Reason, Truth
from nameplate_operator.phase import Verdict
from nameplate_operator.plan import Memory, as_before, plan
from nameplate_operator.ports import ProviderError
from nameplate_operator.summary import progress, ready, stamp
from tests.nameplate_operator.builders import a_domain
from tests.nameplate_operator.toys import raising, toy

NOW = datetime(2030, 1, 2, tzinfo=UTC)
REACHABLE = ConditionType.REACHABLE
MARK = " The last attempt failed: "


def written(verdict, before=None):
    return stamp({REACHABLE: verdict}, before or {}, 1, NOW)[0]


def seen_so(condition):
    return a_domain(status={"observedGeneration": 1, "conditions": [condition.model_dump(mode="json", by_alias=True)]})


def held(message, aside):
    return Verdict(Truth.TRUE, Reason.ANSWERING, message, aside=aside)


@pytest.mark.parametrize(
    ("message", "aside"),
    [("It answered before.", "no connection."), ("m" * 1010, "boom"), ("m" * 2000, "a" * 2000), ("short", "a" * 2000)],
)
async def test_what_is_kept_stays_word_for_word_while_nobody_looks(message, aside):
    once = written(held(message, aside))
    again = written(as_before(toy(REACHABLE), seen_so(once), {}).verdict)
    assert again.message == once.message
    assert len(once.message) <= MESSAGE_LIMIT
    assert once.message.count(MARK) == 1
    assert once.message.startswith(message[:400])
    assert once.message.split(MARK)[1][:400] == aside[:400]


@pytest.mark.parametrize("message", ["It answered before.", "m" * 1010, "m" * 2000])
async def test_the_newest_failure_takes_the_place_of_the_one_before(message):
    phase, condition = toy(REACHABLE), written(held(message, "older " * 200))
    for words in ("a connection was refused.", "x" * 3000, "no answer."):
        phase.look = raising(ProviderError(Reason.PROVIDER_UNAVAILABLE, words))
        decisions = await plan((phase,), seen_so(condition), Memory(), NOW)
        condition = written(decisions[REACHABLE].verdict)
    assert condition.message.count(MARK) == 1
    assert condition.message.endswith(f"{MARK}no answer.")
    assert condition.message.startswith(message[:400])


async def test_ready_and_reconciling_say_aside_what_the_condition_says():
    waits = Verdict(Truth.FALSE, Reason.CREATING, "The zone is being made.", aside="no answer.")
    lead = ready({REACHABLE: waits})
    assert lead == waits
    reconciling = progress(lead, {REACHABLE: waits}, suspended=False, applying=False)[ConditionType.RECONCILING]
    assert written(reconciling).message == f"The zone is being made.{MARK}no answer."
