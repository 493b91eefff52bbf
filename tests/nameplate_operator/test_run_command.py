"""The operator as a process before a control plane of its own: start, readiness, first status, SIGTERM, lost Lease."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.cluster.control_plane import ControlPlane
from tests.cluster.waiting import until
from tests.nameplate_operator.builders import domain_manifest
from tests.nameplate_operator.conftest import CRDS

BASE = CRDS.parent / "manifests" / "base"
SYSTEM = "nameplate-system"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{SYSTEM}/leases/nameplate-operator"
DOMAINS = "/apis/nameplate.dev/v1alpha1/namespaces/default/customdomains"


class OperatorProcess:
    """`nameplate run` as the ServiceAccount of the manifests, with its files mounted and its log in a file."""

    def __init__(self, plane: ControlPlane, folder: Path, name: str = "operator-0") -> None:
        self.log_file = folder / f"{name}.log"
        settings = folder / f"{name}.yaml"
        power_dns = {"url": "http://127.0.0.1:1", "apiKeyFile": "/dev/null", "nameserverDomain": "n.example"}
        document = {"zones": {"powerDns": power_dns}, "ingestion": {"image": "x"}, "healthPort": 0}
        settings.write_text(yaml.safe_dump(document))
        mount = plane.mount_service_account(SYSTEM, "nameplate-operator", folder / f"{name}-account")
        environment = {
            "PATH": os.environ["PATH"],
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(plane.port),
            "SERVICE_ACCOUNT_DIRECTORY": str(mount),
            "POD_NAME": name,
        }
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nameplate_operator", "run", "--settings", str(settings)],
                env=environment,
                stderr=log,
            )

    @property
    def base(self) -> str:
        """Where its health server listens, as its log says."""
        ports = re.findall(r"/metrics on port (\d+)", self.log_file.read_text())
        return f"http://127.0.0.1:{ports[0] if ports else 1}"

    def ready(self) -> tuple[int, str]:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}: {self.log_file.read_text()}")
        try:
            answer = httpx.get(f"{self.base}/readyz", trust_env=False)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def is_ready(self) -> bool:
        return self.ready()[0] == 200 and "waiting" not in self.ready()[1]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture
def operators() -> Iterator[list[OperatorProcess]]:
    started: list[OperatorProcess] = []
    yield started
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait()


@pytest.fixture
def plane(own_control_plane: ControlPlane) -> ControlPlane:
    own_control_plane.kubectl("apply", "--server-side", "--kustomize", str(BASE))
    own_control_plane.kubectl("delete", "deployment", "nameplate-operator", "--namespace", SYSTEM)
    return own_control_plane


def create(plane: ControlPlane, name: str) -> None:
    with plane.client() as client:
        manifest = domain_manifest(name, "default", domain=f"{name}.acme.com")
        client.post(DOMAINS, json=manifest).raise_for_status()


def status(plane: ControlPlane, name: str) -> dict[str, Any]:
    with plane.client() as client:
        return dict(client.get(f"{DOMAINS}/{name}").json().get("status") or {})


def passes(operator: OperatorProcess) -> float:
    text = httpx.get(f"{operator.base}/metrics", trust_env=False).text
    counts = re.findall(r'^controller_runtime_reconcile_total\{controller="customdomain".*\} (\S+)', text, re.MULTILINE)
    return sum(float(each) for each in counts)


def label(plane: ControlPlane, operator: OperatorProcess, text: str) -> None:
    """Label the CustomDomain as a tool would, and wait for a pass because of it."""
    before = passes(operator)
    plane.kubectl("label", "customdomain", "web", text, "--overwrite")
    until(lambda: passes(operator) > before, f"a pass because of {text}")


def a_tools_label_costs_no_write(plane: ControlPlane, operator: OperatorProcess) -> None:
    def settled() -> bool:
        before = status(plane, "web")
        # The first of the passes that are seen may have begun before the label.
        for number in range(2):
            label(plane, operator, f"look={number}")
        return status(plane, "web") == before

    until(settled, "the status to settle")
    offset = plane.audit_log.stat().st_size
    label(plane, operator, "argocd.argoproj.io/instance=web")
    plane.kubectl("annotate", "customdomain", "web", "tool.example/note=x")
    label(plane, operator, "second=label")
    done = [each for each in plane.audit_events(offset) if each.mutates and each.user.endswith(":nameplate-operator")]
    assert {(each.resource, each.name) for each in done} <= {("leases", "nameplate-operator")}


def test_the_operator_lives_from_before_its_kinds_to_sigterm(
    plane: ControlPlane, tmp_path: Path, operators: list[OperatorProcess]
):
    operator = OperatorProcess(plane, tmp_path)
    operators.append(operator)
    until(lambda: operator.ready() == (503, "[-] kinds served\n"), "the wait for our kinds")
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS / "customdomains.yaml"))
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS / "domainclaims.yaml"))
    until(operator.is_ready, "readiness")
    create(plane, "web")
    until(lambda: status(plane, "web").get("observedGeneration") == 1, "the first status")
    conditions = {each["type"] for each in status(plane, "web")["conditions"]}
    assert conditions >= {"Accepted", "ZoneReady", "Ready"}
    a_tools_label_costs_no_write(plane, operator)
    text = httpx.get(f"{operator.base}/metrics", trust_env=False).text
    assert 'leader_election_master_status{name="nameplate-operator"} 1.0' in text
    assert 'nameplate_domain_ready{name="web",namespace="default"} 0.0' in text
    assert httpx.get(f"{operator.base}/healthz", trust_env=False).status_code == 200
    assert operator.stop() == 0
    with plane.client() as client:
        assert client.get(LEASE).json()["spec"]["holderIdentity"] == ""
    lines = operator.lines()
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    assert not [line for line in lines if "exception" in line or line["level"] == "error"]
    about = [line for line in lines if line.get("reconcileID")]
    assert all(line["kind"] in ("CustomDomain", "DomainClaim") and line["name"] and line["uid"] for line in about)


def test_of_two_operators_one_waits_and_takes_over(
    plane: ControlPlane, tmp_path: Path, operators: list[OperatorProcess]
):
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS / "customdomains.yaml"))
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS / "domainclaims.yaml"))
    operators.append(first := OperatorProcess(plane, tmp_path, "operator-0"))
    until(first.is_ready, "the first to lead")
    operators.append(second := OperatorProcess(plane, tmp_path, "operator-1"))
    until(lambda: second.ready() == (200, "[+] kinds served\n[+] waiting for the Lease\n"), "the second to wait")
    assert first.stop() == 0
    until(second.is_ready, "the second to lead")


def test_an_operator_that_loses_its_lease_ends_with_an_error(
    plane: ControlPlane, tmp_path: Path, operators: list[OperatorProcess]
):
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS / "customdomains.yaml"))
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS / "domainclaims.yaml"))
    operators.append(operator := OperatorProcess(plane, tmp_path))
    until(operator.is_ready, "readiness")
    with plane.client() as client:
        headers = {"Content-Type": "application/merge-patch+json"}
        changes = {"spec": {"holderIdentity": "somebody else"}}
        client.patch(LEASE, json=changes, headers=headers).raise_for_status()
    assert operator.process.wait(20) == 1
