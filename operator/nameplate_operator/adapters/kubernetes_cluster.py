"""The Kubernetes API as the port that phases and changes speak to."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from nameplate_api.custom_domain import DOMAIN_LABEL
from nameplate_operator.adapters.kubernetes_children import ChildWatch
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_login import login
from nameplate_operator.adapters.kubernetes_mirror import Mirror
from nameplate_operator.adapters.kubernetes_paths import Kinds, path_of
from nameplate_operator.adapters.kubernetes_refusals import require_success
from nameplate_operator.adapters.kubernetes_requests import APPLY, MERGE, Call, Requests
from nameplate_operator.ports import Event, Kind, Manifest, ProviderError, Ref

log = logging.getLogger(__name__)

MANAGER = "nameplate"
"""Field manager of what is created or merged in, beside what is applied under a manager of its own."""
_PAGE = "500"
_VERSION_OF_NONE = "1"
"""A version that no object has, since etcd begins with the next: applied with it, an object is made or refused.

Server-side apply compares versions only where an object exists (k8s.io/apiserver, registry/generic, Store.Update).
"""


class KubernetesCluster:
    """ports.Cluster; ``kinds`` are those that it is given manifests of."""

    def __init__(
        self, requests: Requests, kinds: Iterable[Kind], events: Events, children: ChildWatch | None = None
    ) -> None:
        self._requests = requests
        self._kinds = Kinds(kinds)
        self._events = events
        self._children = children

    async def get(self, ref: Ref) -> Manifest | None:
        """Return a child from the watch where that is up to date; what is not in it may still exist unlabelled."""
        mirror = self._mirror(ref)
        if mirror is not None and mirror.current and (known := mirror.get(ref.namespace, ref.name)) is not None:
            return known
        answer = await self._requests.send(Call("GET", path_of(ref.kind, ref.namespace, ref.name)))
        return None if answer.missing else require_success(answer, "get", str(ref))

    async def list(self, kind: Kind, *, namespace: str = "", labels: Mapping[str, str] | None = None) -> list[Manifest]:
        """Ask for a list that nobody has cached, in pages."""
        path, about = path_of(kind, namespace), f"{kind.plural} in {namespace or 'all namespaces'}"
        selector = ",".join(f"{name}={value}" for name, value in (labels or {}).items())
        query = {"limit": _PAGE} | ({"labelSelector": selector} if selector else {})
        found: list[Manifest] = []
        while True:
            answer = await self._requests.send(Call("GET", path, query))
            if answer.status == 410 and "continue" in query:
                # What is left of the list is too old by now.
                del query["continue"]
                found.clear()
                continue
            page = require_success(answer, "list", about)
            found += [{**kind.type_meta, **each} for each in page["items"]]
            if not (next_ := page["metadata"].get("continue")):
                return found
            query["continue"] = next_

    async def create(self, manifest: Manifest) -> Manifest:
        """Create the object."""
        ref = self._kinds.ref(manifest)
        path = path_of(ref.kind, ref.namespace)
        answer = await self._requests.send(Call("POST", path, {"fieldManager": MANAGER}, body=manifest))
        return self._wrote(ref, require_success(answer, "create", str(ref)))

    async def apply(self, manifest: Manifest, manager: str) -> Manifest:
        """Apply the object's fields."""
        ref = self._kinds.ref(manifest)
        if "uid" not in (meta := manifest["metadata"]):
            # A POST would leave its fields to an owner from whom no later apply could take them away.
            manifest = {**manifest, "metadata": {**meta, "resourceVersion": _VERSION_OF_NONE}}
        return self._wrote(ref, await self._apply(ref, "", manifest, manager))

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        """Apply the object's status."""
        ref = self._kinds.ref(manifest)
        return self._wrote(ref, await self._apply(ref, "status", manifest, manager))

    async def patch(self, ref: Ref, changes: Manifest) -> Manifest:
        """Merge the changes in."""
        path = path_of(ref.kind, ref.namespace, ref.name)
        call = Call("PATCH", path, {"fieldManager": MANAGER}, changes, content_type=MERGE)
        return self._wrote(ref, require_success(await self._requests.send(call), "change", str(ref)))

    async def delete(self, ref: Ref, *, uid: str, resource_version: str | None = None) -> None:
        """Delete the object; what it owns is collected in the background."""
        preconditions = {"uid": uid} | ({"resourceVersion": resource_version} if resource_version else {})
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": preconditions,
            "propagationPolicy": "Background",
        }
        call = Call("DELETE", path_of(ref.kind, ref.namespace, ref.name), body=options)
        answer = await self._requests.send(call)
        left = {} if answer.missing else require_success(answer, "delete", str(ref))
        if left.get("kind") == ref.kind.kind:
            # A finalizer may hold it still.
            self._wrote(ref, left)
        elif mirror := self._mirror(ref):
            mirror.deleted(ref.namespace, ref.name, uid)

    async def emit(self, event: Event) -> None:
        """Post an Event."""
        await self._events.emit(event)

    async def wait_for_kinds(self, kinds: Iterable[Kind], look_every: float = 1.0) -> None:
        """Wait until the API server serves these kinds."""
        for kind in kinds:
            told = False
            while not await self._served(kind):
                if not told:
                    log.info("Waiting for the API server to serve %s", kind.plural)
                told = True
                await asyncio.sleep(look_every)

    async def _served(self, kind: Kind) -> bool:
        group = path_of(kind).removesuffix(f"/{kind.plural}")
        try:
            answer = await self._requests.send(Call("GET", group))
        except ProviderError as error:
            log.warning("%s", error.message)
            return False
        return answer.ok and any(each.get("name") == kind.plural for each in answer.body.get("resources", ()))

    async def _apply(self, ref: Ref, subresource: str, manifest: Manifest, manager: str) -> dict[str, Any]:
        path = path_of(ref.kind, ref.namespace, ref.name, subresource)
        query = {"fieldManager": manager, "force": "true"}
        answer = await self._requests.send(Call("PATCH", path, query, manifest, content_type=APPLY))
        return require_success(answer, "apply", str(ref))

    def _mirror(self, ref: Ref) -> Mirror | None:
        return self._children.mirror(ref.kind, ref.namespace) if self._children else None

    def _wrote(self, ref: Ref, manifest: dict[str, Any]) -> Manifest:
        meta = manifest["metadata"]
        if (mirror := self._mirror(ref)) is None:
            return manifest
        if "deletionTimestamp" in meta and not meta.get("finalizers"):
            # Nothing held it any more: the answer shows it for the last time.
            mirror.deleted(ref.namespace, ref.name, meta["uid"])
        elif DOMAIN_LABEL in (meta.get("labels") or {}):
            mirror.put(manifest)
        return manifest


@contextlib.asynccontextmanager
async def opened(kinds: Iterable[Kind] = ()) -> AsyncIterator[KubernetesCluster]:
    """Open the API server without watching anything, for a look; ``kinds`` as above. Raises ProviderError."""
    requests = Requests(await login())
    try:
        yield KubernetesCluster(requests, kinds, Events(requests, instance="nameplate"))
    finally:
        await requests.close()
