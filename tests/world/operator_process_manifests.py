"""Installs an operator from manifests/base in a control plane, with settings and a namespace of its own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import until

ROOT = Path(__file__).parents[2]
CRDS = ROOT / "crds"
BASE = ROOT / "manifests" / "base"
NAMESPACE = "nameplate-system"
NAME = "nameplate-operator"
DOMAIN_ROLE = "nameplate-domain"
SETTINGS_FILE = "operator.yaml"
API_KEY = ("nameplate-powerdns", "api-key")

Json = Mapping[str, Any]

_FOUND_AT = {
    "configmaps": "/api/v1/namespaces/{}/configmaps/{}",
    "secrets": "/api/v1/namespaces/{}/secrets/{}",
    "deployments": "/apis/apps/v1/namespaces/{}/deployments/{}",
}
_KINDS_OF = {"configmaps": ("v1", "ConfigMap"), "secrets": ("v1", "Secret"), "deployments": ("apps/v1", "Deployment")}


def rendered(cluster: ClusterAccess, directory: Path) -> list[dict[str, Any]]:
    """Return the objects that kustomize makes of a directory."""
    return list(yaml.safe_load_all(cluster.kubectl("kustomize", str(directory))))


def merged(under: Json, over: Json) -> dict[str, Any]:
    """Return `under` with the fields of `over` in it, mappings merged at every level."""
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[name] = merged(below, value) if both and below is not None else value
    return result


def change_settings(config_map: dict[str, Any], changes: Json) -> None:
    """Lay changes over the settings that a ConfigMap holds."""
    document = yaml.safe_load(config_map["data"][SETTINGS_FILE])
    config_map["data"][SETTINGS_FILE] = yaml.safe_dump(merged(document, changes))


class Installation:
    """The objects of one operator; in another namespace, of another operator, with rights of its own."""

    def __init__(self, cluster: ClusterAccess, namespace: str = NAMESPACE) -> None:
        self.cluster = cluster
        self.namespace = namespace

    def apply(self, settings: Json, api_key: str) -> None:
        """Bring the API server to hold CRDs, base and the API key, as one who installs it does."""
        kubectl = self.cluster.kubectl
        kubectl("apply", "--server-side", "--filename", str(CRDS))
        kubectl("wait", "--for=condition=Established", "--timeout=120s", "--filename", str(CRDS))
        objects = [self._placed(each) for each in rendered(self.cluster, BASE)]
        for each in objects:
            if each["kind"] == "ConfigMap":
                change_settings(each, merged({"namespace": self.namespace}, settings))
            elif each["kind"] == "Deployment":
                # The process that stands for its Pod is started by us.
                each["spec"]["replicas"] = 0
        self._send([*objects, self._api_key(api_key)])
        root_ca = "the CA certificate that Kubernetes publishes in each namespace"
        until(lambda: self.find("configmaps", "kube-root-ca.crt"), root_ca)

    def find(self, plural: str, name: str) -> dict[str, Any] | None:
        """Return an object of the operator's namespace, with the kind that objects in lists lack."""
        with self.cluster.client() as client:
            answer = client.get(_FOUND_AT[plural].format(self.namespace, name))
        if answer.status_code == 404:
            return None
        api_version, kind = _KINDS_OF[plural]
        found: dict[str, Any] = answer.raise_for_status().json()
        return {"apiVersion": api_version, "kind": kind} | found

    def deployment(self) -> dict[str, Any]:
        """Return the operator's Deployment as the API server admitted it."""
        found = self.find("deployments", NAME)
        if found is None:
            raise LookupError(f"there is no Deployment {NAME} in {self.namespace}")
        return found

    def grant(self, tenant: str) -> None:
        """Let the operator work in a tenant's namespace, by a RoleBinding as AccessDenied asks for it."""
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": self._suffixed(DOMAIN_ROLE), "namespace": tenant},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": DOMAIN_ROLE},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": self.namespace}],
        }
        self._send([binding])

    def deny(self, tenant: str) -> None:
        """Take back what `grant` gave."""
        self.cluster.kubectl("delete", "rolebinding", self._suffixed(DOMAIN_ROLE), "--namespace", tenant)

    def _send(self, objects: list[dict[str, Any]]) -> None:
        body = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        options = ("--server-side", "--force-conflicts", "--warnings-as-errors")
        self.cluster.kubectl("apply", *options, "--filename", "-", stdin=body)

    def _api_key(self, value: str) -> dict[str, Any]:
        name, key = API_KEY
        metadata = {"name": name, "namespace": self.namespace}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: value}}

    def _suffixed(self, name: str) -> str:
        return name if self.namespace == NAMESPACE else f"{name}-{self.namespace}"

    def _placed(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Return an object of the base where this operator has it; the ClusterRoles are shared."""
        metadata = manifest["metadata"]
        if manifest["kind"] == "Namespace":
            metadata["name"] = self.namespace
        if manifest["kind"] == "ClusterRoleBinding":
            metadata["name"] = self._suffixed(metadata["name"])
        for each in (metadata, *manifest.get("subjects", ())):
            if "namespace" in each:
                each["namespace"] = self.namespace
        return manifest
