"""One pass over one CustomDomain: look, decide, change, report once, and say when to look again."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nameplate_api.base import instant
from nameplate_api.conditions import Condition, ConditionType, Reason, Truth
from nameplate_operator.changes import STATUS
from nameplate_operator.kinds import NAMESPACE
from nameplate_operator.phase import Verdict
from nameplate_operator.plan import (
    Decisions,
    Halt,
    LookFailed,
    Memory,
    Phases,
    as_before,
    carry_out,
    failed_looks,
    plan,
)
from nameplate_operator.ports import Event, Ports, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.spread import share
from nameplate_operator.subject import Domain
from nameplate_operator.summary import WORKED_ON, progress, ready, stamp, to_status

SHOWN_FROM = 300.0
"""Seconds from which the time of the next look is shown in status."""


@dataclass
class Reconciler:
    """Brings CustomDomains to what their spec says; one call is one pass."""

    phases: Phases
    ports: Ports
    settings: OperatorSettings
    teardown: Callable[[Domain, datetime], Awaitable[float | None]]
    look_failed: LookFailed = lambda *_: None
    memories: defaultdict[Ref, Memory] = field(default_factory=lambda: defaultdict(Memory))

    async def reconcile(self, ref: Ref, now: datetime) -> float | None:
        """Make one pass; return the seconds until the next look, or None when the object is gone."""
        manifest = await self.ports.cluster.get(ref)
        if manifest is None:
            self.memories.pop(ref, None)
            return None
        domain = Domain.read(manifest)
        if domain.deleting:
            self.memories.pop(ref, None)
            return await self.teardown(domain, now)
        return await self._pass(domain, self.memories[ref], now)

    async def decide(self, domain: Domain, memory: Memory, now: datetime) -> Decisions:
        """Look and decide as a pass over a known generation does, and change nothing."""
        phases = self.phases if domain.spec.domain else self.phases[:1]
        return await self._decide(phases, domain, memory, now)

    def lead(self, decisions: Decisions) -> Verdict:
        """Return what Ready says of these decisions."""
        optional = frozenset[ConditionType]() if self.settings.prober.required else frozenset({ConditionType.REACHABLE})
        return ready(_verdicts(decisions), optional=optional)

    async def _decide(self, phases: Phases, domain: Domain, memory: Memory, now: datetime) -> Decisions:
        decisions = await plan(phases, domain, memory, now, await self._halt(domain))
        for failed in failed_looks(decisions):
            self.look_failed(*failed)
        for phase in self.phases[len(phases) :]:
            decisions[phase.condition] = as_before(phase, domain, decisions)
        return decisions

    async def _pass(self, domain: Domain, memory: Memory, now: datetime) -> float:
        if domain.edited:
            # Answered within a second: Acceptance alone, the rest as it was, and at once again.
            decisions, _ = await carry_out(await self._decide(self.phases[:1], domain, memory, now), self.ports, memory)
            await self._report(domain, decisions, None, now)
            return 0
        decisions, changed = await carry_out(await self.decide(domain, memory, now), self.ports, memory)
        slowed = memory.pause(changed=changed)
        pause = self._pause(domain, decisions) if slowed is None else slowed
        next_check = self._next_check(domain, pause, now)
        await self._report(domain, decisions, next_check, now)
        return pause if next_check is None else max((next_check - now).total_seconds(), 0)

    async def _report(self, domain: Domain, decisions: Decisions, next_check: datetime | None, now: datetime) -> None:
        summed = {ConditionType.READY: self.lead(decisions)} | self._progress(domain, decisions)
        conditions = stamp(summed | _verdicts(decisions), domain.conditions, domain.generation, now)
        report: dict[str, Any] = {}
        for decision in decisions.values():
            report |= decision.report
        await self._write(domain, conditions, report, next_check)
        for decision in decisions.values():
            for event in decision.events:
                await self.ports.cluster.emit(event)

    def _progress(self, domain: Domain, decisions: Decisions) -> dict[ConditionType, Verdict]:
        if domain.edited:
            return {} if domain.suspended else {ConditionType.RECONCILING: WORKED_ON}
        changes = [change for decision in decisions.values() for change in decision.changes]
        applying = ConditionType.RECONCILING in domain.conditions and any(change.from_spec for change in changes)
        return progress(self.lead(decisions), _verdicts(decisions), suspended=domain.suspended, applying=applying)

    async def _write(
        self, domain: Domain, conditions: list[Condition], report: Mapping[str, Any], next_check: datetime | None
    ) -> None:
        status = to_status(conditions, domain.generation) | dict(report)
        if next_check is not None:
            status["nextCheckTime"] = instant(next_check)
        if status == domain.status:
            return
        await self.ports.cluster.apply_status(domain.with_status(status), STATUS)
        for condition in conditions:
            event = _event(domain, condition)
            if event is not None:
                await self.ports.cluster.emit(event)

    async def _halt(self, domain: Domain) -> Halt | None:
        if domain.suspended:
            return Halt(Reason.SUSPENDED, "spec.suspend holds back every change.")
        namespace = await self.ports.cluster.get(Ref(NAMESPACE, domain.ref.namespace))
        if namespace is None:
            return Halt(Reason.NAMESPACE_TERMINATING, "The namespace does not exist.")
        if "deletionTimestamp" in namespace["metadata"]:
            return Halt(Reason.NAMESPACE_TERMINATING, "The namespace is being deleted.")
        return None

    def _pause(self, domain: Domain, decisions: Decisions) -> float:
        rechecks = [decision.recheck_after for decision in decisions.values() if decision.recheck_after is not None]
        return min(rechecks, default=self.settings.pace.active_every * (1 + share(domain.uid)))

    def _next_check(self, domain: Domain, pause: float, now: datetime) -> datetime | None:
        if pause < SHOWN_FROM:
            return None
        due = (now + timedelta(seconds=pause)).replace(microsecond=0)
        shown = domain.status.get("nextCheckTime")
        if shown is not None and now < (before := datetime.fromisoformat(shown)) <= due:
            return before
        return due


def _verdicts(decisions: Decisions) -> dict[ConditionType, Verdict]:
    return {condition: decision.verdict for condition, decision in decisions.items()}


def _event(domain: Domain, condition: Condition) -> Event | None:
    type_ = ConditionType(condition.type)
    before = domain.conditions.get(type_)
    if condition.reason in (Reason.WAITING, Reason.PROGRESSING):
        return None
    # What these two sum up was said by the condition that they took it from.
    served = Truth.TRUE in (condition.status, before.status if before is not None else None)
    if type_ is ConditionType.RECONCILING or (type_ is ConditionType.READY and not served):
        return None
    if before is not None and (before.status, before.reason) == (condition.status, condition.reason):
        return None
    # What mends itself is no warning: a person has nothing to do about it.
    kind = "Warning" if condition.status is Truth.FALSE and Reason(condition.reason).remedy else "Normal"
    return Event(domain.ref, domain.uid, kind, condition.reason, f"{condition.type}: {condition.message}")
