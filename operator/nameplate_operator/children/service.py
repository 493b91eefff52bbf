"""Builds the Service in front of a domain's ingestion Pods."""

from typing import Any

from nameplate_operator.children import names
from nameplate_operator.children.labels import metadata, selector
from nameplate_operator.kinds import SERVICE
from nameplate_operator.subject import Domain


def service(domain: Domain) -> dict[str, Any]:
    """Return the Service that the Ingress names."""
    return {
        **SERVICE.type_meta,
        "metadata": metadata(domain, names.ingestion(domain)),
        "spec": {
            "type": "ClusterIP",
            "selector": selector(domain),
            "ports": [{"name": names.HTTP_PORT, "port": 80, "targetPort": names.HTTP_PORT, "protocol": "TCP"}],
        },
    }
