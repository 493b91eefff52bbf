"""One pass over one CustomDomain: look, decide, change, report once, and say when to look again."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nameplate_api.conditions import Condition, ConditionType, Reason, Truth
from nameplate_operator.changes import STATUS
from nameplate_operator.phase import Decision, Verdict
from nameplate_operator.plan import Decisions, Halt, Memory, Phases, carry_out, kept, plan, waiting
from nameplate_operator.ports import Event, Kind, Ports, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Domain, Subject
from nameplate_operator.summary import WORKED_ON, progress, ready, stamp

log = logging.getLogger(__name__)

NAMESPACE = Kind("v1", "Namespace", "namespaces", namespaced=False)
SHOWN_FROM = 300.0
"""Seconds from which the time of the next look is shown in status."""
_PATIENCE = 25
"""Passes with changes in a row after which somebody must be undoing them: slow down."""


@dataclass
class Reconciler:
    """Brings CustomDomains to what their spec says; one call is one pass."""

    phases: Phases
    ports: Ports
    settings: OperatorSettings
    teardown: Callable[[Domain, datetime], Awaitable[float | None]]
    memory: Callable[[], Memory] = Memory
    memories: dict[Ref, Memory] = field(default_factory=dict)

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
        memory = self.memories.setdefault(ref, self.memory())
        if domain.observed_generation != domain.generation:
            return await self._greet(domain, memory, now)
        return await self._pass(domain, memory, now)

    async def _greet(self, domain: Domain, memory: Memory, now: datetime) -> float:
        """Answer a new generation within a second: Acceptance alone, the rest as it was, and at once again."""
        first = await plan(self.phases[:1], domain, memory, now, await self._halt(domain))
        first, _ = await carry_out(first, self.ports, memory)
        verdicts = {condition: decision.verdict for condition, decision in first.items()}
        verdicts |= {p.condition: self._before(domain, p.condition, waiting(p, first)) for p in self.phases[1:]}
        lead = ready(verdicts, optional=self._optional)
        summed = {ConditionType.READY: lead} | ({} if domain.spec.suspend else {ConditionType.RECONCILING: WORKED_ON})
        report = {name: domain.status[name] for p in self.phases for name in p.reports if name in domain.status}
        conditions = stamp(summed | verdicts, domain.conditions, domain.generation, now)
        await self._write(domain, conditions, report, None)
        return 0

    async def _pass(self, domain: Domain, memory: Memory, now: datetime) -> float:
        phases = self.phases[:1] if domain.invalid else self.phases
        halt = await self._halt(domain)
        decisions = await plan(phases, domain, memory, now, halt)
        for phase in self.phases[len(phases) :]:
            decisions[phase.condition] = Decision(self._before(domain, phase.condition, waiting(phase, decisions)))
        decisions, changed = await carry_out(decisions, self.ports, memory)
        memory.passes_with_changes = memory.passes_with_changes + 1 if changed else 0
        pause = self._pause(domain, decisions, memory)
        next_check = self._next_check(domain, pause, now)
        await self._report(domain, decisions, next_check, now)
        return pause if next_check is None else max((next_check - now).total_seconds(), 0)

    async def _report(self, domain: Domain, decisions: Decisions, next_check: datetime | None, now: datetime) -> None:
        verdicts = {condition: decision.verdict for condition, decision in decisions.items()}
        lead = ready(verdicts, optional=self._optional)
        changes = [change for decision in decisions.values() for change in decision.changes]
        applying = ConditionType.RECONCILING in domain.conditions and any(change.from_spec for change in changes)
        moving = progress(lead, verdicts, suspended=domain.spec.suspend, applying=applying)
        summed = {ConditionType.READY: lead} | moving
        conditions = stamp(summed | verdicts, domain.conditions, domain.generation, now)
        report: dict[str, Any] = {}
        for decision in decisions.values():
            report |= decision.report
        await self._write(domain, conditions, report, next_check)
        for decision in decisions.values():
            for event in decision.events:
                await self.ports.cluster.emit(event)

    async def _write(
        self, domain: Domain, conditions: list[Condition], report: Mapping[str, Any], next_check: datetime | None
    ) -> None:
        status = {
            "observedGeneration": domain.generation,
            "conditions": [c.model_dump(mode="json", by_alias=True) for c in conditions],
            **report,
        }
        if next_check is not None:
            status["nextCheckTime"] = next_check.strftime("%Y-%m-%dT%H:%M:%SZ")
        if status == domain.status:
            return
        await self.ports.cluster.apply_status(domain.with_status(status), STATUS)
        for condition in conditions:
            event = _event(domain, condition)
            if event is not None:
                await self.ports.cluster.emit(event)

    async def _halt(self, domain: Domain) -> Halt | None:
        if not domain.invalid and domain.spec.suspend:
            return Halt(Reason.SUSPENDED, "spec.suspend holds back every change.")
        namespace = await self.ports.cluster.get(Ref(NAMESPACE, domain.ref.namespace))
        if namespace is None or "deletionTimestamp" in namespace["metadata"]:
            return Halt(Reason.SUSPENDED, "The namespace is being deleted.")
        return None

    def _pause(self, domain: Domain, decisions: Decisions, memory: Memory) -> float:
        if memory.passes_with_changes:
            excess = memory.passes_with_changes - _PATIENCE
            return min(2.0**excess, 60.0) if excess > 0 else 0.0
        rechecks = [decision.recheck_after for decision in decisions.values() if decision.recheck_after is not None]
        return min(rechecks, default=spread(domain, self.settings.pace.active_every))

    def _next_check(self, domain: Domain, pause: float, now: datetime) -> datetime | None:
        if pause < SHOWN_FROM:
            return None
        due = (now + timedelta(seconds=pause)).replace(microsecond=0)
        shown = domain.status.get("nextCheckTime")
        if shown is not None and now < (before := datetime.fromisoformat(shown)) <= due:
            return before
        return due

    def _before(self, domain: Domain, condition: ConditionType, otherwise: Verdict) -> Verdict:
        before = domain.conditions.get(condition)
        return kept(before) if before is not None else otherwise

    @property
    def _optional(self) -> frozenset[ConditionType]:
        return frozenset() if self.settings.prober.required else frozenset({ConditionType.REACHABLE})


def spread(subject: Subject, pause: float) -> float:
    """Return between one and two times the pause, always the same for one object, so that looks do not bunch up."""
    digest = hashlib.sha256(subject.uid.encode()).digest()
    return pause * (1 + int.from_bytes(digest[:4], "big") / 2**32)


def _event(domain: Domain, condition: Condition) -> Event | None:
    before = domain.conditions.get(ConditionType(condition.type))
    if condition.reason in (Reason.WAITING, Reason.PROGRESSING):
        return None
    if before is not None and (before.status, before.reason) == (condition.status, condition.reason):
        return None
    kind = "Warning" if condition.status is Truth.FALSE else "Normal"
    return Event(domain.ref, domain.uid, kind, condition.reason, f"{condition.type}: {condition.message}")
