"""Manifests as people write them, and what the API server must say to each."""

from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]
WEBSITE: Manifest = {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y"}


@dataclass(frozen=True)
class Case:
    """A manifest by what is special about it; without a refusal it must be accepted."""

    title: str
    manifest: Manifest
    refusal: str = ""


def custom_domain(name: str = "web", **spec: Any) -> Manifest:
    """Return the smallest CustomDomain, with the given fields of the spec; one that is None is left out."""
    fields = {"domain": "cdp.acme.com", "sources": [WEBSITE]} | spec
    return {
        "apiVersion": "nameplate.dev/v1alpha1",
        "kind": "CustomDomain",
        "metadata": {"name": name},
        "spec": {key: value for key, value in fields.items() if value is not None},
    }


def with_source(**changes: Any) -> Manifest:
    """Return a CustomDomain with a second source; a field that is None is left out."""
    fields = {"name": "backend", "type": "Go", "writeKey": "s3cond"} | changes
    source = {key: value for key, value in fields.items() if value is not None}
    return custom_domain(sources=[WEBSITE, source])


def with_website(**changes: Any) -> Manifest:
    """Return a CustomDomain whose only source, of type AnalyticsJS, has these fields too."""
    return custom_domain(sources=[WEBSITE | changes])


def with_resources(**resources: Any) -> Manifest:
    """Return a CustomDomain whose ingestion has these compute resources."""
    return custom_domain(ingestion={"resources": resources})


def with_sink(**sink: Any) -> Manifest:
    """Return a CustomDomain whose events go there."""
    return custom_domain(ingestion={"sink": sink})


def with_kafka(**changes: Any) -> Manifest:
    """Return a CustomDomain whose events go to Kafka; a field that is None is left out."""
    fields = {"bootstrapServers": ["kafka-1.example.com:9092"], "topic": "events"} | changes
    return with_sink(kafka={key: value for key, value in fields.items() if value is not None})


def domain_claim(name: str = "cdp.acme.com", **spec: Any) -> Manifest:
    """Return a DomainClaim with the given spec."""
    return {
        "apiVersion": "nameplate.dev/v1alpha1",
        "kind": "DomainClaim",
        "metadata": {"name": name},
        "spec": spec,
    }


def bound_claim(name: str = "cdp.acme.com", **changes: Any) -> Manifest:
    """Return a DomainClaim that is bound; a changed field that is None is left out."""
    fields = {
        "holder": {"namespace": "acme", "name": "web"},
        "clusterName": "prod-eu",
        "token": "0123456789abcdef",
        "zone": {"provider": "powerdns"},
    } | changes
    return domain_claim(name, **{key: value for key, value in fields.items() if value is not None})


def without(manifest: Manifest, field: str) -> Manifest:
    """Return the manifest without one of its top-level fields."""
    return {key: value for key, value in manifest.items() if key != field}


def name_of_length(octets: int) -> str:
    """Return a host name of that many octets below acme.com, of labels with at most 63."""
    rest = octets - len(".acme.com")
    labels = []
    while rest > 0:
        label = min(63, rest) if rest != 64 else 32
        labels.append("a" * label)
        rest -= label + 1
    return ".".join([*labels, "acme.com"])
