"""Runs the phases' looking and thinking over one subject, holds back what is not yet due, and carries the rest out."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nameplate_api.conditions import Condition, ConditionType, Reason, Truth
from nameplate_operator.phase import Change, Decision, Findings, Phase, Streak, Verdict, Was
from nameplate_operator.ports import Conflict, Ports, ProviderError
from nameplate_operator.subject import Subject
from nameplate_operator.summary import without_aside

log = logging.getLogger(__name__)

Phases = Sequence[Phase[Any, Any]]
Decisions = dict[ConditionType, Decision]

_MOST_PASSES_WITH_CHANGES = 25
"""Passes with changes in a row after which somebody must be undoing them: slow down."""
_PROMPT_LOOKS = 3
"""Conflicting looks in a row that are repeated at once."""

LookFailed = Callable[[ConditionType, Reason], object]
"""Is told of each look that failed."""


@dataclass(slots=True)
class Memory:
    """What is remembered of one subject between passes; a restart begins anew."""

    streaks: dict[ConditionType, Streak] = field(default_factory=dict)
    failures: dict[ConditionType, int] = field(default_factory=dict)
    passes_with_changes: int = 0

    def pause(self, *, changed: bool) -> float | None:
        """Count a pass; return the seconds until the next if this one changed something, else None."""
        self.passes_with_changes = self.passes_with_changes + 1 if changed else 0
        excess = self.passes_with_changes - _MOST_PASSES_WITH_CHANGES
        if not changed:
            return None
        return _doubled(1.0, excess, 60.0) if excess > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Halt:
    """Why every change is held back: the reason and message for conditions that have not been seen yet."""

    reason: Reason
    message: str


async def plan(phases: Phases, subject: Subject, memory: Memory, now: datetime, halt: Halt | None = None) -> Decisions:
    """Return what each phase decides, in order, with the changes that are due; reads only."""
    findings = Findings()
    decisions: Decisions = {}
    for phase in phases:
        was = Was(now, subject.conditions.get(phase.condition), memory.streaks.get(phase.condition, Streak()))
        try:
            seen = await phase.observe(subject, findings, now)
            if seen is None:
                decision = _not_yet(phase, subject, decisions, was)
            else:
                findings.add(type(phase), seen)
                decision = _gate(phase, phase.decide(subject, seen, was), decisions, was, halt)
            if not decision.changes:
                memory.failures.pop(phase.condition, None)
        except Exception as error:  # noqa: BLE001 - one phase's trouble must never keep another from its work
            decision = _failed_look(phase, subject, was, _known(error), memory)
        memory.streaks[phase.condition] = decision.streak
        decisions[phase.condition] = decision
    return decisions


def failed_looks(decisions: Mapping[ConditionType, Decision]) -> Iterator[tuple[ConditionType, Reason]]:
    """Yield the conditions whose look failed, each with the reason."""
    for condition, decision in decisions.items():
        if decision.failed_look is not None:
            yield condition, decision.failed_look


async def carry_out(
    decisions: Mapping[ConditionType, Decision], ports: Ports, memory: Memory
) -> tuple[Decisions, bool]:
    """Make the changes in phase order; a failure ends the changes of its phase alone. Say whether any was made."""
    outcome: Decisions = {}
    changed = False
    for condition, decision in decisions.items():
        outcome[condition] = decision
        try:
            for change in decision.changes:
                await change.apply(ports)
                changed = True
            if decision.changes:
                memory.failures.pop(condition, None)
        except Conflict as error:
            log.info("Looking again: %s", error.message)
            changed = True
        except Exception as error:  # noqa: BLE001 - see above
            outcome[condition] = _failed_change(condition, decision, _known(error), memory)
    return outcome, changed


def as_before(phase: Phase[Any, Any], subject: Subject, decisions: Mapping[ConditionType, Decision]) -> Decision:
    """Return the decision of a phase that does not look in this pass: all stays as it was, or it waits."""
    before = subject.conditions.get(phase.condition)
    verdict = _waiting(_blocker(phase, decisions)) if before is None else _kept(before)
    return Decision(verdict, report=_report_as_before(phase, subject))


def _kept(condition: Condition) -> Verdict:
    """Return the verdict that a condition stands for, word for word."""
    return Verdict(condition.status, Reason(condition.reason), condition.message)


def _waiting(blocker: ConditionType | None) -> Verdict:
    message = f"Waits for {blocker}." if blocker else "It has not been looked at yet."
    return Verdict(Truth.UNKNOWN, Reason.WAITING, message)


def _blocker(phase: Phase[Any, Any], decisions: Mapping[ConditionType, Decision]) -> ConditionType | None:
    for need in phase.needs:
        if need not in decisions or decisions[need].verdict.truth is not Truth.TRUE:
            return need
    return None


def _gate(phase: Phase[Any, Any], decision: Decision, decisions: Decisions, was: Was, halt: Halt | None) -> Decision:
    # A condition that once was True or False has passed its gate before: from then on it is kept up.
    shut = _blocker(phase, decisions) is not None and not was.seen
    # Acceptance's own decision is not among them yet, and the phases of a claim have none.
    accepted = decisions.get(ConditionType.ACCEPTED, decision).verdict.truth is Truth.TRUE
    held = tuple(_held(decision.changes, shut=shut, accepted=accepted, halted=halt is not None))
    if not held:
        return decision
    decision = decision.without(held)
    if was.seen or decision.verdict.truth is Truth.TRUE or not any(change.first for change in held):
        return decision
    if halt is not None:
        return replace(decision, verdict=Verdict(Truth.UNKNOWN, halt.reason, halt.message))
    # Without a gate that is shut it was held back because the spec is not accepted.
    return replace(decision, verdict=_waiting(_blocker(phase, decisions) or ConditionType.ACCEPTED))


def _held(changes: Iterable[Change], *, shut: bool, accepted: bool, halted: bool) -> Iterable[Change]:
    for change in changes:
        if halted or (shut and change.first) or (change.from_spec and not accepted):
            yield change


def _not_yet(phase: Phase[Any, Any], subject: Subject, decisions: Decisions, was: Was) -> Decision:
    if was.condition is not None and was.seen:
        return Decision(_kept(was.condition), report=_report_as_before(phase, subject), streak=was.streak)
    return Decision(_waiting(_blocker(phase, decisions)))


def _failed_look(phase: Phase[Any, Any], subject: Subject, was: Was, error: ProviderError, memory: Memory) -> Decision:
    before = was.condition
    if before is not None and (was.true or (before.status is Truth.FALSE and not error.refused)):
        verdict = replace(_kept(before), message=without_aside(before.message), aside=error.message)
    else:
        truth = Truth.FALSE if error.refused else Truth.UNKNOWN
        verdict = Verdict(truth, error.reason, error.message, stalled=error.refused)
    return Decision(
        verdict,
        report=_report_as_before(phase, subject),
        recheck_after=_retry_after(phase.condition, error, memory),
        streak=was.streak,
        failed_look=error.reason,
    )


def _failed_change(condition: ConditionType, decision: Decision, error: ProviderError, memory: Memory) -> Decision:
    if decision.verdict.truth is Truth.TRUE:
        verdict = replace(decision.verdict, aside=error.message)
    else:
        verdict = Verdict(decision.verdict.truth, error.reason, error.message, stalled=error.refused)
    return replace(decision, verdict=verdict, recheck_after=_retry_after(condition, error, memory))


def _report_as_before(phase: Phase[Any, Any], subject: Subject) -> dict[str, Any]:
    return {name: subject.status[name] for name in phase.reports if name in subject.status}


def _retry_after(condition: ConditionType, error: ProviderError, memory: Memory) -> float:
    failures = memory.failures[condition] = memory.failures.get(condition, 0) + 1
    if error.retry_after is None:
        return _doubled(5.0, failures - 1, 300.0)
    if error.retry_after == 0 and failures > _PROMPT_LOOKS:
        # What conflicts again and again does not clear up by being asked at once.
        return _doubled(1.0, failures - _PROMPT_LOOKS - 1, 300.0)
    return error.retry_after


def _doubled(first: float, times: int, longest: float) -> float:
    # What goes on for days is counted beyond the exponents of a float.
    return min(first * 2.0 ** min(times, 20), longest)


def _known(error: Exception) -> ProviderError:
    if isinstance(error, ProviderError):
        return error
    log.error("Unforeseen failure", exc_info=error)
    return ProviderError(Reason.INTERNAL_ERROR, "The operator failed; its log says how.")
