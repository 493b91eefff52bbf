"""SelfSignedAuthority on a real API server: the Secrets as they stand there, over one succession."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_login import login
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from nameplate_operator.ports import CertificateRequest, Holding
from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.adapters.issuing import SECRET, looked_after, request
from tests.nameplate_operator.builders import domain_manifest
from tests.nameplate_operator.memory_ports import EPOCH

DAY = timedelta(days=1)


@pytest.fixture
async def cluster(served_kinds: ClusterAccess) -> AsyncIterator[KubernetesCluster]:
    requests = Requests(await login({"KUBECONFIG": str(served_kinds.admin_kubeconfig)}))
    yield KubernetesCluster(requests, [SECRET], Events(requests, instance="test"))
    await requests.close()


@pytest.fixture
def wanted(served_kinds: ClusterAccess, namespace: str) -> CertificateRequest:
    """The request of a CustomDomain that exists, so that garbage collection leaves its Secret alone."""
    manifest = json.dumps(domain_manifest(namespace=namespace))
    made = json.loads(served_kinds.kubectl("create", "--filename", "-", "--output", "json", stdin=manifest))
    asked = request(uid=made["metadata"]["uid"])
    return replace(asked, secret=replace(asked.secret, namespace=namespace))


def stored(access: ClusterAccess, namespace: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        access.kubectl("get", "secret", name, "--namespace", namespace, "--output", "json")
    )
    return found


async def test_secrets_stand_as_they_must_over_one_succession(
    cluster: KubernetesCluster, served_kinds: ClusterAccess, namespace: str, wanted: CertificateRequest
) -> None:
    authority = SelfSignedAuthority(cluster, namespace)
    assert await authority.observe(wanted, EPOCH) == Holding()
    assert (await looked_after(authority, wanted, EPOCH)).current
    first = stored(served_kinds, namespace, "web-tls")
    assert first["type"] == "kubernetes.io/tls"
    assert first["metadata"]["labels"] == wanted.labels
    assert first["metadata"]["ownerReferences"] == [dict(wanted.owner)]

    await authority.issue(wanted, EPOCH + DAY)
    again = stored(served_kinds, namespace, "web-tls")
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]

    await looked_after(authority, wanted, EPOCH + 61 * DAY)
    renewed = stored(served_kinds, namespace, "web-tls")
    assert renewed["metadata"]["uid"] == first["metadata"]["uid"]
    assert renewed["data"]["tls.crt"] != first["data"]["tls.crt"]
    assert renewed["data"]["ca.crt"] == first["data"]["ca.crt"]

    await looked_after(authority, wanted, EPOCH + (5 * 365 - 180) * DAY)
    before = stored(served_kinds, namespace, "nameplate-ca")["data"]
    assert set(before) == {"ca.crt", "ca.key", "successor.crt", "successor.key"}
    await looked_after(authority, wanted, EPOCH + (5 * 365 - 90) * DAY)
    after = stored(served_kinds, namespace, "nameplate-ca")["data"]
    assert after == {"ca.crt": before["successor.crt"], "ca.key": before["successor.key"]}
    assert stored(served_kinds, namespace, "web-tls")["data"]["ca.crt"] == after["ca.crt"]


async def test_a_secret_of_another_type_in_its_place_is_replaced(
    cluster: KubernetesCluster, served_kinds: ClusterAccess, namespace: str, wanted: CertificateRequest
) -> None:
    opaque = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "web-tls",
            "namespace": namespace,
            "labels": dict(wanted.labels),
            "ownerReferences": [dict(wanted.owner)],
        },
    }
    served_kinds.kubectl("create", "--filename", "-", stdin=json.dumps(opaque))
    assert (await looked_after(SelfSignedAuthority(cluster, namespace), wanted, EPOCH)).current
    assert stored(served_kinds, namespace, "web-tls")["type"] == "kubernetes.io/tls"
