"""Every Cluster keeps what the port promises: over a real API server, with and without the watch, and in memory."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nameplate_operator.adapters.kubernetes_children import ChildWatch
from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.kinds import CONFIG_MAP, CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Cluster, Conflict, Ref
from tests.nameplate_operator.adapters.api_server import KINDS, config_map, labelled, requests_as
from tests.nameplate_operator.builders import claim_manifest, domain_manifest
from tests.nameplate_operator.memory_cluster import MemoryCluster


@pytest.fixture(params=["memory", "api server", "api server and watch"])
async def cluster(request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    if request.param == "memory":
        yield MemoryCluster()
        return
    control_plane = request.getfixturevalue("served_kinds")
    async with requests_as(control_plane.admin_kubeconfig) as requests:
        if request.param == "api server":
            yield KubernetesCluster(requests, KINDS, Events(requests, "test"))
            return
        children = ChildWatch(requests, lambda _: None, (CONFIG_MAP,))
        serving = asyncio.create_task(children.serve())
        await children.wait_for_lists()
        yield KubernetesCluster(requests, KINDS, Events(requests, "test"), children)
        serving.cancel()
        await asyncio.wait([serving])


@pytest.fixture
def place(request: pytest.FixtureRequest, cluster: Cluster) -> str:
    """A namespace for one test."""
    return "acme" if isinstance(cluster, MemoryCluster) else str(request.getfixturevalue("namespace"))


@pytest.fixture
def child(place: str) -> dict[str, Any]:
    return labelled(config_map(place, "web-ingestion", first="1"))


def ref(place: str, name: str = "web-ingestion") -> Ref:
    return Ref(CONFIG_MAP, name, place)


class TestReading:
    async def test_what_is_not_there_is_none(self, cluster: Cluster, place: str) -> None:
        assert await cluster.get(ref(place)) is None

    async def test_what_was_made_is_read_at_once(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        made = await cluster.create(child)
        found = await cluster.get(ref(place))
        assert found is not None
        assert found["data"] == {"first": "1"}
        assert (found["apiVersion"], found["kind"]) == ("v1", "ConfigMap")
        assert found["metadata"]["uid"] == made["metadata"]["uid"]

    async def test_an_object_of_a_childs_name_without_our_label_is_seen(self, cluster: Cluster, place: str) -> None:
        await cluster.create(config_map(place, "web-ingestion", foreign="yes"))
        found = await cluster.get(ref(place))
        assert found is not None
        assert found["data"] == {"foreign": "yes"}

    async def test_a_list_keeps_to_labels_and_namespace(self, cluster: Cluster, place: str) -> None:
        await cluster.create(labelled(config_map(place, "one"), "web"))
        await cluster.create(labelled(config_map(place, "two"), "shop"))
        labels = {"nameplate.dev/domain": "shop"}
        found = await cluster.list(CONFIG_MAP, namespace=place, labels=labels)
        assert [(each["kind"], each["metadata"]["name"]) for each in found] == [("ConfigMap", "two")]
        everywhere = await cluster.list(CONFIG_MAP, labels=labels)
        assert place in {each["metadata"]["namespace"] for each in everywhere}

    async def test_cluster_scoped_objects_have_no_namespace(self, cluster: Cluster, place: str) -> None:
        name = f"cdp-{uuid.uuid4().hex[:8]}.acme.com"
        made = await cluster.create(claim_manifest(name))
        claim = Ref(DOMAIN_CLAIM, name)
        assert (await cluster.get(claim) or {})["metadata"]["uid"] == made["metadata"]["uid"]
        assert name in {each["metadata"]["name"] for each in await cluster.list(DOMAIN_CLAIM)}
        await cluster.delete(claim, uid=made["metadata"]["uid"])
        assert await cluster.get(claim) is None


class TestCreate:
    async def test_a_second_of_the_name_conflicts(self, cluster: Cluster, child: dict[str, Any]) -> None:
        await cluster.create(child)
        with pytest.raises(Conflict):
            await cluster.create(child)


class TestApply:
    async def test_it_makes_what_is_not_there(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        await cluster.apply(child, "nameplate/children")
        assert (await cluster.get(ref(place)) or {})["data"] == {"first": "1"}

    async def test_it_takes_fields_over_from_others(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        uid = (await cluster.create(child))["metadata"]["uid"]
        meant = {**child, "metadata": child["metadata"] | {"uid": uid}, "data": {"first": "2"}}
        applied = await cluster.apply(meant, "nameplate/children")
        assert applied["data"] == {"first": "2"}
        assert (await cluster.get(ref(place)) or {})["data"] == {"first": "2"}

    async def test_without_a_uid_it_leaves_what_is_there_as_it_is(
        self, cluster: Cluster, place: str, child: dict[str, Any]
    ) -> None:
        await cluster.create(config_map(place, "web-ingestion", foreign="yes"))
        before = await cluster.get(ref(place))
        with pytest.raises(Conflict):
            await cluster.apply(child, "nameplate/children")
        assert await cluster.get(ref(place)) == before

    async def test_of_many_that_make_it_at_once_one_does(
        self, cluster: Cluster, place: str, child: dict[str, Any]
    ) -> None:
        racers = [cluster.apply({**child, "data": {"first": str(number)}}, "nameplate/children") for number in range(8)]
        outcomes = await asyncio.gather(*racers, return_exceptions=True)
        (made,) = (outcome for outcome in outcomes if not isinstance(outcome, BaseException))
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
        assert (await cluster.get(ref(place)) or {})["data"] == made["data"]

    async def test_the_uid_of_another_conflicts(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        await cluster.create(child)
        other = {**child, "metadata": child["metadata"] | {"uid": str(uuid.uuid4())}, "data": {"first": "2"}}
        with pytest.raises(Conflict):
            await cluster.apply(other, "nameplate/children")
        assert (await cluster.get(ref(place)) or {})["data"] == {"first": "1"}

    async def test_the_uid_of_what_is_gone_conflicts(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        gone = {**child, "metadata": child["metadata"] | {"uid": str(uuid.uuid4())}}
        with pytest.raises(Conflict):
            await cluster.apply(gone, "nameplate/children")
        assert await cluster.get(ref(place)) is None


class TestPatch:
    async def test_it_merges(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        await cluster.create({**child, "data": {"first": "1", "second": "2"}})
        await cluster.patch(ref(place), {"data": {"first": None, "third": "3"}})
        assert (await cluster.get(ref(place)) or {})["data"] == {"second": "2", "third": "3"}

    async def test_what_is_gone_conflicts(self, cluster: Cluster, place: str) -> None:
        with pytest.raises(Conflict):
            await cluster.patch(ref(place), {"data": {"first": "2"}})

    @pytest.mark.parametrize("kind", [CONFIG_MAP, CUSTOM_DOMAIN])
    async def test_another_uid_conflicts(self, cluster: Cluster, place: str, kind: Any, child: dict[str, Any]) -> None:
        manifest = child if kind is CONFIG_MAP else domain_manifest("web-ingestion", place)
        await cluster.create(manifest)
        changes = {"metadata": {"uid": str(uuid.uuid4()), "annotations": {"a": "b"}}}
        with pytest.raises(Conflict):
            await cluster.patch(Ref(kind, "web-ingestion", place), changes)

    async def test_an_older_version_conflicts(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        made = await cluster.create(child)
        await cluster.patch(ref(place), {"data": {"first": "2"}})
        version = {"resourceVersion": made["metadata"]["resourceVersion"]}
        with pytest.raises(Conflict):
            await cluster.patch(ref(place), {"metadata": version, "data": {"first": "3"}})
        assert (await cluster.get(ref(place)) or {})["data"] == {"first": "2"}


class TestDelete:
    async def test_it_is_gone_at_once_and_may_be_said_again(
        self, cluster: Cluster, place: str, child: dict[str, Any]
    ) -> None:
        uid = (await cluster.create(child))["metadata"]["uid"]
        await cluster.delete(ref(place), uid=uid)
        assert await cluster.get(ref(place)) is None
        await cluster.delete(ref(place), uid=uid)

    async def test_what_stands_in_its_place_is_left_alone(
        self, cluster: Cluster, place: str, child: dict[str, Any]
    ) -> None:
        await cluster.create(child)
        with pytest.raises(Conflict):
            await cluster.delete(ref(place), uid=str(uuid.uuid4()))
        assert await cluster.get(ref(place)) is not None

    async def test_an_older_version_is_left_alone(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        meta = (await cluster.create(child))["metadata"]
        await cluster.patch(ref(place), {"data": {"first": "2"}})
        with pytest.raises(Conflict):
            await cluster.delete(ref(place), uid=meta["uid"], resource_version=meta["resourceVersion"])
        assert await cluster.get(ref(place)) is not None

    async def test_a_finalizer_holds_it(self, cluster: Cluster, place: str, child: dict[str, Any]) -> None:
        guarded = {**child, "metadata": child["metadata"] | {"finalizers": ["test.nameplate.dev/held"]}}
        uid = (await cluster.create(guarded))["metadata"]["uid"]
        await cluster.delete(ref(place), uid=uid)
        assert "deletionTimestamp" in (await cluster.get(ref(place)) or {})["metadata"]
        await cluster.patch(ref(place), {"metadata": {"finalizers": []}})
        assert await cluster.get(ref(place)) is None


class TestApplyStatus:
    async def test_it_writes_status_and_nothing_else(self, cluster: Cluster, place: str) -> None:
        made = await cluster.create(domain_manifest("web", place))
        status = {"observedGeneration": 1, "nextCheckTime": "2030-01-01T00:00:00Z"}
        metadata = {"name": "web", "namespace": place, "uid": made["metadata"]["uid"]}
        head = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "metadata": metadata}
        await cluster.apply_status({**head, "status": status}, "nameplate/status")
        found = await cluster.get(Ref(CUSTOM_DOMAIN, "web", place)) or {}
        assert found["status"] == status
        assert found["spec"] == made["spec"]
        del status["nextCheckTime"]
        await cluster.apply_status({**head, "status": status}, "nameplate/status")
        assert (await cluster.get(Ref(CUSTOM_DOMAIN, "web", place)) or {})["status"] == status

    async def test_what_is_gone_conflicts(self, cluster: Cluster, place: str) -> None:
        manifest = domain_manifest("web", place)
        meta = {**manifest["metadata"], "uid": str(uuid.uuid4())}
        head = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "metadata": meta}
        with pytest.raises(Conflict):
            await cluster.apply_status({**head, "status": {"observedGeneration": 1}}, "nameplate/status")
