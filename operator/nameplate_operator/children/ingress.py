"""Builds the Ingress that brings the domain's hosts to its Service.

No annotation stands on it, so that any controller serves it.
"""

from typing import Any

from nameplate_api.hostname import hosts
from nameplate_operator.children import names
from nameplate_operator.children.labels import metadata
from nameplate_operator.settings import RouteSettings
from nameplate_operator.subject import Domain


def ingress(domain: Domain, settings: RouteSettings) -> dict[str, Any]:
    """Return the Ingress: every path of each host goes to the Service, TLS with the domain's certificate."""
    served = hosts(domain.spec.domain)
    spec: dict[str, Any] = {
        "rules": [_rule(host, names.ingestion(domain)) for host in served],
        "tls": [{"hosts": list(served), "secretName": names.tls_secret(domain).name}],
    }
    if settings.ingress_class_name is not None:
        spec["ingressClassName"] = settings.ingress_class_name
    ref = names.ingress(domain)
    return {
        **ref.kind.type_meta,
        "metadata": metadata(domain, ref.name),
        "spec": spec,
    }


def _rule(host: str, service: str) -> dict[str, Any]:
    backend = {"service": {"name": service, "port": {"name": names.HTTP_PORT}}}
    return {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
