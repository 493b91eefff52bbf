"""Tells whose an object is: this CustomDomain's, its deleted namesake's, or a stranger's."""

from collections.abc import Mapping
from typing import Any

from nameplate_api.conditions import Reason
from nameplate_operator.ports import Manifest, ProviderError, Ref

MANAGED_BY = "app.kubernetes.io/managed-by"
"""Label that names who keeps an object (Kubernetes' recommended labels)."""
NAMEPLATE = "nameplate"
_COLLECTED_AFTER = 5.0


def is_ours(live: Manifest, ref: Ref, owner: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Say whether the object belongs to this owner, or lost its ownerReference and carries these labels.

    Raises ProviderError(Waiting) for what an owner of the same name left behind: garbage collection removes it.
    """
    if is_owned(live, owner):
        return True
    references = live["metadata"].get("ownerReferences") or ()
    mine = (owner["kind"], owner["name"])
    if any((reference["kind"], reference["name"]) == mine for reference in references):
        message = f"Waits until Kubernetes has removed the {ref.kind.kind} of a deleted CustomDomain of the same name."
        raise ProviderError(Reason.WAITING, message, retry_after=_COLLECTED_AFTER)
    return not references and is_labelled(live, labels)


def is_owned(live: Manifest, owner: Mapping[str, Any]) -> bool:
    """Say whether the object goes with exactly this owner, given as an ownerReference."""
    return any(reference["uid"] == owner["uid"] for reference in live["metadata"].get("ownerReferences") or ())


def is_labelled(live: Manifest, labels: Mapping[str, str]) -> bool:
    """Say whether the object carries these labels, whatever else it carries."""
    return labels.items() <= (live["metadata"].get("labels") or {}).items()
