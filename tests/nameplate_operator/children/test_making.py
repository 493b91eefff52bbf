"""Children at a real API server: made, they take nothing over; applied again, they lose what is no longer wanted."""

import copy
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.changes import ApplyChild
from nameplate_operator.children.drift import upkeep
from nameplate_operator.children.ingress import ingress
from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, INGRESS, SERVICE, SERVICE_ACCOUNT
from nameplate_operator.ports import Conflict, Kind, Ports, Ref
from nameplate_operator.settings import RouteSettings
from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.adapters.api_server import requests_as
from tests.nameplate_operator.builders import a_domain, memory_ports

GOLDEN = Path(__file__).parents[1] / "golden"
KINDS: dict[str, Kind] = {
    "service-account": SERVICE_ACCOUNT,
    "settings-map": CONFIG_MAP,
    "deployment": DEPLOYMENT,
    "service": SERVICE,
    "ingress": INGRESS,
}


@pytest.fixture
async def ports(served_kinds: ClusterAccess) -> AsyncIterator[Ports]:
    async with requests_as(served_kinds.admin_kubeconfig) as requests:
        yield replace(memory_ports(), cluster=KubernetesCluster(requests, KINDS.values(), Events(requests, "test")))


@pytest.fixture(params=KINDS)
def child(request: pytest.FixtureRequest, namespace: str) -> dict[str, Any]:
    """One of the children in a namespace of its own, without an owner that garbage collection would miss."""
    if request.param == "ingress":
        built = ingress(a_domain(), RouteSettings())
    else:
        built = yaml.safe_load((GOLDEN / f"{request.param}.yaml").read_text())
    built["metadata"] |= {"namespace": namespace}
    del built["metadata"]["ownerReferences"]
    return built


def ref(child: dict[str, Any]) -> Ref:
    (kind,) = (kind for kind in KINDS.values() if kind.kind == child["kind"])
    return Ref(kind, child["metadata"]["name"], child["metadata"]["namespace"])


def change(wanted: dict[str, Any], live: Any) -> ApplyChild:
    (made,) = upkeep(wanted, live)
    return made


async def test_what_a_stranger_made_since_the_look_is_left_as_it_is(ports: Ports, child: dict[str, Any]) -> None:
    first = change(child, await ports.cluster.get(ref(child)))
    strange = copy.deepcopy(child)
    strange["metadata"]["labels"] = {"app": "stranger"}
    await ports.cluster.create(strange)
    before = await ports.cluster.get(ref(child))
    with pytest.raises(Conflict):
        await first.apply(ports)
    now = await ports.cluster.get(ref(child)) or {}
    # Controllers write its status.
    seen = [{part: (each or {}).get(part) for part in ("spec", "data")} for each in (before, now)]
    assert seen[0] == seen[1]
    assert now["metadata"]["labels"] == {"app": "stranger"}
    assert "annotations" not in now["metadata"] or "nameplate.dev/applied" not in now["metadata"]["annotations"]
    assert "nameplate/children" not in {each["manager"] for each in now["metadata"]["managedFields"]}


async def test_a_child_that_was_made_is_as_it_must_be(ports: Ports, child: dict[str, Any]) -> None:
    await change(child, None).apply(ports)
    assert upkeep(child, await ports.cluster.get(ref(child))) == ()


async def test_what_the_making_set_is_taken_away_by_a_later_apply(ports: Ports, child: dict[str, Any]) -> None:
    more = copy.deepcopy(child)
    more["metadata"]["labels"] |= {"nameplate.dev/former": "yes"}
    if child["kind"] == "ConfigMap":
        more["data"]["former.json"] = "{}"
    await change(more, None).apply(ports)
    await change(child, await ports.cluster.get(ref(child))).apply(ports)
    now = await ports.cluster.get(ref(child)) or {}
    assert now["metadata"]["labels"] == child["metadata"]["labels"]
    assert now.get("data") == child.get("data")
    assert upkeep(child, now) == ()
