"""Releasable: the name has rested long enough, and zone and claim end; or the deletion policy keeps them."""

from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_api.custom_domain import DeletionPolicy
from nameplate_api.domain_claim import RESERVED_LABEL
from nameplate_operator.claims.undelegation import Undelegation
from nameplate_operator.claims.withdrawal import Withdrawal, to_bare
from nameplate_operator.claims.writes import WriteClaim, delete, guarded, unguarded, version_of
from nameplate_operator.phase import Change, Decision, Findings, Phase, Verdict, Was
from nameplate_operator.ports import Conflict, Ports, Ref
from nameplate_operator.records import carries
from nameplate_operator.subject import Claim

_OVER = Verdict(Truth.TRUE, Reason.QUARANTINE_OVER, "The zone and the claim are being removed.")
_RESTS = Verdict(Truth.FALSE, Reason.QUARANTINED, "The name rests until nobody can take it for the former holder's.")
_RETAINED = Verdict(
    Truth.FALSE,
    Reason.RETAINED,
    "deletionPolicy Retain keeps zone, token and claim. Delete this DomainClaim to free the name; its zone then stays.",
)


@dataclass(frozen=True, slots=True)
class Rest:
    """Whether zone and parent are as they must be, seen in this pass, and the time of rest that is still to come."""

    withdrawn: bool
    undelegated: bool
    remaining: float


@dataclass(frozen=True, kw_only=True)
class DeleteZone(Change):
    """Delete the zone of a claim that nobody took back since it was seen."""

    claim: Ref
    resource_version: str
    token: str

    async def apply(self, ports: Ports) -> None:
        """Delete it if it carries the claim's token, or was begun for it."""
        live = await ports.cluster.get(self.claim)
        if live is None or live["metadata"]["resourceVersion"] != self.resource_version:
            raise Conflict(f"{self.claim} has changed.")
        zone = await ports.zones.find(self.claim.name)
        if zone is not None and (carries(zone, self.token) or ports.zones.is_begun(zone, self.token)):
            await ports.zones.delete(zone)


class Quarantine(Phase[Claim, Rest]):
    """Keeps a name from others until nothing leads to its former holder, then lets go of all that was made for it."""

    condition = ConditionType.RELEASABLE

    async def observe(self, subject: Claim, findings: Findings, now: datetime) -> Rest | None:
        """Take what was seen of zone and parent in this pass; what could not be seen does not count."""
        remains, answer = findings.of(Withdrawal), findings.of(Undelegation)
        never = subject.spec.zone is None or not subject.spec.zone.delegated
        return Rest(
            withdrawn=remains is not None and (remains.zone is None or to_bare(subject, remains.zone) is None),
            undelegated=answer is not None and not answer.delegated,
            remaining=0.0 if never else self._remaining(subject, now),
        )

    def decide(self, subject: Claim, seen: Rest, was: Was) -> Decision:
        """End zone and claim once everything is over; under Retain only on a person's word."""
        if subject.spec.deletion_policy is DeletionPolicy.RETAIN:
            # The way out when a parent or a provider never answers again: it waits for neither.
            return Decision(_RETAINED, _end(subject) if subject.deleting else ())
        if not seen.withdrawn or not seen.undelegated:
            return Decision(_RESTS)
        if seen.remaining > 0:
            return Decision(_RESTS, recheck_after=min(seen.remaining, self.settings.pace.active_every))
        return Decision(_OVER, _end_all(subject))

    def _remaining(self, subject: Claim, now: datetime) -> float:
        undelegated = subject.conditions.get(ConditionType.UNDELEGATED)
        quarantine = self.settings.release.quarantine
        if undelegated is None or undelegated.status is not Truth.TRUE:
            return max(quarantine, 1.0)
        since = undelegated.last_transition_time
        if subject.spec.release_time is not None:
            # What stands in status may be left from an earlier release.
            since = max(since, subject.spec.release_time)
        return quarantine - (now - since).total_seconds()


def _end_all(subject: Claim) -> tuple[Change, ...]:
    delete_zone = DeleteZone(
        claim=subject.ref, resource_version=subject.resource_version, token=subject.spec.token or ""
    )
    if subject.deleting:
        return (delete_zone, *_end(subject))
    if RESERVED_LABEL in subject.labels:
        return (delete_zone, _reserve_again(subject))
    if not subject.guarded:
        return (WriteClaim(**version_of(subject), finalizers=guarded(subject)),)
    # Deleted first: from then on its finalizer alone holds it, and the next pass does the rest.
    return (delete(subject),)


def _end(subject: Claim) -> tuple[WriteClaim, ...]:
    return (WriteClaim(**version_of(subject), finalizers=unguarded(subject)),)


def _reserve_again(subject: Claim) -> WriteClaim:
    gone = ("token", "zone", "certificate", "releaseTime", "clusterName", "deletionPolicy")
    holder = {"namespace": subject.spec.holder.namespace, "name": None} if subject.spec.holder else None
    return WriteClaim(
        **version_of(subject),
        spec={"holder": holder, "sources": [], "aliases": [], **dict.fromkeys(gone)},
        finalizers=unguarded(subject),
    )
