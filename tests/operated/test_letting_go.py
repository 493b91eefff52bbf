"""What becomes of a name after its CustomDomain, through real DNS: given back, retained, or not let go yet."""

from tests.cluster.waiting import until
from tests.operated.tenant import Json, Tenant, condition
from tests.operated.world import OperatedWorld
from tests.world.dns import faults

BARE = {"NS", "TXT", "CAA"}


def kinds(world: OperatedWorld, tenant: Tenant) -> set[str]:
    """The types of record sets that the zone holds at the provider."""
    return {kind for _, kind in world.zone_records(tenant.host)}


def released(tenant: Tenant) -> Json:
    """Delete the CustomDomain, wait until nothing of it is served, and return the claim."""
    tenant.delete()
    tenant.until_released()
    return of_claim(tenant, "Withdrawn", "True")


def of_claim(tenant: Tenant, kind: str, status: str, reason: str = "") -> Json:
    """Wait until a condition of the claim is so, and return the claim."""

    def look() -> Json | None:
        claim = tenant.claim()
        found = condition(claim, kind)
        return claim if found and found["status"] == status and reason in ("", found["reason"]) else None

    found: Json = until(look, f"{tenant.host}: {kind}={status} {reason}", 90)
    return found


def test_a_holder_that_comes_back_finds_its_zone_as_the_parent_knows_it(world: OperatedWorld, tenant: Tenant):
    before = tenant.serve()
    claim, zone = tenant.claim(), world.zone_records(tenant.host)
    assert claim is not None
    left = released(tenant)
    assert kinds(world, tenant) == BARE
    of_claim(tenant, "Undelegated", "False", "ParentStillDelegates")
    tenant.apply()
    ready = tenant.ready()
    back = tenant.claim()
    assert back is not None
    assert "releaseTime" in left["spec"]
    assert "releaseTime" not in back["spec"]
    assert back["metadata"]["uid"] == claim["metadata"]["uid"]
    assert [back["spec"][field] for field in ("token", "zone")] == [claim["spec"][field] for field in ("token", "zone")]
    assert ready["status"]["records"] == before["status"]["records"]
    assert world.zone_records(tenant.host) == zone
    tenant.delete()
    tenant.remove_ns_records()
    tenant.until_forgotten()


def test_a_retained_name_is_kept_by_its_claim_and_its_zone_outlives_both(world: OperatedWorld, tenant: Tenant):
    tenant.serve(deletionPolicy="Retain")
    claim = released(tenant)
    tenant.remove_ns_records()
    of_claim(tenant, "Releasable", "False", "Retained")
    world.kill()
    world.start()
    rival = world.tenant(host=tenant.host)
    rival.apply()
    rival.wait_for("Accepted", "False", "NameClaimed")
    kept = tenant.claim()
    assert kept is not None
    assert kept["spec"] == claim["spec"]
    world.cluster.kubectl("delete", "domainclaim", tenant.host, "--timeout=60s")
    rival.wait_for("Accepted")
    rival.wait_for("ZoneReady", "False", "ZoneConflict")
    assert kinds(world, tenant) == BARE


def test_a_name_is_not_let_go_while_a_server_of_its_parent_is_silent(world: OperatedWorld, tenant: Tenant):
    tenant.serve()
    tenant.parent.servers[1].inject(faults.silent())
    released(tenant)
    tenant.remove_ns_records()
    unheard = f"No usable answer of {tenant.parent.nameservers[1]}"
    until(
        lambda: unheard in (condition(tenant.claim(), "Undelegated") or {}).get("message", ""),
        "the server that is silent",
        90,
    )
    of_claim(tenant, "Releasable", "False", "Quarantined")
    assert tenant.host in world.zones()
    tenant.parent.servers[1].heal()
    tenant.until_forgotten()
