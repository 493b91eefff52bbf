"""kopf's watch with the lookout and the queue behind it, and passes that are only noted."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.kopf_settings import kopf_settings
from nameplate_operator.kopf_watch import WATCHED, Access, KopfWatch
from nameplate_operator.lookout import Lookout
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Kind, Manifest, Ref
from nameplate_operator.resync import Resync
from nameplate_operator.work_queue import Time, WorkQueue
from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import eventually
from tests.nameplate_operator.builders import domain_manifest

PATH = "/apis/nameplate.dev/v1alpha1"


class LiveList:
    """As much of a cluster port as the resync needs, straight from the API server, in one namespace."""

    def __init__(self, cluster: ClusterAccess, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    async def list(self, kind, *, namespace="", labels=None):  # type: ignore[no-untyped-def]
        if kind != CUSTOM_DOMAIN:
            return []
        async with self._cluster.async_client() as client:
            answer = await client.get(f"{PATH}/namespaces/{self._namespace}/{kind.plural}")
            return answer.raise_for_status().json()["items"]


class Watching:
    """A running watch; `passes` are the objects that were looked at, in order, `logins` the instants of each login."""

    def __init__(self, server: str, cluster: ClusterAccess, namespace: str) -> None:
        self.namespace = namespace
        self.cluster = cluster
        self.passes: list[str] = []
        self.logins: list[float] = []
        self._server = server
        self.metrics = Metrics()
        self.settings = kopf_settings()
        self.queue = WorkQueue(self._note, slots=2, metrics=self.metrics, time=Time.of_the_loop())
        self.lookout = Lookout(self.queue, self.metrics)
        self.watch = KopfWatch(self._heed, self._login, self.settings)
        live = LiveList(cluster, namespace)
        self.resync = Resync(live, self.lookout, WATCHED, every=600, missed_after=0.5)  # type: ignore[arg-type]
        self.serving: asyncio.Task[None] | None = None

    async def _login(self) -> Access:
        self.logins.append(time.monotonic())
        return Access(self._server)

    def _heed(self, type_: str | None, kind: Kind, manifest: Manifest) -> None:
        # Other tests run in other namespaces of the same API server.
        if manifest["metadata"].get("namespace") == self.namespace:
            self.lookout.heed(type_, kind, manifest)

    async def _note(self, ref: Ref) -> None:
        self.passes.append(ref.name)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Watching"]:
        self.queue.start()
        self.serving = asyncio.create_task(self.watch.serve())
        try:
            yield self
        finally:
            self.serving.cancel()
            await asyncio.wait([self.serving])
            await self.queue.stop(1)

    async def passed(self, name: str, times: int = 1) -> None:
        """Wait until an object was looked at so many times."""
        await eventually(lambda: self.passes.count(name) >= times, f"{times} passes over {name}: {self.passes}")

    async def fence(self) -> None:
        """Wait until all that happened before has been heard: a watch keeps the order of one kind."""
        name = f"fence-{len(self.passes)}"
        await asyncio.to_thread(self.create, name)
        await self.passed(name)

    def create(self, name: str, **meta: object) -> dict[str, object]:
        manifest = domain_manifest(name, self.namespace, domain=f"{name}.{self.namespace}.acme.com")
        manifest["metadata"] |= meta
        return self._call("POST", "", manifest)

    def patch(self, name: str, changes: dict[str, object], subresource: str = "") -> dict[str, object]:
        return self._call("PATCH", f"/{name}{subresource}", changes)

    def get(self, name: str) -> dict[str, object]:
        return self._call("GET", f"/{name}")

    def delete(self, name: str) -> None:
        self._call("DELETE", f"/{name}")

    def _call(self, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        headers = {"Content-Type": "application/merge-patch+json"} if method == "PATCH" else {}
        with self.cluster.client() as client:
            url = f"{PATH}/namespaces/{self.namespace}/customdomains{path}"
            answer = client.request(method, url, json=body, headers=headers)
            if answer.is_error:
                raise AssertionError(answer.text)
            return answer.json()
