"""The shared control plane does what a real cluster does: controllers, admission, tokens, audit."""

import json
from typing import Any

import pytest

from tests.cluster.access import ClusterAccess, KubectlError
from tests.cluster.waiting import until


def test_a_deployment_becomes_available_and_its_endpoints_are_listed(
    control_plane: ClusterAccess, namespace: str
) -> None:
    control_plane.kubectl("create", "deployment", "web", "--image=x", "--replicas=2", "-n", namespace)
    control_plane.kubectl("expose", "deployment", "web", "--port=80", "-n", namespace)
    control_plane.kubectl("wait", "deployment/web", "--for=condition=Available", "-n", namespace, "--timeout=120s")

    def ready_targets() -> set[str]:
        slices = json.loads(control_plane.kubectl("get", "endpointslices", "-o", "json", "-n", namespace))["items"]
        endpoints = [endpoint for each in slices for endpoint in each["endpoints"] or ()]
        return {each["targetRef"]["name"] for each in endpoints if each["conditions"]["ready"]}

    until(lambda: len(ready_targets()) == 2, "two ready endpoints")
    pods = json.loads(control_plane.kubectl("get", "pods", "-o", "json", "-n", namespace))["items"]
    assert {pod["metadata"]["name"] for pod in pods} == ready_targets()
    assert len({pod["status"]["podIP"] for pod in pods}) == 2


def test_the_node_renews_its_lease(control_plane: ClusterAccess) -> None:
    def renewed() -> str:
        lease = ("lease", "node-1", "-n", "kube-node-lease", "--ignore-not-found")
        return control_plane.kubectl("get", *lease, "-o", "jsonpath={.spec.renewTime}")

    first = until(renewed, "a lease")
    until(lambda: renewed() != first, "the lease to be renewed")


def test_a_restricted_namespace_refuses_a_privileged_pod(control_plane: ClusterAccess, namespace: str) -> None:
    control_plane.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    with pytest.raises(KubectlError, match='violates PodSecurity "restricted:latest": privileged'):
        control_plane.kubectl("apply", "-f", "-", "-n", namespace, stdin=_pod({"privileged": True}))
    modest = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    control_plane.kubectl("apply", "-f", "-", "-n", namespace, stdin=_pod(modest))


def _pod(security_context: dict[str, Any]) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "alone"},
            "spec": {"containers": [{"name": "alone", "image": "x", "securityContext": security_context}]},
        }
    )
