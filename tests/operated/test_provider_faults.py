"""Faults of the DNS provider: every domain comes through them by itself, and none of them reaches another domain."""

from collections.abc import Iterator
from signal import SIGCONT, SIGSTOP

import pytest

from tests.cluster.machine import Machine
from tests.cluster.waiting import until
from tests.operated.history import History
from tests.operated.looks import look
from tests.operated.tenant import Tenant, condition
from tests.operated.world import OperatedWorld
from tests.world.http_faults import Exchange, HttpFault, Point

HANGS = HttpFault(delay=600)
NO_POWERDNS = HttpFault(status=404, body=b"<html>default backend - 404</html>")
WORKERS = 16  # of the operator, by default
NOT_KNOWN = "What answers at the DNS provider's address does not know our server there."


@pytest.fixture(scope="module")
def serving_tenant(shared_world: OperatedWorld) -> Iterator[Tenant]:
    """A domain that serves all through the faults."""
    tenant = shared_world.tenant()
    tenant.serve()
    yield tenant
    tenant.leave()


@pytest.fixture
def unharmed(serving_tenant: Tenant) -> Iterator[Tenant]:
    """That domain, whose Ready must be True in every version that anybody sees."""
    with History(serving_tenant.world.cluster, serving_tenant.path) as history:
        yield serving_tenant
    assert {look(each)["Ready"] for each in history.versions} == {"True Serving"}


def test_while_the_provider_is_down_what_serves_goes_on_and_what_is_new_waits_for_it(
    world: OperatedWorld, tenant: Tenant, unharmed: Tenant
):
    world.powerdns.stop()
    tenant.apply()
    tenant.wait_for("ZoneReady", "Unknown", "ProviderUnavailable")
    unharmed.be_looked_at()
    world.powerdns.start()
    tenant.enter_ns_records()
    tenant.ready()


def test_a_provider_that_is_slow_or_answers_too_late_makes_no_second_zone(
    world: OperatedWorld, tenant: Tenant, unharmed: Tenant
):
    passed = len(world.powerdns_proxy.exchanges)
    # Longer than the operator waits: it never hears that the zone was made.
    world.powerdns_proxy.inject(HttpFault(Point.AFTER_EFFECT, delay=12), methods={"POST"}, path="/zones$", times=1)
    world.powerdns_proxy.inject(HttpFault(delay=0.5))
    tenant.apply()
    tenant.enter_ns_records()
    tenant.ready()
    made = [each for each in world.powerdns_proxy.exchanges[passed:] if each.method == "POST" and each.status == 201]
    assert len(made) == 1, [str(each) for each in made]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_provider_that_answers_errors_is_asked_again(world: OperatedWorld, status: int):
    tenant = world.tenant()
    fault = HttpFault(status=status, headers={"Retry-After": "1"})
    # Of its own zone: tenants who leave meanwhile ask too.
    injection = world.powerdns_proxy.inject(fault, path=f"/zones/{tenant.host}", times=2)
    tenant.apply()
    tenant.wait_for("ZoneReady")
    assert injection.matched > 2


def names(exchange: Exchange, tenant: Tenant) -> bool:
    """Tell whether a request is about a tenant's zone; those who left before are being let go of meanwhile."""
    return tenant.host in exchange.path or tenant.host.encode() in exchange.body


def test_a_404_from_in_front_of_the_provider_is_no_lost_zone(world: OperatedWorld, unharmed: Tenant):
    passed = len(world.powerdns_proxy.exchanges)
    world.powerdns_proxy.inject(NO_POWERDNS)
    unharmed.be_looked_at()
    until(lambda: NOT_KNOWN in (unharmed.condition("ZoneReady") or {})["message"], "the failure in the message")
    about = [each for each in world.powerdns_proxy.exchanges[passed:] if names(each, unharmed)]
    assert {each.method for each in about} == {"GET"}
    world.heal()
    unharmed.recheck()
    until(lambda: NOT_KNOWN not in (unharmed.condition("ZoneReady") or {})["message"], "the message without it")


def test_while_the_provider_is_hidden_by_404_a_released_name_keeps_its_claim_and_its_zone(
    world: OperatedWorld, tenant: Tenant
):
    tenant.serve()
    records = world.zone_records(tenant.host)
    world.powerdns_proxy.inject(NO_POWERDNS)
    tenant.delete()
    tenant.until_released()
    tenant.remove_ns_records()
    none = {"message": ""}
    for kind, status in (("Undelegated", "True"), ("Withdrawn", "Unknown"), ("Releasable", "False")):
        until(lambda: (condition(tenant.claim(), kind) or {}).get("status") == status, f"{kind} {status}")  # noqa: B023
    until(lambda: NOT_KNOWN in (condition(tenant.claim(), "Withdrawn") or none)["message"], "what answers instead")
    assert world.zone_records(tenant.host) == records
    world.heal()
    tenant.until_forgotten()


def test_a_zone_that_was_lost_is_made_again_with_its_name_servers_and_all_its_records(
    world: OperatedWorld, tenant: Tenant
):
    before = tenant.serve()["status"]["nameservers"]
    records = world.zone_records(tenant.host)
    world.at_powerdns("DELETE", f"zones/{tenant.host}.")
    until(lambda: tenant.host in world.zones() and world.zone_records(tenant.host) == records, "the zone as it was")
    assert tenant.ready()["status"]["nameservers"] == before


def test_a_zone_without_our_token_is_never_touched(world: OperatedWorld, tenant: Tenant):
    strange = {"name": f"{tenant.host}.", "kind": "Native", "nameservers": ["ns.stranger.example."]}
    world.at_powerdns("POST", "zones", json=strange)
    before = world.zone_records(tenant.host)
    tenant.apply()
    tenant.wait_for("ZoneReady", "False", "ZoneConflict")
    tenant.delete()
    tenant.until_deleted()
    until(lambda: tenant.claim() is None, "the claim to be gone")
    assert world.zone_records(tenant.host) == before
    world.at_powerdns("DELETE", f"zones/{tenant.host}.")


def test_records_that_somebody_removed_are_put_back(world: OperatedWorld, tenant: Tenant):
    tenant.serve()
    records = world.zone_records(tenant.host)
    removed = [
        {"name": f"{name}.", "type": kind, "changetype": "DELETE"}
        for name, kind in ((f"_nameplate.{tenant.host}", "CAA"), (f"api.{tenant.host}", "A"), (tenant.host, "CAA"))
    ]
    world.operator.signal(SIGSTOP)
    world.at_powerdns("PATCH", f"zones/{tenant.host}.", json={"rrsets": removed})
    harmed = world.zone_records(tenant.host)
    world.operator.signal(SIGCONT)
    assert harmed != records
    until(lambda: world.zone_records(tenant.host) == records, "the records as they were")


def test_a_domain_whose_zone_hangs_holds_up_no_other_and_its_own_deletion_is_not_held_up(
    world: OperatedWorld, tenant: Tenant, unharmed: Tenant
):
    above = tenant.host.partition(".")[2]
    bad = [
        world.tenant(namespace=tenant.namespace, name=f"bad-{number}", host=f"bad-{number}.{above}")
        for number in range(2 * WORKERS)
    ]
    world.powerdns_proxy.inject(HANGS, path="zones/bad-")
    for each in bad:
        each.create(sources=[{"name": each.name, "type": "AnalyticsJS", "writeKey": each.name}])
    for each in bad:
        each.wait_for("Accepted")
    good = world.tenant()
    with Machine() as machine:
        good.create()
        until(lambda: good.condition("Accepted"), "the first status")
        assert machine.net() <= 1
        good.serve()
        assert machine.net() <= 15
    for each in bad:
        each.delete()
    for each in bad:
        each.until_deleted()


def test_while_the_provider_hangs_what_was_deleted_in_the_cluster_is_put_back_soon(
    world: OperatedWorld, tenant: Tenant, unharmed: Tenant
):
    tenant.serve()
    world.powerdns_proxy.inject(HANGS)
    tenant.recheck()
    late = "The DNS provider did not answer in time."
    until(lambda: late in (tenant.condition("ZoneReady") or {})["message"], "the failure in the message")
    with Machine() as machine:
        world.api.delete(tenant.child_path("services", "ingestion")).raise_for_status()
        until(lambda: tenant.child("services", "ingestion"), "the Service to be back")
        assert machine.net() <= 5


def test_a_namespace_that_is_deleted_while_the_provider_is_away_ends(world: OperatedWorld, tenant: Tenant):
    tenant.serve()
    world.powerdns.stop()
    namespace = f"/api/v1/namespaces/{tenant.namespace}"
    world.api.delete(namespace).raise_for_status()
    until(lambda: world.get(namespace) is None, "the namespace to be gone", timeout=120)
    assert "releaseTime" in (tenant.claim() or {"spec": {}})["spec"]
    world.powerdns.start()
    tenant.remove_ns_records()
    tenant.until_forgotten()
