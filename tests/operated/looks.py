"""What a CustomDomain's state looks like to other tools, for a test to compare with its row of the table."""

from typing import Any

from tests.cluster.access import KubectlError
from tests.operated.kstatus import concluded
from tests.operated.tenant import Tenant, condition

Row = dict[str, Any]
ABSENT = "-"


def row(generation: str, ready: str, reconciling: str = ABSENT, stalled: str = ABSENT, *, kstatus: str) -> Row:
    """Return a row of the table: `=`, `<` or -1; conditions as "True Serving", or - where there is none."""
    return {
        "observedGeneration": generation,
        "Ready": ready,
        "Reconciling": reconciling,
        "Stalled": stalled,
        "kstatus": kstatus,
    }


def look(seen: dict[str, Any] | None) -> Row:
    """Return how an object looks; only of Ready is the reason shown, and of the two beside it that they are True."""
    assert seen is not None, "the CustomDomain is gone"
    status, generation = seen.get("status", {}), seen["metadata"]["generation"]
    observed = status.get("observedGeneration", "absent")
    known = {-1: "-1", generation: "="}
    ready = condition(seen, "Ready")
    return {
        "observedGeneration": known.get(observed, "<" if isinstance(observed, int) else observed),
        "Ready": f"{ready['status']} {ready['reason']}" if ready else ABSENT,
        **{
            kind: found["status"] if (found := condition(seen, kind)) else ABSENT for kind in ("Reconciling", "Stalled")
        },
        "kstatus": concluded(seen),
    }


def kubectl_waits_for_ready(tenant: Tenant) -> bool:
    """Tell whether `kubectl wait --for=condition=Ready` goes on waiting."""
    try:
        _kubectl_wait(tenant, timeout=1)
    except KubectlError as error:
        if "timed out" not in str(error):
            raise
        return True
    return False


def kubectl_finds_it_ready(tenant: Tenant) -> bool:
    """Tell whether `kubectl wait --for=condition=Ready` comes to an end, by an error if it does not."""
    return "condition met" in _kubectl_wait(tenant, timeout=50)


def _kubectl_wait(tenant: Tenant, timeout: int) -> str:
    target = (f"customdomain/{tenant.name}", "-n", tenant.namespace)
    return tenant.world.cluster.kubectl("wait", "--for=condition=Ready", f"--timeout={timeout}s", *target)
