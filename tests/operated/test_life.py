"""A domain's life with the operator at work: from kubectl apply to Ready, and to the end of its claim."""

import copy
from typing import Any

from tests.cluster.waiting import until
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld


def test_a_domain_goes_from_apply_to_ready_and_through_deletion_to_the_claims_end(world: OperatedWorld, tenant: Tenant):
    tenant.apply()
    tenant.wait_for("Delegated", "False", "DelegationMissing")
    tenant.enter_ns_records()
    ready = tenant.ready()
    assert ready["status"]["endpoints"] == {
        "trackingAPI": f"https://api.{tenant.host}",
        "cdn": f"https://cdn.{tenant.host}",
    }
    assert tenant.host in world.zones()
    tenant.delete()
    tenant.until_released()
    # The CustomDomain does not wait for the provider: its claim strips the zone by itself, a moment later.
    until(lambda: {kind for _, kind in world.zone_records(tenant.host)} == {"NS", "TXT", "CAA"}, "a bare zone")
    tenant.remove_ns_records()
    tenant.until_forgotten()


def test_the_ingestions_pods_run_where_restricted_is_enforced_and_looser_ones_do_not(tenant: Tenant):
    tenant.serve()
    pods = tenant.child_path("pods")
    template = (tenant.child("deployments", "ingestion") or {})["spec"]["template"]
    for scope in ("pod", "container"):
        answer = tenant.world.api.post(f"{pods}?dryRun=All", json=loosened(template, scope))
        assert (answer.status_code, "violates PodSecurity" in answer.text) == (403, True), answer.text


def loosened(template: dict[str, Any], scope: str) -> dict[str, Any]:
    """Return a Pod of a template without the security context of the Pod or of its containers."""
    spec = copy.deepcopy(template["spec"])
    for each in [spec] if scope == "pod" else spec["containers"]:
        del each["securityContext"]
    return {"metadata": {"name": "loose"}, "spec": spec}
