"""One pass over one DomainClaim: says who holds the name, and once nobody does, lets go of it step by step."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from nameplate_operator.changes import STATUS
from nameplate_operator.claims.quarantine import Quarantine
from nameplate_operator.claims.register import is_unbound
from nameplate_operator.claims.tenure import Tenure
from nameplate_operator.claims.this_cluster import ThisCluster, is_of
from nameplate_operator.claims.undelegation import Parents, Undelegation
from nameplate_operator.claims.withdrawal import Withdrawal
from nameplate_operator.plan import Decisions, LookFailed, Memory, Phases, carry_out, failed_looks, plan
from nameplate_operator.ports import Conflict, Ports, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim
from nameplate_operator.summary import stamp, to_status


def release_phases(ports: Ports, settings: OperatorSettings, parents: Parents) -> Phases:
    """Return the phases of a claim in their order; the first alone runs while the name is held."""
    return (
        Tenure(ports, settings),
        Withdrawal(ports, settings),
        Undelegation(ports, settings, parents),
        Quarantine(ports, settings),
    )


@dataclass
class Releaser:
    """Brings released claims to their end; one call is one pass."""

    phases: Phases
    ports: Ports
    settings: OperatorSettings
    look_failed: LookFailed = lambda *_: None
    memories: defaultdict[Ref, Memory] = field(default_factory=lambda: defaultdict(Memory))

    def __post_init__(self) -> None:
        self._this_cluster = ThisCluster(self.ports, self.settings)

    async def reconcile(self, ref: Ref, now: datetime) -> float | None:
        """Make one pass; return the seconds until the next look, or None if only a change of the claim needs one."""
        manifest = await self.ports.cluster.get(ref)
        if manifest is None:
            self.memories.pop(ref, None)
            return None
        claim = Claim.read(manifest)
        if not is_of(claim, await self._this_cluster.name()):
            return None
        memory = self.memories[ref]
        phases = self.phases if claim.spec.release_time is not None else self.phases[:1]
        decisions = await plan(phases, claim, memory, now)
        for failed in failed_looks(decisions):
            self.look_failed(*failed)
        decisions, changed = await carry_out(decisions, self.ports, memory)
        slowed = memory.pause(changed=changed)
        await self._report(claim, decisions, now)
        if slowed is not None:
            return slowed
        rechecks = [each.recheck_after for each in decisions.values() if each.recheck_after is not None]
        return min(rechecks, default=None)

    async def _report(self, claim: Claim, decisions: Decisions, now: datetime) -> None:
        # An unbound claim is bound or gone in a moment; a write to it would only be in the way of that.
        if is_unbound(claim):
            return
        verdicts = {condition: decision.verdict for condition, decision in decisions.items()}
        conditions = stamp(verdicts, claim.conditions, claim.generation, now)
        status = to_status(conditions, claim.generation)
        if status == claim.status:
            return
        try:
            await self.ports.cluster.apply_status(claim.with_status(status), STATUS)
        except Conflict:
            return
        for decision in decisions.values():
            for event in decision.events:
                await self.ports.cluster.emit(event)
