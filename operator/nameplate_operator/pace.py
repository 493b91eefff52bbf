"""When to look again at what waits for a person: often while somebody is at work, ever more rarely after, for ever."""

from collections.abc import Iterable
from datetime import datetime

from nameplate_operator.settings import PaceSettings

CONFLICT_EVERY = 60.0
"""Seconds between two looks at what is in our way until a person removes it."""
IDLE_AFTER = 120.0
"""Seconds after which nobody is taken to be at work any more: since name servers were shown or something was edited."""
_HOUR, _DAY, _WEEK = 3600.0, 86400.0, 604800.0
_GROWTH = 0.3
"""Looks that come ×1.3 further apart are 0.3 of the time since the first of them apart."""


def at_work(moments: Iterable[datetime | None], now: datetime) -> bool:
    """Say whether one of the moments was so recent that somebody is likely to be at work."""
    return any(moment is not None and 0 <= (now - moment).total_seconds() < IDLE_AFTER for moment in moments)


def waiting_every(pace: PaceSettings, waited: float) -> float:
    """Return the seconds between two looks after so many seconds of waiting."""
    if waited < _HOUR:
        return pace.first_hour_every
    if waited < _DAY:
        return min(pace.first_hour_every + _GROWTH * (waited - _HOUR), pace.first_day_every)
    return pace.first_week_every if waited < _WEEK else pace.later_every
