"""The cluster port in memory, for tables: a small Kubernetes API with uids, versions and preconditions.

It stands under the same contract tests as the adapter.
"""

import copy
import itertools
from collections.abc import Mapping
from typing import Any

from nameplate_operator.ports import Conflict, Event, Forbidden, Kind, Manifest, ProviderError, Ref

Stored = dict[str, Any]


class MemoryCluster:
    """A Kubernetes API: ``writes`` lists the mutating calls, ``denied`` the (verb, kind) pairs that answer 403."""

    def __init__(self) -> None:
        self.objects: dict[Ref, Stored] = {}
        self.writes: list[tuple[str, str]] = []
        self.events: list[Event] = []
        self.denied: set[tuple[str, str]] = set()
        self.failing: dict[str, ProviderError] = {}
        self._versions = itertools.count(1)
        for namespace in ("kube-system", "acme", "other"):
            self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})

    def put(self, manifest: Manifest) -> Ref:
        """Store an object as another client would; returns its reference."""
        ref = _ref(manifest)
        self.objects[ref] = self._stamped(manifest, None)
        return ref

    def edit(self, ref: Ref, **spec: Any) -> None:
        """Edit fields of an object's spec as its owner would."""
        stored = copy.deepcopy(self.objects[ref])
        stored["spec"] |= spec
        self.objects[ref] = self._stamped(stored, self.objects[ref])

    async def get(self, ref: Ref) -> Manifest | None:
        self._admit("get", ref.kind)
        return copy.deepcopy(self.objects.get(ref))

    async def list(self, kind: Kind, *, namespace: str = "", labels: Mapping[str, str] | None = None) -> list[Manifest]:
        self._admit("list", kind)
        return [
            copy.deepcopy(stored)
            for ref, stored in self.objects.items()
            if ref.kind == kind
            and namespace in ("", ref.namespace)
            and (labels or {}).items() <= stored["metadata"].get("labels", {}).items()
        ]

    async def create(self, manifest: Manifest) -> Manifest:
        ref = _ref(manifest)
        self._write("create", ref)
        if ref in self.objects:
            raise Conflict(f"{ref} exists")
        self.objects[ref] = self._stamped(manifest, None)
        return copy.deepcopy(self.objects[ref])

    async def apply(self, manifest: Manifest, manager: str) -> Manifest:
        ref = _ref(manifest)
        before = self._meant("patch", ref, manifest)
        if before is not None and "uid" not in manifest["metadata"]:
            raise Conflict(f"{ref} exists")
        self.objects[ref] = self._stamped(_merged(before or {}, manifest), before)
        return copy.deepcopy(self.objects[ref])

    async def patch(self, ref: Ref, changes: Manifest) -> Manifest:
        before = self._meant("patch", ref, changes)
        if before is None:
            raise Conflict(f"{ref} is gone")
        self.objects[ref] = self._stamped(_merged(before, changes), before)
        stored = copy.deepcopy(self.objects[ref])
        self._collect(ref)
        return stored

    async def delete(self, ref: Ref, *, uid: str, resource_version: str | None = None) -> None:
        meta: Stored = {"uid": uid} | ({"resourceVersion": resource_version} if resource_version else {})
        self._write("delete", ref)
        before = self.objects.get(ref)
        if before is None:
            return
        self._precondition(ref, before, meta)
        if before["metadata"].get("finalizers"):
            before["metadata"].setdefault("deletionTimestamp", "2030-01-01T00:00:00Z")
            before["metadata"]["resourceVersion"] = str(next(self._versions))
        else:
            del self.objects[ref]

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        ref = _ref(manifest)
        before = self._meant("patch status", ref, manifest)
        if before is None:
            raise Conflict(f"{ref} is gone")
        stored = copy.deepcopy(before)
        stored["status"] = copy.deepcopy(dict(manifest["status"]))
        stored["metadata"]["resourceVersion"] = str(next(self._versions))
        self.objects[ref] = stored
        return copy.deepcopy(stored)

    async def emit(self, event: Event) -> None:
        self.events.append(event)

    def _admit(self, verb: str, kind: Kind) -> None:
        if (verb, kind.kind) in self.denied:
            raise Forbidden(f"may not {verb} {kind.plural}")
        if error := self.failing.get(kind.kind):
            raise error

    def _write(self, verb: str, ref: Ref) -> None:
        self._admit(verb, ref.kind)
        self.writes.append((verb, str(ref)))

    def _meant(self, verb: str, ref: Ref, manifest: Manifest) -> Stored | None:
        self._write(verb, ref)
        before = self.objects.get(ref)
        meta = manifest.get("metadata", {})
        if before is None:
            if "uid" in meta:
                raise Conflict(f"{ref} is gone")
            return None
        self._precondition(ref, before, meta)
        return before

    @staticmethod
    def _precondition(ref: Ref, before: Stored, meta: Mapping[str, Any]) -> None:
        for field in ("uid", "resourceVersion"):
            if field in meta and meta[field] != before["metadata"][field]:
                raise Conflict(f"{ref} is another or has changed")

    def _stamped(self, manifest: Manifest, before: Stored | None) -> Stored:
        stored = copy.deepcopy(dict(manifest))
        meta = stored.setdefault("metadata", {})
        version = next(self._versions)
        meta["resourceVersion"] = str(version)
        old = before["metadata"] if before else {}
        meta["uid"] = old.get("uid") or meta.get("uid") or f"uid-{version}"
        meta["creationTimestamp"] = old.get("creationTimestamp") or meta.get("creationTimestamp") or _second(version)
        changed = before is not None and before.get("spec") != stored.get("spec")
        meta["generation"] = old.get("generation", 1) + (1 if changed else 0)
        if "status" not in stored and stored["kind"] in ("CustomDomain", "DomainClaim"):
            stored["status"] = {"observedGeneration": -1}
        return stored

    def _collect(self, ref: Ref) -> None:
        meta = self.objects[ref]["metadata"]
        if "deletionTimestamp" in meta and not meta.get("finalizers"):
            del self.objects[ref]


def _ref(manifest: Manifest) -> Ref:
    meta = manifest["metadata"]
    plural = {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"}.get(manifest["kind"])
    plural = plural or manifest["kind"].lower() + "s"
    kind = Kind(manifest["apiVersion"], manifest["kind"], plural)
    return Ref(kind, meta["name"], meta.get("namespace", ""))


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> Stored:
    merged = copy.deepcopy(dict(before))
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(name), dict):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = copy.deepcopy(value)
    return merged


def _second(version: int) -> str:
    return f"2030-01-01T{version // 3600:02}:{version // 60 % 60:02}:{version % 60:02}Z"
