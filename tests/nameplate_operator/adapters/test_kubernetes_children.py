"""Kinds that are watched by namespace: begun and ended by name, and a right that is missing hurts nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest

from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, INGRESS, SECRET, SERVICE, SERVICE_ACCOUNT
from nameplate_operator.ports import Forbidden, Ref
from tests.cluster.access import ClusterAccess
from tests.cluster.waiting import eventually
from tests.nameplate_operator.adapters.api_server import config_map, labelled
from tests.nameplate_operator.adapters.watching import Watched, watching

READS = ["get", "list", "watch"]


def secret(namespace: str) -> dict[str, Any]:
    meta = {"name": "web-tls", "namespace": namespace}
    return labelled({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"a": "b"}})


def known(watched: Watched, namespace: str) -> bool:
    mirror = watched.children.mirror(SECRET, namespace)
    return mirror is not None and mirror.get(namespace, "web-tls") is not None


def apply(control_plane: ClusterAccess, manifest: Any) -> None:
    control_plane.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(manifest))


def role(name: str, namespace: str, rules: list[Any]) -> list[Any]:
    subject = {"kind": "ServiceAccount", "name": "default", "namespace": namespace}
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name, "namespace": namespace}}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    return [
        {**kind, "kind": "Role", "rules": rules},
        {**kind, "kind": "RoleBinding", "roleRef": ref, "subjects": [subject]},
    ]


def grant(control_plane: ClusterAccess, namespace: str, resource: str) -> None:
    rules = [{"apiGroups": [""], "resources": [resource], "verbs": READS}]
    for manifest in role(resource, namespace, rules):
        apply(control_plane, manifest)


async def test_a_namespace_is_watched_for_as_long_as_it_is_named(served_kinds: ClusterAccess, namespace: str) -> None:
    apply(served_kinds, secret(namespace))
    async with watching(served_kinds.admin_kubeconfig, by_namespace=(SECRET,)) as watched:
        assert watched.children.mirror(SECRET, namespace) is None
        watched.children.watch_namespace(namespace)
        watched.children.watch_namespace(namespace)
        await watched.wakes("web", namespace)
        await eventually(lambda: known(watched, namespace), "the Secret to be known")
        watched.children.leave_namespace(namespace)
        watched.children.leave_namespace(namespace)
        assert watched.children.mirror(SECRET, namespace) is None
        found = await watched.cluster.get(Ref(SECRET, "web-tls", namespace))
        assert found is not None
        assert found["data"] == {"a": "Yg=="}


async def test_a_missing_right_in_one_namespace_hurts_no_other_watch_and_is_taken_up_when_granted(
    served_kinds: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    apply(served_kinds, secret(namespace))
    account = f"{namespace}:default"
    served_kinds.kubectl("create", "clusterrolebinding", namespace, "--clusterrole=view", f"--serviceaccount={account}")
    token = served_kinds.token(namespace, "default")
    kubeconfig = served_kinds.kubeconfig_for_token(token, tmp_path / "kubeconfig")
    async with watching(kubeconfig, by_namespace=(SECRET,)) as watched:
        watched.children.watch_namespace(namespace)
        with pytest.raises(Forbidden, match=f"The operator may not get secrets in the namespace {namespace}"):
            await watched.cluster.get(Ref(SECRET, "web-tls", namespace))
        apply(served_kinds, labelled(config_map(namespace, "one"), "other"))
        await watched.wakes("other", namespace)
        assert watched.children.current
        grant(served_kinds, namespace, "secrets")
        await watched.wakes("web", namespace)
        await eventually(lambda: known(watched, namespace), "the Secret to be known")
        served_kinds.kubectl("delete", "role", "secrets", "-n", namespace)
        with pytest.raises(Forbidden):
            await _until_asked(watched, Ref(SECRET, "gone", namespace))
    served_kinds.kubectl("delete", "clusterrolebinding", namespace)


async def _until_asked(watched: Watched, ref: Ref) -> None:
    for _ in range(100):
        await watched.cluster.get(ref)


async def test_kinds_of_the_core_and_of_groups_are_watched_alike(served_kinds: ClusterAccess, namespace: str) -> None:
    kinds = (CONFIG_MAP, DEPLOYMENT, INGRESS, SERVICE, SERVICE_ACCOUNT)
    async with watching(served_kinds.admin_kubeconfig, kinds=kinds) as watched:
        served_kinds.kubectl("create", "deployment", "web", "--image=x", "--replicas=0", "-n", namespace)
        assert all(each.namespace != namespace for each in watched.woken)
        served_kinds.kubectl("label", "deployment", "web", "nameplate.dev/domain=web", "-n", namespace)
        await watched.wakes("web", namespace)
