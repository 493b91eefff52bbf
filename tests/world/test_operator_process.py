"""The container that stands for the operator's Pod shows its program what its manifest says, and hides the rest."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.access import ClusterAccess
from tests.cluster.processes import Program
from tests.cluster.waiting import until
from tests.world.operator_process_container import Container
from tests.world.operator_process_manifests import Installation

LOOK = """
import json, os, pathlib
def read(path):
    return pathlib.Path(path).read_text()
def refused(path):
    try:
        pathlib.Path(path).write_text("x")
    except OSError as error:
        return error.strerror
service_account = "/var/run/secrets/kubernetes.io/serviceaccount/"
print(json.dumps({
    "environment": dict(os.environ),
    "settings": read("/etc/nameplate/operator.yaml"),
    "key": read("/var/run/secrets/nameplate.dev/powerdns/api-key"),
    "token": read(service_account + "token"),
    "namespace": read(service_account + "namespace"),
    "ca": read(service_account + "ca.crt"),
    "write": [refused("/x"), refused("/tmp/x"), refused("/etc/nameplate/x"), refused("/var/x")],
    "capabilities": [line.split()[1] for line in read("/proc/self/status").splitlines() if line.startswith("CapBnd")],
    "rights": [line.split()[1] for line in read("/proc/self/status").splitlines() if line.startswith("CapEff")],
    "resolver": read("/etc/resolv.conf"),
}))
"""
READ_ONLY = "Read-only file system"


@pytest.fixture
def installation(control_plane: ClusterAccess, namespace: str) -> Iterator[Installation]:
    """An operator of its own, installed beside others."""
    installed = Installation(control_plane, f"{namespace[:50].rstrip('-')}-sys")
    installed.apply({"workers": 3, "zones": {"powerDns": {"url": "http://127.0.0.1:1"}}}, "k3y")
    yield installed
    control_plane.kubectl("delete", "namespace", installed.namespace, "--wait=false")
    control_plane.kubectl("delete", "clusterrolebinding", f"nameplate-operator-{installed.namespace}")


def in_container(installation: Installation, directory: Path, program: str) -> dict[str, Any]:
    """Run a Python program as the Deployment's container, and return the JSON that it prints."""
    template = installation.deployment()["spec"]["template"]
    pod = {"metadata": {"name": "pod-1", "namespace": installation.namespace}, "spec": template["spec"]}
    pod["spec"]["containers"][0] |= {"command": [sys.executable], "args": ["-I", "-S", "-c", program]}
    cluster = installation.cluster
    container = Container(
        directory,
        pod,
        installation.find,
        lambda seconds: cluster.token(installation.namespace, "nameplate-operator", seconds),
    )
    container.refresh()
    log = directory / "log"
    process = Program(container.command(), log, os.getpid(), container.environment(("127.0.0.1", cluster.port)))
    try:
        text = until(lambda: log.read_text().endswith("\n") and log.read_text(), "the program's answer")
    finally:
        process.stop()
    answer: dict[str, Any] = json.loads(text)
    return answer


def test_the_program_sees_what_its_deployment_says(installation: Installation, tmp_path: Path):
    seen = in_container(installation, tmp_path, LOOK)
    assert seen["environment"]["POD_NAME"] == "pod-1"
    assert seen["environment"]["POD_NAMESPACE"] == seen["namespace"] == installation.namespace
    assert seen["environment"]["KUBERNETES_SERVICE_PORT"] == str(installation.cluster.port)
    assert "KUBECONFIG" not in seen["environment"]
    assert seen["key"] == "k3y"
    assert seen["ca"] == installation.cluster.ca_file.read_text()
    assert seen["write"] == [READ_ONLY] * 4
    assert seen["capabilities"] == seen["rights"] == ["0000000000000000"]
    assert seen["resolver"] == Path("/etc/resolv.conf").read_text()
    assert not Path("/etc/nameplate").exists()
    assert not Path("/var/run/secrets/kubernetes.io").exists()


def test_settings_are_laid_over_those_of_the_base(installation: Installation, tmp_path: Path):
    settings = yaml.safe_load(in_container(installation, tmp_path, LOOK)["settings"])
    assert settings["workers"] == 3
    assert settings["namespace"] == installation.namespace
    assert settings["zones"]["powerDns"] == {
        "url": "http://127.0.0.1:1",
        "apiKeyFile": "/var/run/secrets/nameplate.dev/powerdns/api-key",
        "nameserverDomain": "dns.example.com",
    }


def test_the_token_is_that_of_its_service_account_with_its_rights(
    installation: Installation, tmp_path: Path, namespace: str
):
    token = in_container(installation, tmp_path, LOOK)["token"]
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    with installation.cluster.client(token) as client:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        me = client.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", json=review).json()
        assert me["status"]["userInfo"]["username"] == (
            f"system:serviceaccount:{installation.namespace}:nameplate-operator"
        )
        assert client.get(deployments).status_code == 200
        assert client.post(deployments, json={}).status_code == 403
        installation.grant(namespace)
        until(lambda: client.post(deployments, json={}).status_code == 422, "the grant to be in force")
        installation.deny(namespace)
        until(lambda: client.post(deployments, json={}).status_code == 403, "the grant to be taken back")
