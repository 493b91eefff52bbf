"""What kstatus concludes from an object: the rules that Flux and `helm --wait` go by, for a kind they do not know."""

from collections.abc import Mapping
from typing import Any

TERMINATING, IN_PROGRESS, FAILED, CURRENT = "Terminating", "InProgress", "Failed", "Current"


def concluded(seen: Mapping[str, Any]) -> str:
    """Return the status of an object, as sigs.k8s.io/cli-utils/pkg/kstatus computes it for a custom resource."""
    if "deletionTimestamp" in seen["metadata"]:
        return TERMINATING
    status = seen.get("status", {})
    observed = status.get("observedGeneration")
    if observed is not None and observed != seen["metadata"]["generation"]:
        return IN_PROGRESS
    ready = None
    for each in status.get("conditions", ()):
        true = each["status"] == "True"
        # The first of these two in the order of the list decides.
        if each["type"] == "Reconciling" and true:
            return IN_PROGRESS
        if each["type"] == "Stalled" and true:
            return FAILED
        if each["type"] == "Ready":
            ready = each["status"]
    # Without any of the three it takes an object for current.
    return CURRENT if ready in (None, "True") else IN_PROGRESS
