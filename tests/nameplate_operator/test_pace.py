"""The pace of looking at what waits for a person, at the default settings."""

from datetime import UTC, datetime, timedelta

import pytest

from nameplate_operator.pace import at_work, waiting_every
from nameplate_operator.settings import PaceSettings

NOW = datetime(2030, 1, 2, tzinfo=UTC)
HOUR, DAY, WEEK = 3600, 86400, 604800


@pytest.mark.parametrize(
    ("waited", "every"),
    [
        pytest.param(0, 10, id="at first"),
        pytest.param(HOUR - 1, 10, id="in the first hour"),
        pytest.param(HOUR, 10, id="after it from there on"),
        pytest.param(HOUR + 1000, 310, id="in proportion to the time since then"),
        pytest.param(2 * HOUR, 900, id="but no more seldom than in the first day"),
        pytest.param(DAY - 1, 900, id="to its end"),
        pytest.param(DAY, 3600, id="hourly in the first week"),
        pytest.param(WEEK - 1, 3600, id="to its end as well"),
        pytest.param(WEEK, 21600, id="every six hours from then on"),
        pytest.param(1000 * DAY, 21600, id="for ever"),
    ],
)
def test_what_waits_is_looked_at_ever_more_rarely(waited: float, every: float) -> None:
    assert waiting_every(PaceSettings(), waited) == pytest.approx(every)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        pytest.param((None,), False, id="nothing happened"),
        pytest.param((0,), True, id="now"),
        pytest.param((119,), True, id="two minutes ago, almost"),
        pytest.param((120,), False, id="two minutes ago"),
        pytest.param((None, 500, 60), True, id="one of several is enough"),
        pytest.param((-5,), False, id="a time that has yet to come says nothing"),
    ],
)
def test_somebody_is_at_work_for_two_minutes(ago: tuple[float | None, ...], expected: bool) -> None:
    moments = [None if seconds is None else NOW - timedelta(seconds=seconds) for seconds in ago]
    assert at_work(moments, NOW) is expected
