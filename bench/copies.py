"""Turns what the operator left behind for one domain into the requests that write the same for another."""

import json
from collections.abc import Iterable
from typing import Any

from tests.operated.tenant import API, PATHS, Tenant

Json = dict[str, Any]
Request = tuple[str, str, str, Json]

FINALIZER = "nameplate.dev/teardown"
_JSON, _MERGE, _APPLY = "application/json", "application/merge-patch+json", "application/apply-patch+yaml"
_KINDS = {
    "secrets": ("v1", "Secret"),
    "serviceaccounts": ("v1", "ServiceAccount"),
    "configmaps": ("v1", "ConfigMap"),
    "deployments": ("apps/v1", "Deployment"),
    "services": ("v1", "Service"),
    "ingresses": ("networking.k8s.io/v1", "Ingress"),
}
_NOT_OURS = {"apiVersion", "kind", "metadata", "status"}
_GIVEN = ("name", "namespace", "labels", "annotations", "ownerReferences")


def copies(of: Tenant, to: Tenant) -> list[Request]:
    """Return, in the operator's order: finalizer, claim, children with the certificate's Secret, status."""
    original, twin = of.seen() or {}, to.seen() or {}
    requests = [_claim(of), *(_child(each) for each in _children(of)), _status(original)]
    text = json.dumps(requests)
    for old, new in (
        (original["metadata"]["uid"], twin["metadata"]["uid"]),
        (of.namespace, to.namespace),
        (of.host, to.host),
        (of.name, to.name),
    ):
        text = text.replace(old, new)
    finalizer: Request = ("PATCH", to.path, _MERGE, {"metadata": {"finalizers": [FINALIZER]}})
    return [finalizer, *json.loads(text)]


def _claim(of: Tenant) -> Request:
    claim = of.claim() or {}
    return "POST", f"{API}/domainclaims", _JSON, _bare(claim, claim["apiVersion"], claim["kind"], ("spec",))


def _children(of: Tenant) -> list[tuple[str, Json]]:
    found = of.children()
    return [(plural, each) for plural in _KINDS for each in found[plural]]


def _child(which: tuple[str, Json]) -> Request:
    plural, child = which
    manifest = _bare(child, *_KINDS[plural], sorted(child.keys() - _NOT_OURS))
    if plural == "services":
        manifest["spec"] = {name: manifest["spec"][name] for name in ("selector", "ports")}
    path = f"{PATHS[plural]}/namespaces/{child['metadata']['namespace']}/{plural}"
    if plural == "secrets":
        return "POST", path, _JSON, manifest
    return "PATCH", f"{path}/{child['metadata']['name']}?fieldManager=nameplate/children&force=true", _APPLY, manifest


def _status(original: Json) -> Request:
    manifest = _bare(original, original["apiVersion"], original["kind"], ("status",))
    manifest["metadata"] = {name: manifest["metadata"][name] for name in ("name", "namespace")}
    base = f"{API}/namespaces/{original['metadata']['namespace']}/customdomains/{original['metadata']['name']}"
    return "PATCH", f"{base}/status?fieldManager=nameplate/status&force=true", _APPLY, manifest


def _bare(live: Json, api_version: str, kind: str, fields: Iterable[str]) -> Json:
    metadata = {name: value for name, value in live["metadata"].items() if name in _GIVEN}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": metadata,
        **{name: live[name] for name in fields if name in live},
    }
