"""Looks that fail in a row: when each is repeated."""

from datetime import UTC, datetime

import pytest

from nameplate_api.conditions import ConditionType, Reason
from nameplate_operator.plan import Memory, plan
from nameplate_operator.ports import Conflict, ProviderError
from tests.nameplate_operator.builders import a_domain
from tests.nameplate_operator.toys import raising, toy

NOW = datetime(2030, 1, 2, tzinfo=UTC)
ZONE = ConditionType.ZONE_READY
SLOW_DOWN = ProviderError(Reason.RATE_LIMITED, "The provider asks us to slow down.", retry_after=30)


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        pytest.param(
            Conflict("The zone acme.com has changed."),
            [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300],
            id="a conflict is looked at again at once, but not for ever",
        ),
        pytest.param(SLOW_DOWN, [30] * 14, id="a time that was asked for is kept"),
    ],
)
async def test_a_look_that_fails_is_repeated(error: ProviderError, pauses: list[float]) -> None:
    zone, memory = toy(ZONE), Memory()
    zone.look = raising(error)
    seen = [(await plan((zone,), a_domain(), memory, NOW))[ZONE].recheck_after for _ in pauses]
    assert seen == pauses
    zone.look = lambda: "seen"
    await plan((zone,), a_domain(), memory, NOW)
    zone.look = raising(error)
    assert (await plan((zone,), a_domain(), memory, NOW))[ZONE].recheck_after == pauses[0]
