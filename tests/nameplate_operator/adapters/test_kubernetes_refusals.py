"""What a cluster forbids comes out with its name and the way out: rights, quotas, admission policies, immutable fields.

The texts are the real API server's; what a policy or a field holds is neither in a message nor in the log.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.kinds import CONFIG_MAP, CUSTOM_DOMAIN, SECRET
from nameplate_operator.ports import Conflict, Forbidden, ProviderError, Ref
from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import until
from tests.nameplate_operator.adapters.admission import Policy, serving_webhook, webhook
from tests.nameplate_operator.adapters.api_server import KINDS, config_map, requests_as, through
from tests.world.http_faults import FaultProxy, HttpFault

REFUSED = (True, 60.0)
"""A person must mend it, and nothing tells us when."""


@pytest.fixture
async def cluster(served_kinds: ClusterAccess) -> AsyncIterator[KubernetesCluster]:
    async with opened(served_kinds.admin_kubeconfig) as cluster:
        yield cluster


@asynccontextmanager
async def opened(kubeconfig: Path) -> AsyncIterator[KubernetesCluster]:
    async with requests_as(kubeconfig) as requests:
        yield KubernetesCluster(requests, KINDS, Events(requests, "test"))


async def refused(cluster: KubernetesCluster, manifest: dict[str, Any]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await cluster.apply(manifest, "nameplate/children")
    assert not isinstance(caught.value, Conflict)
    return caught.value


async def in_force(cluster: KubernetesCluster, manifest: dict[str, Any]) -> None:
    """Wait until what was applied just now refuses the object."""
    async with asyncio.timeout(60):
        while True:
            try:
                await cluster.create(manifest)
            except Conflict:
                pass
            except ProviderError:
                return
            await asyncio.sleep(0.05)


async def test_a_quota_is_named(cluster: KubernetesCluster, served_kinds: ClusterAccess, namespace: str) -> None:
    served_kinds.kubectl("create", "quota", "tight", "--hard=configmaps=0", "-n", namespace)
    hard = ("get", "quota", "tight", "-n", namespace, "-o", "jsonpath={.status.hard}")
    until(lambda: served_kinds.kubectl(*hard), "the quota to be counted")
    error = await refused(cluster, config_map(namespace, "one"))
    assert error.message == (
        f"The ResourceQuota tight leaves no room for ConfigMap {namespace}/one. Raise it, or delete what is not needed."
    )
    assert (error.reason, (error.refused, error.retry_after)) == (Reason.QUOTA_EXCEEDED, REFUSED)


@pytest.fixture
def policy(served_kinds: ClusterAccess, namespace: str) -> Iterator[Policy]:
    with Policy(served_kinds, namespace) as policy:
        yield policy


@pytest.mark.parametrize("reason", ["Invalid", "Forbidden", "RequestEntityTooLarge"])
async def test_an_admission_policy_is_named_whatever_status_it_gives(
    cluster: KubernetesCluster, policy: Policy, namespace: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    policy.deny(reason)
    caplog.set_level(logging.INFO, "nameplate_operator")
    await in_force(cluster, config_map(namespace, "one", key="v4lue"))
    error = await refused(cluster, config_map(namespace, "two", key="v4lue"))
    assert error.message == (
        f"The admission policy {policy.name} of this cluster refuses ConfigMap {namespace}/two. "
        "Ask whoever runs it to let it in."
    )
    assert (error.reason, (error.refused, error.retry_after)) == (Reason.POLICY_DENIED, REFUSED)
    assert "denied request: it says v4lue" in caplog.text


async def test_what_a_policy_says_of_a_secret_stays_out_of_the_log(
    cluster: KubernetesCluster, policy: Policy, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    policy.deny("Invalid")
    caplog.set_level(logging.DEBUG, "nameplate_operator")
    await in_force(cluster, secret(namespace, "first", "djRsdWU="))
    error = await refused(cluster, secret(namespace, "second", "djRsdWU="))
    assert error.reason == Reason.POLICY_DENIED
    assert "djRsdWU=" not in caplog.text + error.message


@pytest.mark.parametrize("code", [None, 403, 404, 409, 422, 429, 500])
async def test_an_admission_webhook_is_named_whatever_status_it_gives(
    cluster: KubernetesCluster, served_kinds: ClusterAccess, namespace: str, tmp_path: Path, code: int | None
) -> None:
    async with serving_webhook(tmp_path, {"message": "never"} | ({"code": code} if code else {})) as server:
        with webhook(served_kinds, namespace, server) as name:
            await in_force(cluster, config_map(namespace, "one"))
            error = await refused(cluster, config_map(namespace, "two"))
    assert error.message == (
        f"The admission policy {name} of this cluster refuses ConfigMap {namespace}/two. "
        "Ask whoever runs it to let it in."
    )
    assert (error.reason, (error.refused, error.retry_after)) == (Reason.POLICY_DENIED, REFUSED)


async def test_a_webhook_that_does_not_answer_is_named(
    cluster: KubernetesCluster, served_kinds: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    async with serving_webhook(tmp_path, {}) as server:
        pass
    with webhook(served_kinds, namespace, server) as name:
        await in_force(cluster, config_map(namespace, "one"))
        error = await refused(cluster, config_map(namespace, "two"))
    assert error.message == (
        f"The admission webhook {name} of this cluster, which must let ConfigMap {namespace}/two in, does not answer."
    )
    assert (error.reason, error.refused) == (Reason.PROVIDER_UNAVAILABLE, False)


async def test_a_field_that_is_immutable_is_named_with_the_command_that_makes_room_for_it(
    cluster: KubernetesCluster, namespace: str
) -> None:
    made = await cluster.create(deployment(namespace, "old"))
    wanted = deployment(namespace, "new")
    wanted["metadata"]["uid"] = made["metadata"]["uid"]
    error = await refused(cluster, wanted)
    assert error.message == (
        f"Deployment {namespace}/web must change in spec.selector, which is immutable. "
        f"Delete it, and it is made anew: kubectl delete deployment web -n {namespace}"
    )
    assert (error.reason, (error.refused, error.retry_after)) == (Reason.IMMUTABLE_FIELD, REFUSED)


def secret(namespace: str, name: str, key: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"key": key}}


def deployment(namespace: str, app: str) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "one", "image": "x"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": app}}, "template": template},
    }


async def test_nobody_is_told_to_delete_a_secret(cluster: KubernetesCluster, namespace: str) -> None:
    made = await cluster.create(secret(namespace, "authority", "YQ==") | {"immutable": True})
    wanted = secret(namespace, "authority", "Yg==")
    wanted["metadata"]["uid"] = made["metadata"]["uid"]
    error = await refused(cluster, wanted)
    assert error.message == (
        f"Secret {namespace}/authority must change in data, which is immutable. Whoever made it so must replace it."
    )


async def test_a_404_from_in_front_of_the_api_server_is_no_missing_object(
    served_kinds: ClusterAccess, api_proxy: FaultProxy, namespace: str, tmp_path: Path
) -> None:
    api_proxy.inject(HttpFault(status=404, body=b"<html>no</html>"))
    async with opened(through(api_proxy, served_kinds, tmp_path)) as cluster:
        for ref in (Ref(CONFIG_MAP, "one", namespace), Ref(CUSTOM_DOMAIN, "web", namespace)):
            with pytest.raises(ProviderError) as looked:
                await cluster.get(ref)
            with pytest.raises(ProviderError) as deleted:
                await cluster.delete(ref, uid="1")
            assert not {type(looked.value), type(deleted.value)} & {Conflict, Forbidden}


GRANT = "kubectl create rolebinding nameplate-domain --clusterrole=nameplate-domain"
RELEASE = "Platform team: apply the ClusterRoles and Roles of this release."


async def test_a_right_that_is_missing_is_named_with_the_command_that_grants_it(
    served_kinds: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    served_kinds.kubectl("create", "serviceaccount", "operator", "-n", namespace)
    token = served_kinds.token(namespace, "operator")
    there = "default"
    grant = f"{GRANT} --serviceaccount={namespace}:operator -n {there}"
    async with opened(served_kinds.kubeconfig_for_token(token, tmp_path / "kubeconfig")) as cluster:
        for attempt, expected in (
            (
                cluster.apply(config_map(there, "one"), "m"),
                f"patch configmaps in the namespace {there}. Allow it: {grant}",
            ),
            (cluster.get(Ref(SECRET, "one", there)), f"get secrets in the namespace {there}. Allow it: {grant}"),
            (cluster.get(Ref(CONFIG_MAP, "one", there)), f"get configmaps in the namespace {there}. {RELEASE}"),
            (cluster.get(Ref(SECRET, "ca", namespace)), f"get secrets in the namespace {namespace}. {RELEASE}"),
            (cluster.list(CUSTOM_DOMAIN), f"list customdomains.nameplate.dev. {RELEASE}"),
        ):
            with pytest.raises(Forbidden) as caught:
                await attempt
            assert caught.value.message == f"The operator may not {expected}"
