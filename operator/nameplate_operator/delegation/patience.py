"""Hysteresis: how many failures, over how long and on how many servers, until a delegation counts as lost."""

from dataclasses import replace
from datetime import datetime

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.diagnosis import Case
from nameplate_operator.delegation.facts import Service, Why
from nameplate_operator.delegation.problem import Conclusion, Severity, conclude
from nameplate_operator.phase import Streak

_STRIKES = 3
_CONFIRMED_AFTER = 600.0
_ESCALATED_AFTER = 3600.0
_DISAGREEMENT = frozenset({"the parent's servers disagree"})
"""Marks a streak of looks at which nothing was wrong but that."""
_CHILD_REASONS = frozenset(
    {
        Reason.WRONG_ZONE_ANSWERS,
        Reason.NS_UNRESOLVABLE,
        Reason.LAME_REFUSED,
        Reason.LAME_SERVFAIL,
        Reason.LAME_NXDOMAIN,
        Reason.LAME_UPWARD_REFERRAL,
        Reason.NOT_AUTHORITATIVE,
        Reason.SIGNATURE_EXPIRED,
    }
)


def struck(streak: Streak, case: Case, conclusion: Conclusion) -> Streak:
    """Return the streak with the failure of this look, and the servers on which it was seen."""
    before = Streak() if streak.places == _DISAGREEMENT else streak
    return before.struck(case.now, _places(case, conclusion)[0])


def confirmed(streak: Streak, case: Case, conclusion: Conclusion) -> bool:
    """Say whether what holds may be given up: seen often, for long enough, and on two servers or on the only one."""
    asked = _places(case, conclusion)[1]
    enough = len(streak.places) >= min(2, asked)
    return streak.count >= _STRIKES and streak.age(case.now) >= _CONFIRMED_AFTER and enough


def disagreeing(streak: Streak, conclusion: Conclusion, now: datetime) -> Streak:
    """Return the streak of a look at which the name is delegated: empty unless the parent's servers disagree."""
    if all(problem.reason is not Reason.PARENT_INCONSISTENT for problem in conclusion.problems):
        return Streak()
    before = streak if streak.places == _DISAGREEMENT else Streak()
    return before.struck(now, _DISAGREEMENT)


def escalated(conclusion: Conclusion, streak: Streak, name: str, now: datetime) -> Conclusion:
    """Return the conclusion, False if the parent's servers have disagreed for an hour."""
    if streak.places != _DISAGREEMENT or streak.age(now) < _ESCALATED_AFTER:
        return conclusion
    return conclude(
        name,
        (
            replace(problem, severity=Severity.BLOCKING) if problem.reason is Reason.PARENT_INCONSISTENT else problem
            for problem in conclusion.problems
        ),
    )


def _places(case: Case, conclusion: Conclusion) -> tuple[frozenset[str], int]:
    """Return the servers on which the failure shows, and how many of their kind answered."""
    if conclusion.reason in _CHILD_REASONS:
        spoke = [c for c in case.ours if c.service is not Service.SILENT or c.why is Why.NO_ADDRESS]
        fine = (
            set() if conclusion.reason in (Reason.WRONG_ZONE_ANSWERS, Reason.SIGNATURE_EXPIRED) else set(case.serving)
        )
        places = frozenset(f"{c.server.name}/{c.server.address}" for c in spoke if c not in fine)
        return places, len(spoke)
    places = frozenset(f"{a.server.name}/{a.server.address}" for a in case.heard)
    return places, len(places)
