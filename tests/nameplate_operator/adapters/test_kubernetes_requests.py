"""Faults of the API server come out as errors in words, after a few quick repetitions of safe calls."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_login import login
from nameplate_operator.adapters.kubernetes_requests import Call, Requests
from nameplate_operator.kinds import CONFIG_MAP, CUSTOM_DOMAIN, DEPLOYMENT, DOMAIN_CLAIM
from nameplate_operator.ports import Conflict, Kind, ProviderError, Ref
from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.adapters.api_server import KINDS, config_map, through
from tests.world.http_faults import FaultProxy, HttpFault, Point


@dataclass
class Reached:
    """An adapter behind the proxy, and what it told of its requests."""

    cluster: KubernetesCluster
    requests: Requests
    told: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
async def reached(api_proxy: FaultProxy, served_kinds: ClusterAccess, tmp_path: Path) -> AsyncIterator[Reached]:
    told: list[tuple[str, str]] = []
    configuration = await login({"KUBECONFIG": str(through(api_proxy, served_kinds, tmp_path))})
    requests = Requests(configuration, lambda method, code, _: told.append((method, code)))
    yield Reached(KubernetesCluster(requests, KINDS, Events(requests, "test")), requests, told)
    await requests.close()


SOMETHING = Ref(CONFIG_MAP, "one", "default")


@pytest.mark.parametrize(
    "fault", [HttpFault(status=503), HttpFault(status=429), HttpFault(status=401), HttpFault(drop=True)]
)
async def test_a_fault_that_passes_is_not_noticed(reached: Reached, api_proxy: FaultProxy, fault: HttpFault) -> None:
    api_proxy.inject(fault, times=2)
    assert await reached.cluster.get(SOMETHING) is None
    assert len(api_proxy.exchanges) == 3


@pytest.mark.parametrize(
    ("fault", "reason", "retry_after"),
    [
        (HttpFault(status=500), Reason.PROVIDER_UNAVAILABLE, None),
        (HttpFault(status=503, headers={"Retry-After": "7"}), Reason.PROVIDER_UNAVAILABLE, 7),
        (HttpFault(status=429, headers={"Retry-After": "9"}), Reason.RATE_LIMITED, 9),
        (HttpFault(status=401), Reason.CREDENTIALS_REJECTED, None),
        (HttpFault(drop=True), Reason.PROVIDER_UNAVAILABLE, None),
    ],
)
async def test_a_fault_that_stays_is_an_error_in_words(
    reached: Reached, api_proxy: FaultProxy, fault: HttpFault, reason: Reason, retry_after: float | None
) -> None:
    api_proxy.inject(fault)
    with pytest.raises(ProviderError) as caught:
        await reached.cluster.get(SOMETHING)
    assert (caught.value.reason, caught.value.retry_after, caught.value.refused) == (reason, retry_after, False)
    assert caught.value.message.startswith("The Kubernetes API ")


async def test_a_refused_connection_is_an_error_in_words(
    reached: Reached, api_proxy: FaultProxy, caplog: pytest.LogCaptureFixture
) -> None:
    api_proxy.go_down()
    with caplog.at_level("INFO"), pytest.raises(ProviderError, match="did not answer"):
        await reached.cluster.create(config_map("default", "one"))
    api_proxy.come_up()
    assert "POST /api/v1/namespaces/default/configmaps: no answer: Cannot connect to host" in caplog.text


async def test_silence_ends_after_the_timeout(
    reached: Reached, api_proxy: FaultProxy, caplog: pytest.LogCaptureFixture
) -> None:
    api_proxy.hold()
    async with asyncio.timeout(3):
        with caplog.at_level("INFO"), pytest.raises(ProviderError, match="did not answer"):
            await reached.requests.send(Call("GET", "/api/v1/namespaces", timeout=0.3))
    api_proxy.release()
    assert "GET /api/v1/namespaces: no answer: TimeoutError" in caplog.text


async def test_a_create_whose_answer_was_lost_is_not_sent_twice(
    reached: Reached, api_proxy: FaultProxy, served_kinds: ClusterAccess, namespace: str
) -> None:
    api_proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True), methods={"POST"}, times=1)
    with pytest.raises(ProviderError, match="did not answer"):
        await reached.cluster.create(config_map(namespace, "one"))
    assert [each.method for each in api_proxy.exchanges] == ["POST"]
    assert await reached.cluster.get(Ref(CONFIG_MAP, "one", namespace)) is not None


async def test_an_apply_whose_answer_was_lost_is_sent_again(
    reached: Reached, api_proxy: FaultProxy, namespace: str
) -> None:
    wanted = config_map(namespace, "one", first="1")
    made = await reached.cluster.create(config_map(namespace, "one"))
    wanted["metadata"]["uid"] = made["metadata"]["uid"]
    api_proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True), methods={"PATCH"}, times=1)
    applied = await reached.cluster.apply(wanted, "nameplate/children")
    assert applied["data"] == {"first": "1"}


async def test_of_an_apply_that_made_the_object_the_lost_answer_is_found_by_the_next_look(
    reached: Reached, api_proxy: FaultProxy, namespace: str
) -> None:
    api_proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True), methods={"PATCH"}, times=1)
    with pytest.raises(Conflict):
        await reached.cluster.apply(config_map(namespace, "one", first="1"), "nameplate/children")
    found = await reached.cluster.get(Ref(CONFIG_MAP, "one", namespace)) or {}
    assert found["data"] == {"first": "1"}


async def test_a_namespace_that_is_being_deleted_is_no_missing_right(
    reached: Reached, served_kinds: ClusterAccess, namespace: str
) -> None:
    held = config_map(namespace, "held")
    held["metadata"]["finalizers"] = ["test.nameplate.dev/held"]
    await reached.cluster.create(held)
    served_kinds.kubectl("delete", "namespace", namespace, "--wait=false")
    with pytest.raises(Conflict):
        await reached.cluster.create(config_map(namespace, "one"))
    with pytest.raises(Conflict):
        await reached.cluster.apply(config_map(namespace, "one"), "nameplate/children")
    await reached.cluster.patch(Ref(CONFIG_MAP, "held", namespace), {"metadata": {"finalizers": []}})


async def test_a_refused_object_is_told_by_its_fields_and_not_by_its_values(reached: Reached, namespace: str) -> None:
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "UPPER-secret", "image": "x"}]},
            },
        },
    }
    with pytest.raises(ProviderError) as caught:
        await reached.cluster.create(manifest)
    where = "spec.template.spec.containers[0].name"
    assert caught.value.message == f"Kubernetes refused to create Deployment {namespace}/web because of {where}."


async def test_a_list_of_a_kind_that_is_not_served_is_no_conflict(reached: Reached) -> None:
    with pytest.raises(ProviderError) as caught:
        await reached.cluster.list(Kind("nameplate.dev/v1alpha1", "Unknown", "unknowns"))
    assert not isinstance(caught.value, Conflict)
    assert caught.value.message == "The Kubernetes API did not answer."


async def test_each_request_is_told_with_its_answer(reached: Reached, api_proxy: FaultProxy) -> None:
    api_proxy.inject(HttpFault(status=503), times=1)
    await reached.cluster.get(SOMETHING)
    assert reached.told == [("GET", "503"), ("GET", "404")]


async def test_a_list_whose_continuation_is_too_old_begins_anew(
    reached: Reached, api_proxy: FaultProxy, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nameplate_operator.adapters.kubernetes_cluster._PAGE", "2")
    for number in range(5):
        await reached.cluster.create(config_map(namespace, f"map-{number}"))
    api_proxy.exchanges.clear()
    api_proxy.inject(HttpFault(status=410), path="/configmaps$", nth=2)
    found = await reached.cluster.list(CONFIG_MAP, namespace=namespace)
    names = [each["metadata"]["name"] for each in found if each["metadata"]["name"].startswith("map-")]
    assert names == [f"map-{number}" for number in range(5)]


async def test_it_waits_until_kinds_are_served(reached: Reached, api_proxy: FaultProxy) -> None:
    await reached.cluster.wait_for_kinds((CUSTOM_DOMAIN, DOMAIN_CLAIM, DEPLOYMENT))
    unknown = Kind("nameplate.dev/v1alpha1", "Unknown", "unknowns")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await reached.cluster.wait_for_kinds((CUSTOM_DOMAIN, unknown), look_every=0.05)
    body = json.dumps({"resources": [{"name": "unknowns"}]}).encode()
    api_proxy.inject(HttpFault(status=200, body=body), path="/apis/nameplate.dev/v1alpha1$")
    await asyncio.wait_for(reached.cluster.wait_for_kinds((unknown,)), 5)


async def test_the_pool_is_bounded(reached: Reached, api_proxy: FaultProxy) -> None:
    api_proxy.hold()
    calls: list[asyncio.Task[Any]] = [asyncio.create_task(reached.cluster.get(SOMETHING)) for _ in range(100)]
    await asyncio.wait(calls, timeout=1)
    assert 20 <= len(api_proxy.exchanges) <= 32
    api_proxy.release()
    assert await asyncio.gather(*calls) == [None] * 100
