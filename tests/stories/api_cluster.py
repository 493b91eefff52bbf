"""A Cluster over the Kubernetes API as plain HTTP, for stories that are about claims and not about the adapter."""

from collections.abc import Mapping
from typing import Any

import httpx

from nameplate_operator.ports import Conflict, Event, Forbidden, Kind, Manifest, Ref

_MERGE = {"Content-Type": "application/merge-patch+json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


class ApiCluster:
    """Every call is one request."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.events: list[Event] = []

    async def get(self, ref: Ref) -> Manifest | None:
        answer = await self._client.get(_path(ref))
        return None if answer.status_code == 404 else _read(answer)

    async def list(self, kind: Kind, *, namespace: str = "", labels: Mapping[str, str] | None = None) -> list[Manifest]:
        selector = ",".join(f"{name}={value}" for name, value in (labels or {}).items())
        answer = await self._client.get(_collection(kind, namespace), params={"labelSelector": selector})
        return list(_read(answer)["items"])

    async def create(self, manifest: Manifest) -> Manifest:
        ref = _ref(manifest)
        return _read(await self._client.post(_collection(ref.kind, ref.namespace), json=manifest))

    async def apply(self, manifest: Manifest, manager: str) -> Manifest:
        return await self._apply(_path(_ref(manifest)), manifest, manager)

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        return await self._apply(f"{_path(_ref(manifest))}/status", manifest, manager)

    async def patch(self, ref: Ref, changes: Manifest) -> Manifest:
        return _read(await self._client.patch(_path(ref), json=changes, headers=_MERGE))

    async def delete(self, ref: Ref, *, uid: str, resource_version: str | None = None) -> None:
        conditions = {"uid": uid} | ({"resourceVersion": resource_version} if resource_version else {})
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": conditions}
        answer = await self._client.request("DELETE", _path(ref), json=body)
        if answer.status_code != 404:
            _read(answer)

    async def emit(self, event: Event) -> None:
        self.events.append(event)

    async def _apply(self, path: str, manifest: Manifest, manager: str) -> Manifest:
        parameters = {"fieldManager": manager, "force": "true"}
        return _read(await self._client.patch(path, json=manifest, headers=_APPLY, params=parameters))


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in (404, 409):
        raise Conflict(answer.json()["message"])
    if answer.status_code == 403:
        raise Forbidden(answer.json()["message"])
    assert answer.is_success, answer.text
    return dict(answer.json())


def _ref(manifest: Manifest) -> Ref:
    metadata = manifest["metadata"]
    kind = Kind(manifest["apiVersion"], manifest["kind"], f"{manifest['kind'].lower()}s", "namespace" in metadata)
    return Ref(kind, metadata["name"], metadata.get("namespace", ""))


def _collection(kind: Kind, namespace: str) -> str:
    root = f"/apis/{kind.api_version}" if "/" in kind.api_version else f"/api/{kind.api_version}"
    return f"{root}/namespaces/{namespace}/{kind.plural}" if namespace else f"{root}/{kind.plural}"


def _path(ref: Ref) -> str:
    return f"{_collection(ref.kind, ref.namespace)}/{ref.name}"
