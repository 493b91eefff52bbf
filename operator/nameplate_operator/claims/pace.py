"""How often to look again at what waits for a person: often at first, and for ever."""

from nameplate_operator.settings import PaceSettings

HOUR, DAY, WEEK = 3600.0, 86400.0, 604800.0


def waiting_every(pace: PaceSettings, waited: float) -> float:
    """Return the seconds until the next look after so many seconds of waiting."""
    if waited < HOUR:
        return pace.first_hour_every
    if waited < DAY:
        return pace.first_day_every
    return pace.first_week_every if waited < WEEK else pace.later_every
