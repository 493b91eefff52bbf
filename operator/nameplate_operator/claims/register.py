"""Looks at the claims that matter to one CustomDomain: those whose names overlap, and those of its namespace."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nameplate_api.domain_claim import REGISTRABLE_LABEL
from nameplate_api.hostname import overlaps
from nameplate_operator.claims.labels import NAMESPACE_LABEL, registrable_label
from nameplate_operator.claims.this_cluster import is_of
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Cluster, Manifest, Ref
from nameplate_operator.subject import Claim, Domain, InvalidSpec


@dataclass(frozen=True, slots=True)
class Register:
    """The claims as the server had them at one moment."""

    cluster_name: str
    at: datetime
    own: Claim | None = None
    """The claim of exactly the name, whoever holds it."""
    others: tuple[Claim, ...] = ()
    """The claims of the names above and below."""
    siblings: tuple[Claim, ...] = ()
    """The other claims of the namespace that record a source of the spec."""
    vanished: frozenset[str] = frozenset()
    """The uids of unbound claims whose holder is gone."""

    def ours(self, claim: Claim) -> bool:
        """Say whether the claim was written by this cluster, and is no copy of another's."""
        return is_of(claim, self.cluster_name)


async def look(cluster: Cluster, domain: Domain, cluster_name: str, now: datetime) -> Register:
    """Read the claims, from the server."""
    name = domain.spec.domain
    near = await _near(cluster, name)
    own = near.pop(name, None)
    if own is None and (found := await cluster.get(Ref(DOMAIN_CLAIM, name))) is not None:
        # Written since, or without the label. Only a list that is no older than it tells what stands beside it.
        near = await _near(cluster, name)
        own = near.pop(name, None) or Claim.read(found)
    sources = {source.name for source in domain.spec.sources}
    of_namespace = await cluster.list(DOMAIN_CLAIM, labels={NAMESPACE_LABEL: domain.ref.namespace})
    # Of many claims few matter: they are picked before they are read.
    sharing = (each for each in of_namespace if sources.intersection(each["spec"].get("sources", ())))
    return Register(
        cluster_name,
        now,
        own,
        tuple(near.values()),
        tuple(claim for claim in readable(sharing) if claim.ref.name != name),
        frozenset([c.uid for c in (own, *near.values()) if c and is_unbound(c) and await is_vanished(cluster, c)]),
    )


async def _near(cluster: Cluster, name: str) -> dict[str, Claim]:
    listed = await cluster.list(DOMAIN_CLAIM, labels={REGISTRABLE_LABEL: registrable_label(name)})
    # A claim that cannot be read holds its name all the same: only those of other names are passed over.
    return {m["metadata"]["name"]: Claim.read(m) for m in listed if overlaps(m["metadata"]["name"], name)}


def readable(manifests: Iterable[Manifest]) -> list[Claim]:
    """Return the claims that can be read."""
    claims = []
    for manifest in manifests:
        try:
            claims.append(Claim.read(manifest))
        except InvalidSpec:
            continue
    return claims


def is_unbound(claim: Claim) -> bool:
    """Say whether a CustomDomain wants the name and has not bound it yet; a reservation is none."""
    return not claim.bound and claim.spec.holder is not None and claim.spec.holder.name is not None


def is_held_by(claim: Claim, domain: Ref) -> bool:
    """Say whether the claim names this CustomDomain as its holder."""
    holder = claim.spec.holder
    return holder is not None and (holder.namespace, holder.name) == (domain.namespace, domain.name)


async def is_vanished(cluster: Cluster, claim: Claim) -> bool:
    """Say whether the claim's holder is gone: read from the server, now."""
    holder = claim.spec.holder
    if holder is None or holder.name is None:
        return True
    return not names(await cluster.get(Ref(CUSTOM_DOMAIN, holder.name, holder.namespace)), claim)


def names(holder: Manifest | None, claim: Claim) -> bool:
    """Say whether the object is there and stands for the claim's name, and is no later one of another name."""
    return holder is not None and bool(holder.get("spec", {}).get("domain") == claim.ref.name)
