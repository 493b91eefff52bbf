"""Lets a CustomDomain go: its claim is released, its owner told what to remove, and its finalizer taken off.

Nothing here asks an outside system: what is left to do there belongs to the claim.
"""

from datetime import datetime

from nameplate_api.conditions import Reason, clip
from nameplate_api.custom_domain import FINALIZER, DeletionPolicy
from nameplate_operator.claims.labels import NAMESPACE_LABEL
from nameplate_operator.claims.register import is_held_by, is_unbound, readable
from nameplate_operator.claims.this_cluster import ThisCluster, is_of
from nameplate_operator.claims.writes import delete, release
from nameplate_operator.kinds import DOMAIN_CLAIM
from nameplate_operator.ports import Conflict, Event, Ports, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim, Domain


class Teardown:
    """Ends CustomDomains that are being deleted; one call is one attempt."""

    def __init__(self, ports: Ports, settings: OperatorSettings) -> None:
        self._ports = ports
        self._this_cluster = ThisCluster(ports, settings)

    async def __call__(self, domain: Domain, now: datetime) -> float | None:
        """Release, then let go of the object; return 0 to be called again, None when there is nothing left to do."""
        if not domain.guarded:
            return None
        try:
            for claim in await self._claims(domain):
                await self._let_go(domain, claim, now)
            others = [each for each in domain.finalizers if each != FINALIZER]
            metadata = {"uid": domain.uid, "resourceVersion": domain.resource_version, "finalizers": others}
            await self._ports.cluster.patch(domain.ref, {"metadata": metadata})
        except Conflict:
            return 0
        return None

    async def _claims(self, domain: Domain) -> list[Claim]:
        # By the label too: the name in a spec that cannot be used is not known.
        manifests = await self._ports.cluster.list(DOMAIN_CLAIM, labels={NAMESPACE_LABEL: domain.ref.namespace})
        if domain.invalid is None:
            own = await self._ports.cluster.get(Ref(DOMAIN_CLAIM, domain.spec.domain))
            manifests = [*manifests, *([own] if own else [])]
        claims = {claim.uid: claim for claim in readable(manifests) if is_held_by(claim, domain.ref)}
        this_cluster = await self._this_cluster.name()
        return [claim for claim in claims.values() if is_of(claim, this_cluster)]

    async def _let_go(self, domain: Domain, claim: Claim, now: datetime) -> None:
        if is_unbound(claim):
            await delete(claim).apply(self._ports)
        elif claim.spec.release_time is None:
            # An edit just before the deletion, or while suspended, was never copied to the claim.
            policy = claim.spec.deletion_policy if domain.invalid else domain.spec.deletion_policy
            await release(claim, now, policy).apply(self._ports)
            if event := _still_delegated(domain, claim, policy):
                await self._ports.cluster.emit(event)


def records_to_remove(claim: Claim) -> str:
    """Return which records a person must remove at the zone above, for a message."""
    nameservers = claim.spec.zone.nameservers if claim.spec.zone else ()
    return f"the NS records of {claim.ref.name} ({', '.join(nameservers)})"


def _still_delegated(domain: Domain, claim: Claim, policy: DeletionPolicy) -> Event | None:
    zone = claim.spec.zone
    if zone is None or not zone.delegated or policy is DeletionPolicy.RETAIN:
        return None
    message = f"Remove {records_to_remove(claim)} at the zone above; until then the name stays with this namespace."
    return Event(domain.ref, domain.uid, "Normal", Reason.PARENT_STILL_DELEGATES, clip(message), action="Release")
