"""A domain's life with the operator at work: from kubectl apply to Ready, and to the end of its claim."""

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
