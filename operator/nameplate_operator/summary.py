"""Sums the verdicts of a pass up into Ready, Reconciling and Stalled, and writes them as status conditions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from nameplate_api.conditions import MESSAGE_LIMIT, Condition, ConditionType, Reason, Truth, clip
from nameplate_operator.phase import Verdict

Verdicts = Mapping[ConditionType, Verdict]

_ASIDE = " The last attempt failed: "
_LONGEST_ASIDE = MESSAGE_LIMIT // 2


def ready(verdicts: Verdicts, *, optional: frozenset[ConditionType] = frozenset()) -> Verdict:
    """Return Ready: Serving if all hold, else what the first that does not hold says, in the order given.

    A condition in ``optional`` may be Unknown.
    """
    for condition, verdict in verdicts.items():
        if verdict.truth is Truth.UNKNOWN and condition in optional:
            continue
        if verdict.truth is not Truth.TRUE:
            return replace(verdict, progressing=False)
    return Verdict(Truth.TRUE, Reason.SERVING, "Every condition holds.")


WORKED_ON = Verdict(Truth.TRUE, Reason.PROGRESSING, "The spec is being worked on.")


def progress(lead: Verdict, verdicts: Verdicts, *, suspended: bool, applying: bool) -> dict[ConditionType, Verdict]:
    """Return Reconciling or Stalled, never both (kstatus); nothing while serving steadily or suspended.

    ``applying`` says that an edit was only now carried over into what runs: what was seen is of the spec before.
    """
    if suspended:
        return {}
    if lead.truth is not Truth.TRUE:
        kind = ConditionType.STALLED if lead.stalled else ConditionType.RECONCILING
        return {kind: replace(lead, truth=Truth.TRUE, stalled=False)}
    rolling = next((verdict for verdict in verdicts.values() if verdict.progressing), None)
    if rolling is None:
        return {ConditionType.RECONCILING: WORKED_ON} if applying else {}
    return {ConditionType.RECONCILING: Verdict(Truth.TRUE, Reason.ROLLING_OUT, rolling.message)}


def told(verdict: Verdict) -> str:
    """Return what a condition says of a verdict: its message, shortened so that what is said aside fits as well."""
    if not verdict.aside:
        return clip(verdict.message)
    aside = _ASIDE + clip(verdict.aside, _LONGEST_ASIDE)
    return clip(verdict.message, MESSAGE_LIMIT - len(aside)) + aside


def without_aside(told_before: str) -> str:
    """Return the message of a verdict out of what a condition said of it."""
    return told_before.partition(_ASIDE)[0]


def stamp(
    verdicts: Verdicts, previous: Mapping[ConditionType, Condition], generation: int, now: datetime
) -> list[Condition]:
    """Return the verdicts as conditions; a transition time moves with the truth only."""
    return [_stamp(type_, verdict, previous.get(type_), generation, now) for type_, verdict in verdicts.items()]


def to_status(conditions: list[Condition], generation: int) -> dict[str, Any]:
    """Return what every status of ours begins with: the generation that it speaks of, and its conditions."""
    dumped = [condition.model_dump(mode="json", by_alias=True) for condition in conditions]
    return {"observedGeneration": generation, "conditions": dumped}


def _stamp(
    type_: ConditionType, verdict: Verdict, before: Condition | None, generation: int, now: datetime
) -> Condition:
    same = before is not None and before.status is verdict.truth
    return Condition(
        type=type_,
        status=verdict.truth,
        reason=verdict.reason,
        message=told(verdict),
        last_transition_time=before.last_transition_time if same and before else now.replace(microsecond=0),
        observed_generation=generation,
    )
