"""Tokens, kubeconfigs, mounted ServiceAccounts and the audit log are those of a real API server."""

import json
from pathlib import Path

import pytest

from tests.cluster.access import ClusterAccess, KubectlError
from tests.cluster.mounts import write_volume


def test_a_service_account_may_do_what_it_is_granted_and_no_more(
    control_plane: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    control_plane.kubectl("create", "role", "reader", "--verb=get,list", "--resource=configmaps", "-n", namespace)
    control_plane.kubectl(
        "create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={namespace}:default", "-n", namespace
    )
    token = control_plane.token(namespace, "default")
    config = control_plane.kubeconfig_for_token(token, tmp_path / "kubeconfig")
    whoami = json.loads(control_plane.kubectl("auth", "whoami", "-o", "json", kubeconfig=config))
    assert whoami["status"]["userInfo"]["username"] == f"system:serviceaccount:{namespace}:default"
    control_plane.kubectl("get", "configmaps", "-n", namespace, kubeconfig=config)
    with pytest.raises(KubectlError, match='cannot list resource "secrets"'):
        control_plane.kubectl("get", "secrets", "-n", namespace, kubeconfig=config)


async def test_a_mounted_service_account_is_what_a_pod_needs(
    control_plane: ClusterAccess, namespace: str, tmp_path: Path
) -> None:
    mount = control_plane.mount_service_account(namespace, "default", tmp_path / "serviceaccount")
    assert sorted(path.name for path in mount.iterdir() if not path.name.startswith("..")) == [
        "ca.crt",
        "namespace",
        "token",
    ]
    assert (mount / "namespace").read_text() == namespace
    assert (mount / "ca.crt").read_bytes() == control_plane.ca_file.read_bytes()
    async with control_plane.async_client(token=(mount / "token").read_text()) as client:
        answer = await client.post(
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            json={"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
        )
    assert answer.json()["status"]["userInfo"]["username"] == f"system:serviceaccount:{namespace}:default"


async def test_nobody_comes_in_without_credentials(control_plane: ClusterAccess) -> None:
    async with control_plane.async_client(token="not-a-token") as client:
        assert (await client.get("/api/v1/namespaces")).status_code == 401


def test_the_audit_log_tells_who_did_what_to_which_object(control_plane: ClusterAccess, namespace: str) -> None:
    offset = control_plane.audit_mark()
    control_plane.kubectl("create", "configmap", "noted", "-n", namespace)
    control_plane.kubectl("label", "configmap", "noted", "a=b", "-n", namespace)
    control_plane.kubectl("get", "configmap", "noted", "-n", namespace)
    control_plane.kubectl("delete", "configmap", "noted", "-n", namespace)

    def writes() -> list[tuple[str, str, str, str, int]]:
        return [
            (event.verb, event.user, event.resource, event.name, event.code)
            for event in control_plane.audit_events(offset)
            if event.mutates and event.namespace == namespace and event.user == "admin"
        ]

    expected = [
        ("create", "admin", "configmaps", "noted", 201),
        ("patch", "admin", "configmaps", "noted", 200),
        ("delete", "admin", "configmaps", "noted", 200),
    ]
    control_plane.audit_mark()
    assert writes() == expected


def test_a_volume_changes_as_a_whole(tmp_path: Path) -> None:
    volume = write_volume(tmp_path / "volume", {"a": b"1", "b": b"1"})
    before = (volume / "..data").resolve()
    write_volume(volume, {"a": b"2", "c": b"2"})
    assert {path.name: path.read_bytes() for path in volume.iterdir() if not path.name.startswith("..")} == {
        "a": b"2",
        "c": b"2",
    }
    assert not before.exists()
