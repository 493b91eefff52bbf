"""Builds the Ingress that brings the domain's hosts to its Service, and reads where it is.

No annotation stands on it, so that any controller serves it.
"""

from ipaddress import ip_address
from typing import Any

from nameplate_api.hostname import UnusableName, normalise
from nameplate_operator.children import names
from nameplate_operator.children.labels import metadata
from nameplate_operator.ports import Manifest
from nameplate_operator.records import hosts
from nameplate_operator.settings import RouteSettings
from nameplate_operator.subject import Domain

_MOST_ADDRESSES = 16
_MOST_HOSTNAMES = 2


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


def shown(live: Manifest | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses and host names that an Ingress shows, each valid and not too many of them."""
    status = (live or {}).get("status") or {}
    entries = ((status.get("loadBalancer") or {}).get("ingress") or ())[:_MOST_ADDRESSES]
    addresses = sorted({address for entry in entries if (address := _address(entry.get("ip", "")))})
    hostnames = sorted({hostname for entry in entries if (hostname := _hostname(entry.get("hostname", "")))})
    return tuple(addresses), tuple(hostnames[:_MOST_HOSTNAMES])


def _hostname(text: str) -> str | None:
    try:
        return normalise(text)
    except UnusableName:
        return None


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
