"""Sums the verdicts of a pass up into Ready, Reconciling and Stalled, and writes them as status conditions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nameplate_api.conditions import Condition, ConditionType, Reason, Truth, clip
from nameplate_operator.phase import Verdict

Verdicts = Mapping[ConditionType, Verdict]


def ready(verdicts: Verdicts, *, optional: frozenset[ConditionType] = frozenset()) -> Verdict:
    """Return Ready: Serving if all hold, else what the first that does not hold says, in the order given.

    A condition in ``optional`` may be Unknown.
    """
    for condition, verdict in verdicts.items():
        if verdict.truth is Truth.UNKNOWN and condition in optional:
            continue
        if verdict.truth is not Truth.TRUE:
            return Verdict(verdict.truth, verdict.reason, verdict.message, stalled=verdict.stalled)
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
        return {kind: Verdict(Truth.TRUE, lead.reason, lead.message)}
    rolling = next((verdict for verdict in verdicts.values() if verdict.progressing), None)
    if rolling is None:
        return {ConditionType.RECONCILING: WORKED_ON} if applying else {}
    return {ConditionType.RECONCILING: Verdict(Truth.TRUE, Reason.ROLLING_OUT, rolling.message)}


def stamp(
    verdicts: Verdicts, previous: Mapping[ConditionType, Condition], generation: int, now: datetime
) -> list[Condition]:
    """Return the verdicts as conditions; a transition time moves with the truth only."""
    return [_stamp(type_, verdict, previous.get(type_), generation, now) for type_, verdict in verdicts.items()]


def described(conditions: list[Condition], generation: int) -> dict[str, Any]:
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
        message=clip(verdict.message),
        last_transition_time=before.last_transition_time if same and before else now.replace(microsecond=0),
        observed_generation=generation,
    )
