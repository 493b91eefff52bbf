"""Marks a CustomDomain's children as its own, and tells them from those of a stranger."""

from typing import Any

from nameplate_api.conditions import Reason, Truth
from nameplate_api.custom_domain import DOMAIN_LABEL
from nameplate_operator import ownership
from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.ownership import MANAGED_BY, NAMEPLATE
from nameplate_operator.pace import CONFLICT_EVERY
from nameplate_operator.phase import Decision, Verdict
from nameplate_operator.ports import Manifest, Ref
from nameplate_operator.subject import Domain


def selector(domain: Domain) -> dict[str, str]:
    """Return the labels by which the domain's Pods are found; they must never change."""
    return {DOMAIN_LABEL: domain.ref.name}


def labels(domain: Domain) -> dict[str, str]:
    """Return the labels of every child (Kubernetes' recommended ones, and ours)."""
    return {
        "app.kubernetes.io/name": "nameplate-ingestion",
        "app.kubernetes.io/instance": domain.ref.name,
        "app.kubernetes.io/part-of": NAMEPLATE,
        MANAGED_BY: NAMEPLATE,
        **selector(domain),
    }


def owner(domain: Domain) -> dict[str, Any]:
    """Return the ownerReference by which a child goes with its CustomDomain."""
    return {
        **CUSTOM_DOMAIN.type_meta,
        "name": domain.ref.name,
        "uid": domain.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def metadata(domain: Domain, name: str) -> dict[str, Any]:
    """Return the metadata of a child."""
    return {
        "name": name,
        "namespace": domain.ref.namespace,
        "labels": labels(domain),
        "ownerReferences": [owner(domain)],
    }


def is_ours(live: Manifest, domain: Domain, ref: Ref) -> bool:
    """Say whether an object of a child's name belongs to this CustomDomain. Raises ProviderError(Waiting)."""
    return ownership.is_ours(live, ref, owner(domain), {**selector(domain), MANAGED_BY: NAMEPLATE})


def conflict(ref: Ref) -> Decision:
    """Return what is decided where a stranger's object has a child's name: it is left alone."""
    message = f"{ref} exists and does not belong to this CustomDomain. Delete or rename one of the two."
    return Decision(Verdict(Truth.FALSE, Reason.NAME_CONFLICT, message, stalled=True), recheck_after=CONFLICT_EVERY)
