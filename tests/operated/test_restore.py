"""A backup is restored into another cluster, whose operator has the same provider: one zone, one master at a time."""

from collections.abc import Iterator

import pytest

from tests.cluster.waiting import until
from tests.operated.another_cluster import AnotherCluster
from tests.operated.backup import Backup
from tests.operated.certificates import certificate_at_hand
from tests.operated.tenant import Tenant
from tests.operated.world import CLUSTER_NAME, OperatedWorld
from tests.operated.zone_history import Records, ZoneHistory

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def another(own_world: OperatedWorld) -> Iterator[AnotherCluster]:
    """A second cluster, that does not know yet that it is to take over."""
    settings = {"clusterName": "recovery", "release": {"sweepEvery": 1, "releaseAfter": 2}}
    with AnotherCluster(own_world, settings) as started:
        yield started


def see_from(another: AnotherCluster, tenant: Tenant) -> Tenant:
    """Return the same tenant in the other cluster."""
    return another.tenant(namespace=tenant.namespace, host=tenant.host, name=tenant.name)


def list_writes(world: OperatedWorld, tenant: Tenant) -> list[str]:
    """Return what this world's operator told PowerDNS to change in the tenant's zone."""
    asked = (f"{each.method} {each.path}" for each in world.powerdns_proxy.exchanges if each.method in WRITES)
    return [each for each in asked if tenant.host in each]


def see_swept(another: AnotherCluster) -> None:
    """Wait until the sweep has released a name of this cluster whose holder was forced away."""
    forced = another.tenant()
    forced.apply()
    forced.wait_for("Accepted")
    another.kill()
    forced.vanish()
    another.start()
    until(lambda: forced.claim() is None, "the sweep")


def read_addresses(records: Records, host: str) -> list[list[str]]:
    """Return the addresses that a zone gives for each of the names that are served."""
    return [records.get((name, "A"), []) for name in (host, f"api.{host}", f"cdn.{host}")]


def leave_out_addresses(records: Records) -> Records:
    """Return what does not depend on the cluster that serves."""
    return {key: values for key, values in records.items() if key[1] != "A"}


def test_a_domain_that_is_restored_into_another_cluster_is_served_there_from_its_own_zone(
    own_world: OperatedWorld, another: AnotherCluster
):
    tenant = own_world.tenant()
    before = tenant.serve()
    claim, records, zones = tenant.claim(), own_world.zone_records(tenant.host), own_world.zones()
    parent = tenant.parent.changes[-1]
    assert claim is not None
    backup = Backup(own_world, tenant.namespace)
    own_world.kill()
    own_world.edge.refuse_connections()

    with ZoneHistory(own_world, tenant.host) as history:
        there = see_from(another, tenant)
        backup.restore(another, "domainclaims")
        backup.restore(another)
        there.wait_for("Accepted", "False", "HeldByAnotherCluster")
        another.reconfigure({"clusterName": CLUSTER_NAME})
        ready = there.ready()

    taken_over = there.claim()
    assert taken_over is not None
    assert taken_over["metadata"]["uid"] != claim["metadata"]["uid"]
    assert taken_over["spec"] == claim["spec"]
    assert [ready["status"][part] for part in ("nameservers", "records", "endpoints")] == [
        before["status"][part] for part in ("nameservers", "records", "endpoints")
    ]
    assert all(leave_out_addresses(seen) == leave_out_addresses(records) for seen in history.versions)
    old, new = [[own_world.edge.address]] * 3, [[another.edge.address]] * 3
    assert [read_addresses(seen, tenant.host) for seen in history.versions] == [old, new]
    assert own_world.zones() == zones
    assert certificate_at_hand(there) == certificate_at_hand(tenant)
    assert tenant.parent.changes[-1] is parent

    there.delete()
    there.until_released()
    until(lambda: leave_out_addresses(records) == own_world.zone_records(tenant.host), "a bare zone")
    tenant.remove_ns_records()
    there.until_forgotten()


def test_what_is_copied_into_another_cluster_is_left_to_the_first(own_world: OperatedWorld, another: AnotherCluster):
    tenant = own_world.tenant()
    tenant.serve()
    backup, there = Backup(own_world, tenant.namespace), see_from(another, tenant)
    with ZoneHistory(own_world, tenant.host) as history:
        backup.restore(another, "domainclaims")
        copied = there.claim()
        backup.restore(another)
        there.wait_for("Accepted", "False", "HeldByAnotherCluster")
        there.delete()
        until(lambda: there.seen() is None, "the copy to be gone")
        see_swept(another)
        tenant.be_looked_at()
    left = there.claim()
    assert copied is not None
    assert left is not None
    assert [left[part] for part in ("spec", "metadata")] == [copied[part] for part in ("spec", "metadata")]
    assert list_writes(another, tenant) == []
    assert len(history.versions) == 1
    # Nobody took the restored children over, so nothing removes them either.
    [deployment] = there.children()["deployments"]
    assert "ownerReferences" not in deployment["metadata"]
    tenant.ready()


def test_a_domain_that_is_restored_before_its_claim_touches_nothing_and_is_restored_while_no_operator_looks(
    own_world: OperatedWorld, another: AnotherCluster
):
    tenant = own_world.tenant()
    before = tenant.serve()
    backup, there = Backup(own_world, tenant.namespace), see_from(another, tenant)
    own_world.kill()
    own_world.edge.refuse_connections()
    another.reconfigure({"clusterName": CLUSTER_NAME})
    with ZoneHistory(own_world, tenant.host) as history:
        backup.restore(another, "customdomains")
        there.wait_for("ZoneReady", "False", "ZoneConflict")
        there.delete()
        until(lambda: there.seen() is None and there.claim() is None, "the name to be free")
    assert list_writes(another, tenant) == []
    assert len(history.versions) == 1
    another.kill()
    backup.restore(another)
    another.start()
    assert there.ready()["status"]["nameservers"] == before["status"]["nameservers"]
