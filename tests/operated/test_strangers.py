"""A stranger's object that takes a child's name in the very moment in which the child is made."""

import pytest

from tests.cluster.waiting import until
from tests.operated.tenant import PATHS, Tenant
from tests.operated.world import OperatedWorld
from tests.world.http_faults import HttpFault

STRANGE = {
    "configmaps": {"apiVersion": "v1", "kind": "ConfigMap", "data": {"settings.json": "mine"}},
    "services": {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"name": "other", "port": 4711}]}},
}


@pytest.mark.parametrize("plural", STRANGE)
def test_a_stranger_who_is_quicker_keeps_what_is_theirs_and_the_domain_says_so(
    world: OperatedWorld, tenant: Tenant, plural: str
):
    metadata = {"name": f"{tenant.name}-ingestion", "namespace": tenant.namespace}
    made = []

    def be_quicker(_exchange: object) -> None:
        path = f"{PATHS[plural]}/namespaces/{tenant.namespace}/{plural}"
        answer = world.api.post(path, json=STRANGE[plural] | {"metadata": metadata})
        made.append(answer.raise_for_status().json())

    where = f"{tenant.namespace}/{plural}/{tenant.name}-ingestion$"
    world.api_proxy.inject(HttpFault(hook=be_quicker), methods={"PATCH", "POST"}, path=where, times=1)
    tenant.apply()
    tenant.enter_ns_records()
    message = tenant.wait_for("IngestionAvailable", "False", "NameConflict")["message"]
    assert f"{tenant.namespace}/{tenant.name}-ingestion exists and does not belong to this CustomDomain" in message
    assert tenant.child(plural, "ingestion") == made[0]
    world.api.delete(tenant.child_path(plural, "ingestion")).raise_for_status()
    until(lambda: tenant.child(plural, "ingestion") != made[0], "the stranger's to be gone")
    tenant.recheck()
    tenant.ready()
