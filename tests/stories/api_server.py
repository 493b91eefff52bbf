"""The operator's own adapter of the Kubernetes API, as administrator of a control plane for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_login import login
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Kind
from tests.cluster.access import ClusterAccess

NAMESPACE = Kind("v1", "Namespace", "namespaces")


@asynccontextmanager
async def cluster_of(access: ClusterAccess) -> AsyncIterator[KubernetesCluster]:
    """Yield the cluster, once it serves our kinds: for a moment after a definition came it puts off every request."""
    requests = Requests(await login({"KUBECONFIG": str(access.admin_kubeconfig)}))
    try:
        kinds = (NAMESPACE, CUSTOM_DOMAIN, DOMAIN_CLAIM)
        cluster = KubernetesCluster(requests, kinds, Events(requests, instance="story"))
        await cluster.wait_for_kinds(kinds, look_every=0.05)
        for kind in kinds:
            await cluster.list(kind)
        yield cluster
    finally:
        await requests.close()
