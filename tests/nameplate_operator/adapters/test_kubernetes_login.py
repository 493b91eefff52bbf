"""The way to the API server is found in a kubeconfig or in a Pod's mounts, and a rotated token is taken up."""

from pathlib import Path

import pytest

from nameplate_operator.adapters.kubernetes_cluster import KubernetesCluster
from nameplate_operator.adapters.kubernetes_events import Events
from nameplate_operator.adapters.kubernetes_login import LoginError, bearer, login, tls
from nameplate_operator.adapters.kubernetes_requests import Call, Requests
from nameplate_operator.ports import Kind
from tests.cluster.access import ClusterAccess
from tests.cluster.mounts import write_volume

REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def environment(control_plane: ClusterAccess, mount: Path) -> dict[str, str]:
    return {
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(control_plane.port),
        "SERVICE_ACCOUNT_DIRECTORY": str(mount),
    }


async def whoami(requests: Requests) -> str:
    answer = await requests.send(Call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=REVIEW))
    return str(answer.body["status"]["userInfo"]["username"])


async def test_a_rotated_token_is_taken_up(control_plane: ClusterAccess, namespace: str, tmp_path: Path) -> None:
    mount = control_plane.mount_service_account(namespace, "default", tmp_path / "mount")
    configuration = await login(environment(control_plane, mount))
    requests = Requests(configuration)
    assert await whoami(requests) == f"system:serviceaccount:{namespace}:default"
    control_plane.kubectl("create", "serviceaccount", "other", "-n", namespace)
    token = control_plane.token(namespace, "other")
    write_volume(mount, {"token": f"{token}\n".encode(), "ca.crt": control_plane.ca_file.read_bytes()})
    assert await whoami(requests) == f"system:serviceaccount:{namespace}:other"
    assert await bearer(configuration) == f"Bearer {token}"
    await requests.close()


async def test_a_kubeconfig_with_a_client_certificate_is_used(control_plane: ClusterAccess) -> None:
    configuration = await login({"KUBECONFIG": str(control_plane.admin_kubeconfig)})
    requests = Requests(configuration)
    namespaces = Kind("v1", "Namespace", "namespaces")
    found = await KubernetesCluster(requests, (), Events(requests, "test")).list(namespaces)
    assert "kube-system" in {each["metadata"]["name"] for each in found}
    assert await bearer(configuration) is None
    assert tls(configuration).check_hostname
    await requests.close()


@pytest.mark.parametrize("missing", ["token", "ca.crt"])
async def test_a_missing_file_is_named(control_plane: ClusterAccess, tmp_path: Path, missing: str) -> None:
    for name in {"token", "ca.crt"} - {missing}:
        (tmp_path / name).write_text("x")
    with pytest.raises(LoginError, match=f"{tmp_path}/{missing}: there is no such file"):
        await login(environment(control_plane, tmp_path))


async def test_outside_of_a_cluster_it_says_what_to_set() -> None:
    with pytest.raises(LoginError, match="neither KUBECONFIG nor KUBERNETES_SERVICE_HOST"):
        await login({})


async def test_an_unusable_kubeconfig_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoginError, match=f"{tmp_path}/absent: cannot be used"):
        await login({"KUBECONFIG": str(tmp_path / "absent")})


async def test_a_proxy_of_the_environment_is_not_asked(
    control_plane: ClusterAccess, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    mount = control_plane.mount_service_account(namespace, "default", tmp_path / "mount")
    requests = Requests(await login(environment(control_plane, mount)))
    assert await whoami(requests) == f"system:serviceaccount:{namespace}:default"
    await requests.close()
