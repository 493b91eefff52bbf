"""Bound: who holds the name, if anybody; a claim without a holder that nobody waits for ends here."""

from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.claims.labels import labels_of
from nameplate_operator.claims.register import is_unbound, is_vanished
from nameplate_operator.claims.writes import WriteClaim, delete, release, version_of
from nameplate_operator.phase import Change, Decision, Findings, Phase, Verdict, Was
from nameplate_operator.subject import Claim

_UNBOUND_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class Occupancy:
    """``vanished`` says that the holder is gone; it is looked for only where that counts at once."""

    vanished: bool = False


class Tenure(Phase[Claim, Occupancy]):
    """Says who holds the name; removes an unbound claim that was left behind."""

    condition = ConditionType.BOUND

    async def observe(self, subject: Claim, findings: Findings, now: datetime) -> Occupancy | None:
        """Look for the holder of a claim that is not bound or that somebody deleted."""
        in_use = subject.bound and not subject.deleting
        if in_use or subject.spec.release_time is not None or _is_reservation(subject):
            return Occupancy()
        return Occupancy(await is_vanished(self.ports.cluster, subject))

    def decide(self, subject: Claim, seen: Occupancy, was: Was) -> Decision:
        """Say how the claim stands."""
        holder = subject.spec.holder
        if subject.spec.release_time is not None:
            namespace = holder.namespace if holder else "nobody"
            message = f"Its holder let go of the name; until it is free, the namespace {namespace} may take it back."
            return Decision(Verdict(Truth.FALSE, Reason.RELEASED, message))
        if _is_reservation(subject):
            whom = f"the namespace {holder.namespace}" if holder else "nobody"
            return Decision(Verdict(Truth.FALSE, Reason.RESERVED, f"Reserved for {whom}."), _labelled(subject))
        if is_unbound(subject):
            verdict = Verdict(Truth.FALSE, Reason.UNBOUND, "The name is being bound.")
            gone = (delete(subject),) if seen.vanished and not subject.deleting else ()
            return Decision(verdict, gone, recheck_after=_UNBOUND_EVERY)
        changes: tuple[Change, ...] = (release(subject, was.now),) if seen.vanished else ()
        who = f"{holder.namespace}/{holder.name}" if holder else "nobody"
        return Decision(Verdict(Truth.TRUE, Reason.BOUND, f"Held by the CustomDomain {who}."), changes)


def _is_reservation(claim: Claim) -> bool:
    return not claim.bound and not is_unbound(claim)


def _labelled(claim: Claim) -> tuple[WriteClaim, ...]:
    # An admin writes a reservation by hand; it is found by its labels.
    labels = labels_of(claim.ref.name, claim.spec.holder.namespace if claim.spec.holder else None)
    if labels.items() <= claim.labels.items():
        return ()
    return (WriteClaim(**version_of(claim), labels=labels),)
