"""Builds the Deployment that runs a domain's ingestion, fit for namespaces that enforce ``restricted``."""

from typing import Any

from nameplate_api.custom_domain import Resources
from nameplate_api.mounts import END_TIMEOUT, HTTP_PORT, KEYS_DIRECTORY, OPERATIONS_PORT, SETTINGS_DIRECTORY, VOLUME
from nameplate_operator.children import names
from nameplate_operator.children.key_files import key_files, sink_of
from nameplate_operator.children.labels import labels, metadata, selector
from nameplate_operator.children.quantity import canonical
from nameplate_operator.kinds import DEPLOYMENT
from nameplate_operator.settings import PodSettings
from nameplate_operator.subject import Domain

_DATA_DIRECTORY = "/var/lib/nameplate"
_DATA_SIZE = f"{VOLUME // 1024**3}Gi"
_USER = 10001


def deployment(domain: Domain, settings: PodSettings) -> dict[str, Any]:
    """Return the Deployment; its Pods read their settings again by themselves: only a new Secret restarts them."""
    name = names.ingestion(domain)
    return {
        **DEPLOYMENT.type_meta,
        "metadata": metadata(domain, name),
        "spec": {
            "replicas": domain.spec.ingestion.replicas or settings.replicas,
            "progressDeadlineSeconds": settings.progress_timeout,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": selector(domain)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": {"labels": labels(domain)}, "spec": _pod(domain, settings)},
        },
    }


def _pod(domain: Domain, settings: PodSettings) -> dict[str, Any]:
    return {
        "serviceAccountName": names.ingestion(domain),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": END_TIMEOUT,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(domain)},
            }
        ],
        "containers": [_container(domain, settings)],
        "volumes": _volumes(domain, settings),
    }


def _container(domain: Domain, settings: PodSettings) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": "ingestion",
        "image": settings.image,
        "args": ["--settings", SETTINGS_DIRECTORY, "--keys", KEYS_DIRECTORY, "--data", _DATA_DIRECTORY],
        "ports": [
            {"name": names.HTTP_PORT, "containerPort": HTTP_PORT, "protocol": "TCP"},
            {"name": "operations", "containerPort": OPERATIONS_PORT, "protocol": "TCP"},
        ],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "operations"}, "periodSeconds": 5},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "operations"}, "periodSeconds": 10},
        "resources": _resources(domain.spec.ingestion.resources or settings.resources),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "settings", "mountPath": SETTINGS_DIRECTORY, "readOnly": True},
            {"name": "keys", "mountPath": KEYS_DIRECTORY, "readOnly": True},
            {"name": "data", "mountPath": _DATA_DIRECTORY},
        ],
    }
    if settings.image_pull_policy is not None:
        container["imagePullPolicy"] = settings.image_pull_policy
    return container


def _resources(resources: Resources) -> dict[str, dict[str, str]]:
    amounts: dict[str, dict[str, str]] = resources.model_dump(exclude_none=True)
    return {kind: {name: canonical(value) for name, value in named.items()} for kind, named in amounts.items()}


def _volumes(domain: Domain, settings: PodSettings) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = [
        {"secret": {"name": ref.name, "optional": True, "items": [{"key": ref.key, "path": path}]}}
        for path, ref in key_files(domain, sink_of(domain, settings)).items()
    ]
    return [
        {"name": "settings", "configMap": {"name": names.ingestion(domain)}},
        # Optional, so that one missing Secret takes no other source down.
        {"name": "keys", "projected": {"sources": keys}}
        if keys
        else {"name": "keys", "emptyDir": {"sizeLimit": "1Mi"}},
        {"name": "data", "emptyDir": {"sizeLimit": _DATA_SIZE}},
    ]
