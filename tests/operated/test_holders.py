"""Who holds a name, with the operator at work: administrators reserve names, and holders are absent all at once."""

import json
from collections.abc import Iterator

import pytest

from tests.cluster.programs import Programs
from tests.cluster.waiting import until
from tests.operated.tenant import Json, Tenant
from tests.operated.world import OperatedWorld


@pytest.fixture
def sweeping_world(built_programs: Programs) -> Iterator[OperatedWorld]:
    """A world of its own in which holders are soon found absent."""
    settings = {"release": {"sweepEvery": 1, "releaseAfter": 2}}
    with OperatedWorld(settings, played=True, built=built_programs) as started:
        yield started


def reserve(world: OperatedWorld, tenant: Tenant) -> None:
    """Keep a tenant's name for its namespace, as an administrator does."""
    reservation = {
        "apiVersion": "nameplate.dev/v1alpha1",
        "kind": "DomainClaim",
        "metadata": {"name": tenant.host, "labels": {"nameplate.dev/reserved": "true"}},
        "spec": {"holder": {"namespace": tenant.namespace}},
    }
    world.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(reservation))


def read_claim(tenant: Tenant) -> Json:
    """Return what the claim of the tenant's name says."""
    claim = tenant.claim()
    assert claim is not None, f"there is no claim of {tenant.host}"
    spec: Json = claim["spec"]
    return spec


def test_a_reserved_name_is_served_for_its_namespace_alone_and_is_reserved_again_after_it(
    world: OperatedWorld, tenant: Tenant
):
    reserve(world, tenant)
    rival = world.tenant(host=tenant.host)
    rival.apply()
    rival.wait_for("Accepted", "False", "NameClaimed")
    tenant.serve()
    assert read_claim(tenant)["holder"] == {"namespace": tenant.namespace, "name": tenant.name}
    tenant.delete()
    tenant.remove_ns_records()
    until(lambda: "token" not in read_claim(tenant), "the name to be reserved again", 90)
    assert read_claim(tenant)["holder"] == {"namespace": tenant.namespace}
    assert {"zone", "releaseTime", "clusterName"}.isdisjoint(read_claim(tenant))
    assert tenant.host not in world.zones()
    assert (rival.condition("Accepted") or {})["reason"] == "NameClaimed"
    world.cluster.kubectl("delete", "domainclaim", tenant.host, "--timeout=60s")
    rival.wait_for("Accepted")


def test_the_sweep_stops_at_its_brake_and_whoever_comes_back_still_has_their_name(sweeping_world: OperatedWorld):
    world = sweeping_world
    tenants = [world.tenant() for _ in range(6)]
    for each in tenants:
        each.create()
    for each in tenants:
        each.wait_for("ZoneReady")
    before = [read_claim(each) for each in tenants]

    world.kill()
    for each in tenants:
        each.vanish()
    world.start()
    until(lambda: "nameplate_sweep_halted 1.0" in world.operator.metrics(), "the brake")
    events = "/api/v1/namespaces/default/events?fieldSelector=reason=SweepHalted"
    until(lambda: (world.get(events) or {})["items"], "the Event that says so")
    assert [read_claim(each) for each in tenants] == before

    world.kill()
    for each in tenants[1:]:
        each.create()
    world.start()
    tenants[0].until_forgotten()
    for each in tenants[1:]:
        each.wait_for("ZoneReady")
    assert [read_claim(each) for each in tenants[1:]] == before[1:]
    assert "nameplate_sweep_halted 0.0" in world.operator.metrics()
