"""Adapters of the Kubernetes API for tests: as the administrator, as a ServiceAccount, or through a fault proxy."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from nameplate_operator.adapters.kubernetes_login import login
from nameplate_operator.adapters.kubernetes_requests import Requests
from nameplate_operator.kinds import CONFIG_MAP, CUSTOM_DOMAIN, DEPLOYMENT, DOMAIN_CLAIM, SECRET, SERVICE
from tests.cluster.access import ClusterAccess
from tests.cluster.pki import write_kubeconfig
from tests.world.http_faults import FaultProxy

KINDS = (CUSTOM_DOMAIN, DOMAIN_CLAIM, CONFIG_MAP, DEPLOYMENT, SECRET, SERVICE)


@contextlib.asynccontextmanager
async def requests_as(kubeconfig: Path) -> AsyncIterator[Requests]:
    """Yield requests as whoever the kubeconfig says."""
    requests = Requests(await login({"KUBECONFIG": str(kubeconfig)}))
    try:
        yield requests
    finally:
        await requests.close()


def through(proxy: FaultProxy, control_plane: ClusterAccess, directory: Path) -> Path:
    """Return a kubeconfig that leads to a proxy, which speaks as administrator."""
    return write_kubeconfig(directory / "proxied", proxy.url, control_plane.ca_file, {})


def config_map(namespace: str, name: str, **data: str) -> dict[str, Any]:
    """Return a ConfigMap without labels."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def labelled(manifest: dict[str, Any], owner: str = "web") -> dict[str, Any]:
    """Return a manifest with the label of a child of that CustomDomain."""
    metadata = manifest["metadata"] | {"labels": {"nameplate.dev/domain": owner}}
    return {**manifest, "metadata": metadata}
