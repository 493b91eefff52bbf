"""Decides who holds a name: one step from what was seen, to be followed by a new look.

A claim is bound only by a write to the very version of it that was in the list with no other claim beside it. Whoever
comes later sees it in a list, or removes it before it is bound: so of two overlapping names at most one is bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nameplate_api.conditions import Reason, Truth
from nameplate_operator.claims import aliases, sources
from nameplate_operator.claims.labels import labels_of
from nameplate_operator.claims.register import Register, is_held_by, is_unbound
from nameplate_operator.claims.writes import BindClaim, CreateClaim, WriteClaim, delete, guard, guarded, version_of
from nameplate_operator.phase import Change, Verdict
from nameplate_operator.subject import Claim, Domain

BINDING = Verdict(Truth.UNKNOWN, Reason.PROGRESSING, "The name is being bound to this CustomDomain.")
_CONTESTED = Verdict(
    Truth.FALSE, Reason.NAME_CLAIMED, "The name, or one above or below it, is being claimed by another CustomDomain."
)
_ENDING = Verdict(Truth.FALSE, Reason.NAME_CLAIMED, "The last claim of the name is being deleted; it is free after.")


@dataclass(frozen=True, slots=True)
class Step:
    """The next step towards a bound claim: what to write, and why the name is not held yet (None = it is held)."""

    verdict: Verdict | None = None
    changes: tuple[Change, ...] = ()


def held(domain: Domain, register: Register) -> Claim | None:
    """Return the claim if it is bound to this CustomDomain in this cluster."""
    own = register.own
    if own is None or not own.bound or own.spec.release_time is not None:
        return None
    return own if is_held_by(own, domain.ref) and register.ours(own) else None


def step(domain: Domain, register: Register) -> Step:
    """Return the next step; pure."""
    own = register.own
    if own is not None and own.bound:
        return _bound(domain, register, own)
    obstacle = next((claim for claim in register.others if _stands_in_the_way(claim, domain)), None)
    if own is None:
        return Step(_claimed(domain, obstacle)) if obstacle else _claim(domain, register)
    if not is_unbound(own):
        return _reserved(domain, register, own, obstacle)
    if not is_held_by(own, domain.ref):
        return _anothers(register, own)
    if obstacle:
        return Step(_claimed(domain, obstacle), (delete(own),))
    if own.deleting:
        return Step(_ENDING)
    return _contest(domain, register, own)


def _anothers(register: Register, own: Claim) -> Step:
    if own.deleting:
        return Step(_ENDING)
    return Step(BINDING, (delete(own),)) if own.uid in register.vanished else Step(_CONTESTED)


def _bound(domain: Domain, register: Register, own: Claim) -> Step:
    holder = own.spec.holder
    if holder is None or holder.namespace != domain.ref.namespace:
        return Step(_claimed(domain, own))
    if not register.ours(own):
        return Step(_of_another_cluster(own))
    if own.spec.release_time is not None:
        return Step(BINDING, _bind(domain, register, own))
    if holder.name != domain.ref.name:
        return Step(_claimed(domain, own))
    return Step(None, (*guard(domain), *_keep(domain, register, own)))


def _claim(domain: Domain, register: Register) -> Step:
    gone = tuple(delete(claim) for claim in _left_behind(register))
    if any(_is_rival(claim, register) for claim in register.others):
        # The one that exists goes ahead; a new claim of ours would only be in its way.
        return Step(_CONTESTED, gone)
    spec = _holding(domain, register.cluster_name)
    create = CreateClaim(
        host=domain.spec.domain,
        labels=labels_of(domain.spec.domain, domain.ref.namespace),
        spec=spec,
        first=True,
    )
    return Step(BINDING, (*gone, *guard(domain), create))


def _contest(domain: Domain, register: Register, own: Claim) -> Step:
    rivals = [claim for claim in register.others if _is_rival(claim, register)]
    if any(sources.order(rival) < sources.order(own) for rival in rivals):
        return Step(_CONTESTED)
    return _clear_and_bind(domain, register, own, rivals)


def _reserved(domain: Domain, register: Register, own: Claim, obstacle: Claim | None) -> Step:
    holder = own.spec.holder
    if holder is None or holder.namespace != domain.ref.namespace:
        return Step(_claimed(domain, own))
    if obstacle or own.deleting:
        return Step(_claimed(domain, obstacle) if obstacle else _ENDING)
    # A reservation counts as bound, so every other claim that is not bound gives way to it.
    rivals = [claim for claim in register.others if _is_rival(claim, register)]
    return _clear_and_bind(domain, register, own, rivals)


def _clear_and_bind(domain: Domain, register: Register, own: Claim, rivals: list[Claim]) -> Step:
    in_the_way = (*rivals, *_left_behind(register))
    if in_the_way:
        return Step(BINDING, tuple(delete(claim) for claim in in_the_way))
    return Step(BINDING, _bind(domain, register, own))


def _bind(domain: Domain, register: Register, own: Claim) -> tuple[Change, ...]:
    bind = BindClaim(
        **_tenure(domain, register, own),
        domain=domain.ref,
        domain_uid=domain.uid,
        now=register.at,
        has_token=own.bound,
        first=True,
    )
    return (*guard(domain), bind)


def _stands_in_the_way(claim: Claim, domain: Domain) -> bool:
    holder = claim.spec.holder
    if claim.bound or holder is None:
        return True
    # A reservation above or below is no stranger's if it is for our own namespace.
    return holder.name is None and holder.namespace != domain.ref.namespace


def _left_behind(register: Register) -> list[Claim]:
    return [claim for claim in register.others if claim.uid in register.vanished and not claim.deleting]


def _is_rival(claim: Claim, register: Register) -> bool:
    # One that is being deleted is never bound any more.
    return is_unbound(claim) and not claim.deleting and claim.uid not in register.vanished


def _holding(domain: Domain, cluster_name: str) -> dict[str, Any]:
    return {
        "holder": {"namespace": domain.ref.namespace, "name": domain.ref.name},
        "clusterName": cluster_name,
        "deletionPolicy": domain.spec.deletion_policy.value,
    }


def _tenure(domain: Domain, register: Register, own: Claim) -> Mapping[str, Any]:
    spec = _holding(domain, register.cluster_name)
    recorded = {
        "sources": list(sources.to_record(domain, register)),
        "aliases": aliases.documents(aliases.to_record(domain, register)),
        "releaseTime": None,
    }
    labels = labels_of(own.ref.name, domain.ref.namespace)
    # The API server takes no new finalizer for an object that is being deleted.
    finalizers = own.finalizers if own.deleting else guarded(own)
    return {**version_of(own), "spec": spec | recorded, "labels": labels, "finalizers": finalizers}


def _keep(domain: Domain, register: Register, own: Claim) -> tuple[WriteClaim, ...]:
    kept = (
        labels_of(own.ref.name, domain.ref.namespace).items() <= own.labels.items(),
        own.guarded or own.deleting,
        own.spec.cluster_name == register.cluster_name,
        own.spec.deletion_policy is domain.spec.deletion_policy,
        set(own.spec.sources) == set(sources.to_record(domain, register)),
        own.spec.aliases == aliases.to_record(domain, register),
    )
    return () if all(kept) else (WriteClaim(**_tenure(domain, register, own)),)


def _claimed(domain: Domain, claim: Claim) -> Verdict:
    name, holder = domain.spec.domain, claim.spec.holder
    if holder is None or holder.namespace != domain.ref.namespace or holder.name is None:
        message = f"{name}, or a name above or below it, is held outside this namespace or reserved."
    else:
        which = name if claim.ref.name == name else f"{claim.ref.name}, which overlaps with {name},"
        message = f"{which} is held by the CustomDomain {holder.name} of this namespace."
    remedy = " Choose another name, or have it released."
    return Verdict(Truth.FALSE, Reason.NAME_CLAIMED, message + remedy, stalled=True)


def _of_another_cluster(own: Claim) -> Verdict:
    message = (
        f"DomainClaim {own.ref.name} was written by the cluster {own.spec.cluster_name}. Platform team: if this "
        f"cluster is to take over, set clusterName to {own.spec.cluster_name} in the operator's settings."
    )
    return Verdict(Truth.FALSE, Reason.HELD_BY_ANOTHER_CLUSTER, message, stalled=True)
