"""A backup of one namespace and of all DomainClaims, taken and restored as Velero does it.

    backup = Backup(world, tenant.namespace)             # a whole backup, at this moment
    backup.restore(another, "domainclaims")              # one kind
    backup.restore(another)                              # all that is not there yet, in Velero's order

What Velero changes on the way is in `pkg/restore/restore.go` and its item actions (vmware-tanzu/velero): uid,
resourceVersion, times and ownerReferences are left out, labels, annotations and finalizers are kept, two labels are
added; status is not restored unless somebody asks for it; Services lose their cluster addresses; who manages which
field is put back after the object was made; what exists already is left as it is. Pods and ReplicaSets are left out
here: their controllers make them.
"""

import copy
from typing import Any

import httpx

from tests.operated.tenant import API, MERGE, PATHS
from tests.operated.world import OperatedWorld

Json = dict[str, Any]

RBAC = "/apis/rbac.authorization.k8s.io/v1"
IN_NAMESPACE = {**PATHS, "customdomains": API, "rolebindings": RBAC}
ORDER = (
    "secrets",
    "configmaps",
    "serviceaccounts",
    "services",
    "customdomains",
    "deployments",
    "domainclaims",
    "ingresses",
    "rolebindings",
)
"""Velero's own priorities first, then by name."""
_LEFT_OUT = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "ownerReferences",
)
_MARKS = {"velero.io/backup-name": "nightly", "velero.io/restore-name": "nightly-restored"}


class Backup:
    """What stood in a cluster when it was taken; restored from as often as one likes."""

    def __init__(self, world: OperatedWorld, namespace: str) -> None:
        self._namespace = namespace
        self._taken = {plural: _list(world, self._collection(plural)) for plural in ORDER}

    def restore(self, world: OperatedWorld, *plurals: str) -> None:
        """Bring these kinds, or all, into a cluster; what is there already stays as it is."""
        space = world.api.post("/api/v1/namespaces", json={"metadata": {"name": self._namespace, "labels": _MARKS}})
        _is_made(space)
        for plural in plurals or ORDER:
            for taken in self._taken[plural]:
                _restore(world, self._collection(plural), taken)

    def _collection(self, plural: str) -> str:
        if plural == "domainclaims":
            return f"{API}/{plural}"
        return f"{IN_NAMESPACE[plural]}/namespaces/{self._namespace}/{plural}"


def _list(world: OperatedWorld, collection: str) -> list[Json]:
    listed = world.api.get(collection).raise_for_status().json()
    kind = {"apiVersion": listed["apiVersion"], "kind": listed["kind"].removesuffix("List")}
    return [each | kind for each in listed["items"]]


def _restore(world: OperatedWorld, collection: str, taken: Json) -> None:
    restored = copy.deepcopy(taken)
    restored.pop("status", None)
    metadata = restored["metadata"]
    for field in _LEFT_OUT:
        metadata.pop(field, None)
    managed = metadata.pop("managedFields", [])
    metadata["labels"] = metadata.get("labels", {}) | _MARKS
    if restored["kind"] == "Service":
        for field in ("clusterIP", "clusterIPs"):
            restored["spec"].pop(field, None)
    if _is_made(world.api.post(collection, json=restored)):
        back = {"metadata": {"managedFields": managed}}
        world.api.patch(f"{collection}/{metadata['name']}", json=back, headers=MERGE).raise_for_status()


def _is_made(answer: httpx.Response) -> bool:
    """Say whether an object was made; that there is one already is no error."""
    if answer.status_code == httpx.codes.CONFLICT:
        return False
    answer.raise_for_status()
    return True
