"""Pods do well unless they are told to stall, crash or fail, and do well again when nobody tells them to."""

import json
from typing import Any

import pytest

from tests.cluster.access import ClusterAccess
from tests.cluster.pods import Behaviour, tell_pods
from tests.cluster.waiting import until


def _pods(cluster: ClusterAccess, namespace: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(cluster.kubectl("get", "pods", "-o", "json", "-n", namespace))["items"]
    return listed


def _waits_for(pod: dict[str, Any], reason: str) -> bool:
    statuses = pod["status"].get("containerStatuses", ())
    return any(each["state"].get("waiting", {}).get("reason") == reason for each in statuses)


def _looks(pod: dict[str, Any], behaviour: Behaviour | None) -> bool:
    conditions = {each["type"]: each["status"] for each in pod["status"].get("conditions", ())}
    phase, ready = pod["status"]["phase"], conditions.get("Ready")
    if behaviour == "stall":
        return (phase, ready) == ("Pending", "False") and _waits_for(pod, "ImagePullBackOff")
    if behaviour == "crash":
        return (phase, ready) == ("Running", "False") and _waits_for(pod, "CrashLoopBackOff")
    if behaviour == "fail":
        return bool(phase == "Failed")
    return (phase, ready) == ("Running", "True")


@pytest.mark.parametrize("behaviour", ["stall", "crash", "fail"])
def test_pods_behave_as_they_are_told_before_they_are_made(
    control_plane: ClusterAccess, namespace: str, behaviour: Behaviour
) -> None:
    tell_pods(control_plane, namespace, behaviour)
    control_plane.kubectl("create", "deployment", "web", "--image=x", "-n", namespace)
    until(lambda: any(_looks(pod, behaviour) for pod in _pods(control_plane, namespace)), f"a Pod to {behaviour}")
    assert _ready_replicas(control_plane, namespace) == ""

    tell_pods(control_plane, namespace, None)
    control_plane.kubectl("wait", "deployment/web", "--for=condition=Available", "-n", namespace, "--timeout=120s")


def test_running_pods_crash_again_and_again_and_recover(control_plane: ClusterAccess, namespace: str) -> None:
    control_plane.kubectl("create", "deployment", "web", "--image=x", "--replicas=2", "-n", namespace)
    control_plane.kubectl("wait", "deployment/web", "--for=condition=Available", "-n", namespace, "--timeout=120s")
    names = {pod["metadata"]["name"] for pod in _pods(control_plane, namespace)}

    tell_pods(control_plane, namespace, "crash")

    def restarts() -> list[int]:
        pods = [pod for pod in _pods(control_plane, namespace) if _looks(pod, "crash")]
        return [each["restartCount"] for pod in pods for each in pod["status"]["containerStatuses"]]

    until(lambda: len(restarts()) == 2 and min(restarts()) >= 3, "three crashes of both Pods")
    until(lambda: not _ready_replicas(control_plane, namespace), "no ready Pod")

    tell_pods(control_plane, namespace, None)
    until(lambda: all(_looks(pod, None) for pod in _pods(control_plane, namespace)), "the Pods to recover")
    assert {pod["metadata"]["name"] for pod in _pods(control_plane, namespace)} == names


def test_running_pods_that_stall_are_not_ready(control_plane: ClusterAccess, namespace: str) -> None:
    control_plane.kubectl("create", "deployment", "web", "--image=x", "-n", namespace)
    control_plane.kubectl("wait", "deployment/web", "--for=condition=Available", "-n", namespace, "--timeout=120s")
    tell_pods(control_plane, namespace, "stall")
    until(lambda: not any(_looks(pod, None) for pod in _pods(control_plane, namespace)), "the Pod to stall")
    until(lambda: not _ready_replicas(control_plane, namespace), "the Deployment to see it")


def _ready_replicas(cluster: ClusterAccess, namespace: str) -> str:
    return cluster.kubectl("get", "deployment", "web", "-n", namespace, "-o", "jsonpath={.status.readyReplicas}")
