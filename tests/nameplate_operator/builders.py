"""Builders of objects for tests: everything has a default, a test names only what it is about."""

from typing import Any

from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Ports, Ref
from nameplate_operator.settings import OperatorSettings
from nameplate_operator.subject import Claim, Domain
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import MemoryAuthority, MemoryProber, MemoryResolver, MemoryZones

TOKEN = "abcdefghijklmnopqrstuvwxyz"
WEBSITE = {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"}
DOMAIN_REF = Ref(CUSTOM_DOMAIN, "web", "acme")
CLAIM_REF = Ref(DOMAIN_CLAIM, "cdp.acme.com")


def settings(**changes: Any) -> OperatorSettings:
    """Return settings with the given top-level fields, in camelCase, over the defaults for tests."""
    document: dict[str, Any] = {
        "clusterName": "here",
        "zones": {
            "powerDns": {
                "url": "http://127.0.0.1:1",
                "apiKeyFile": "/dev/null",
                "nameserverDomain": "nameplate.example",
            }
        },
        "ingestion": {"image": "localhost/nameplate-ingestion:1"},
    }
    return OperatorSettings.model_validate(document | changes)


def memory_ports(cluster: MemoryCluster | None = None) -> Ports:
    """Return ports in memory."""
    return Ports(cluster or MemoryCluster(), MemoryResolver(), MemoryZones(), MemoryAuthority(), MemoryProber())


def domain_manifest(name: str = "web", namespace: str = "acme", **spec: Any) -> dict[str, Any]:
    """Return a CustomDomain as a person writes it."""
    return {
        "apiVersion": "nameplate.dev/v1alpha1",
        "kind": "CustomDomain",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"domain": "cdp.acme.com", "sources": [WEBSITE]} | spec,
    }


def claim_manifest(host: str = "cdp.acme.com", labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """Return a bound DomainClaim."""
    return {
        "apiVersion": "nameplate.dev/v1alpha1",
        "kind": "DomainClaim",
        "metadata": {"name": host, "labels": labels or {"nameplate.dev/registrable": "acme.com"}},
        "spec": {"holder": {"namespace": "acme", "name": "web"}, "clusterName": "here", "token": TOKEN} | spec,
    }


def a_domain(meta: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **spec: Any) -> Domain:
    """Return a CustomDomain as the API server holds it."""
    manifest = domain_manifest(**spec)
    manifest["metadata"] |= _SERVED | {"uid": "uid-domain"} | (meta or {})
    manifest["status"] = status or {"observedGeneration": -1}
    return Domain.read(manifest)


def a_claim(meta: dict[str, Any] | None = None, status: dict[str, Any] | None = None, **spec: Any) -> Claim:
    """Return a bound DomainClaim as the API server holds it."""
    manifest = claim_manifest(**spec)
    manifest["metadata"] |= _SERVED | {"uid": "uid-claim"} | (meta or {})
    manifest["status"] = status or {"observedGeneration": -1}
    return Claim.read(manifest)


def a_condition(type_: str, status: str, reason: str, message: str = "", **changes: Any) -> dict[str, Any]:
    """Return a condition as it stands in status."""
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2030-01-01T00:00:00Z",
        "observedGeneration": 1,
    } | changes


_SERVED = {"generation": 1, "resourceVersion": "1", "creationTimestamp": "2030-01-01T00:00:00Z"}
