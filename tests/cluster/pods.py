"""How Pods are played: kwok's stages, and tests that tell Pods to stall, crash or fail."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from tests.cluster.access import ClusterAccess

Behaviour = Literal["stall", "crash", "fail"]
ANNOTATION = "test.nameplate.dev/pod"
NAMESPACE_LABEL = "test.nameplate.dev/pods"
STAGES = Path(__file__).parent / "stages" / "pods.yaml"

# Pods made by a controller cannot be annotated by a test before they are made: admission does it.
ADMISSION: dict[str, dict[str, Any]] = {
    "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies": {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": "told-pods.test.nameplate.dev"},
        "spec": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": {
                "namespaceSelector": {"matchExpressions": [{"key": NAMESPACE_LABEL, "operator": "Exists"}]},
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                ],
            },
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {
                        "expression": f'Object{{metadata: Object.metadata{{annotations: {{"{ANNOTATION}": '
                        f'namespaceObject.metadata.labels["{NAMESPACE_LABEL}"]}}}}}}'
                    },
                }
            ],
        },
    },
    "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings": {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": "told-pods.test.nameplate.dev"},
        "spec": {"policyName": "told-pods.test.nameplate.dev"},
    },
}


def stages(kwok_stages: Path) -> str:
    """Return the stages that kwok is to play: its own for Pods that were told nothing, and ours."""
    documents: list[dict[str, Any]] = []
    for path in sorted(kwok_stages.glob("*.yaml")):
        documents += yaml.safe_load_all(path.read_text())
    ready = next(stage for stage in documents if stage["metadata"]["name"] == "pod-ready")
    untold = {"key": f'.metadata.annotations["{ANNOTATION}"]', "operator": "DoesNotExist"}
    ready["spec"]["selector"]["matchExpressions"].append(untold)
    documents += yaml.safe_load_all(STAGES.read_text())
    return yaml.safe_dump_all(documents)


def tell_pods(cluster: "ClusterAccess", namespace: str, behaviour: Behaviour | None) -> None:
    """Tell all Pods of a namespace, present and future, how to behave; None lets them do well again."""
    cluster.kubectl("label", "--overwrite", "namespace", namespace, _setting(NAMESPACE_LABEL, behaviour))
    told = {"metadata": {"annotations": {ANNOTATION: behaviour}}}
    merge = {"Content-Type": "application/merge-patch+json"}
    with cluster.client() as client:
        path = f"/api/v1/namespaces/{namespace}/pods"
        for pod in client.get(path).raise_for_status().json()["items"]:
            answer = client.patch(f"{path}/{pod['metadata']['name']}", json=told, headers=merge)
            # A Pod may go while the others are told.
            if answer.status_code != 404:
                answer.raise_for_status()


def _setting(key: str, value: str | None) -> str:
    return f"{key}={value}" if value else f"{key}-"
