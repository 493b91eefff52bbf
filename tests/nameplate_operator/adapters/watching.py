"""A child watch over a real API server behind a fault proxy, and what it woke."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nameplate_operator.adapters.kubernetes_children import ChildWatch
from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_watch import Pace
from nameplate_operator.kinds import CONFIG_MAP, CUSTOM_DOMAIN
from nameplate_operator.ports import Kind, Ref
from tests.cluster.waiting import eventually
from tests.nameplate_operator.adapters.api_server import KINDS, requests_as

QUICK = Pace(first_retry_after=0.05, longest_retry_after=0.5, refused_every=0.2)


@dataclass
class Watched:
    """What the watch knows and told."""

    cluster: KubernetesCluster
    children: ChildWatch
    woken: list[Ref] = field(default_factory=list)

    def data(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Return the data of a ConfigMap as the mirror holds it, not asking the server."""
        mirror = self.children.mirror(CONFIG_MAP, namespace)
        found = mirror.get(namespace, name) if mirror else None
        return None if found is None else dict(found.get("data", {}))

    async def wakes(self, name: str, namespace: str, within: float = 20.0) -> None:
        """Wait until this CustomDomain is woken."""
        await eventually(
            lambda: Ref(CUSTOM_DOMAIN, name, namespace) in self.woken, f"{name} to be woken", timeout=within
        )

    async def current(self, within: float = 20.0) -> None:
        """Wait until the watch can be believed."""
        async with asyncio.timeout(within):
            await self.children.wait_for_lists()


@contextlib.asynccontextmanager
async def watching(
    kubeconfig: Path, *, pace: Pace = QUICK, kinds: Sequence[Kind] = (CONFIG_MAP,), by_namespace: Sequence[Kind] = ()
) -> AsyncIterator[Watched]:
    """Watch as whoever the kubeconfig says."""
    woken: list[Ref] = []
    async with requests_as(kubeconfig) as requests:
        children = ChildWatch(requests, woken.append, kinds, by_namespace, pace)
        serving = asyncio.create_task(children.serve())
        try:
            cluster = KubernetesCluster(requests, KINDS, Events(requests, "test"), children)
            watched = Watched(cluster, children, woken)
            await watched.current()
            yield watched
        finally:
            serving.cancel()
            await asyncio.wait([serving])
