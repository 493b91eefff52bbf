"""The CustomDomain as people write it and as the operator reports on it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from nameplate_api.base import ApiModel
from nameplate_api.conditions import Condition

GROUP = "nameplate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "CustomDomain"
FINALIZER = f"{GROUP}/teardown"
DOMAIN_LABEL = f"{GROUP}/domain"
"""Label of every child; its value is the name of the CustomDomain."""
RECHECK_ANNOTATION = f"{GROUP}/recheck"
"""A change of its value asks for a look now."""

Quantity = Annotated[str, Field(max_length=32, pattern=r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")]
KubernetesName = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
Host = Annotated[str, Field(min_length=1, max_length=253)]


def _rules(*rules: tuple[str, str]) -> dict[str, Any]:
    """Return CEL rules as the schema extension that carries them; each is (rule, message)."""
    return {"x-kubernetes-validations": [{"rule": rule, "message": message} for rule, message in rules]}


def _list_map(key: str) -> dict[str, Any]:
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}


class SourceType(StrEnum):
    """The kinds of source that a domain can serve."""

    ANALYTICS_JS = "AnalyticsJS"
    CLOJURE = "Clojure"
    GO = "Go"
    JAVA = "Java"
    NODE_JS = "NodeJS"
    PHP = "PHP"
    PYTHON = "Python"
    RUBY = "Ruby"
    DOT_NET = "DotNet"
    MOBILE = "Mobile"
    PIXEL = "Pixel"


class DeletionPolicy(StrEnum):
    """What becomes of zone, token and claim when the CustomDomain is deleted."""

    DELETE = "Delete"
    RETAIN = "Retain"


class SecretKeyRef(ApiModel):
    """One key of a Secret in the CustomDomain's own namespace."""

    name: Annotated[KubernetesName, Field(description="Name of the Secret.")]
    key: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$", description="Key in it.")]


class Source(
    ApiModel,
    json_schema_extra=_rules(
        (
            "has(self.writeKey) != has(self.writeKeySecretRef)",
            "give the source exactly one of writeKey and writeKeySecretRef",
        ),
        (
            "!has(self.writeKeySecretRef) || !(self.type in ['AnalyticsJS', 'Mobile', 'Pixel'])",
            "use writeKey for AnalyticsJS, Mobile and Pixel: their key is public in every page or app",
        ),
    ),
):
    """Something that sends events: a web site, an app, a server."""

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=63,
            pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            description="Name of the source, unique in the namespace: each source belongs to one domain.",
        ),
    ]
    type: Annotated[SourceType, Field(description="Kind of library that sends the events.")]
    write_key: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=128,
            pattern=r"^[A-Za-z0-9_.-]+$",
            description="Write key, if it is public.",
        ),
    ] = None
    write_key_secret_ref: Annotated[SecretKeyRef | None, Field(description="Where a secret write key stands.")] = None


class Delegation(ApiModel):
    """How the name is brought to us."""

    mode: Annotated[
        Literal["Nameservers"],
        Field(description="Nameservers: the subdomain is delegated to name servers of the platform."),
    ] = "Nameservers"


class SelfSigned(ApiModel):
    """A certificate signed by the operator's own certificate authority."""


class Certificate(
    ApiModel,
    json_schema_extra=_rules(
        (
            "[has(self.selfSigned)].filter(given, given).size() <= 1",
            "choose at most one issuer",
        ),
    ),
):
    """Who issues the certificate; none = the platform's default."""

    self_signed: Annotated[SelfSigned | None, Field(description="The operator's own certificate authority.")] = None


class ResourceAmounts(ApiModel):
    """Amounts of CPU and memory as Kubernetes quantities."""

    cpu: Annotated[Quantity | None, Field(description='CPU, such as "100m".')] = None
    memory: Annotated[Quantity | None, Field(description='Memory, such as "128Mi".')] = None


class Resources(ApiModel):
    """Compute resources of each ingestion Pod."""

    requests: Annotated[ResourceAmounts | None, Field(description="What is set aside for the Pod.")] = None
    limits: Annotated[ResourceAmounts | None, Field(description="What the Pod may use at most.")] = None


class Ingestion(ApiModel):
    """The ingestion service of this domain; what is left out has platform-wide defaults."""

    replicas: Annotated[int | None, Field(ge=1, le=100, description="Number of Pods.")] = None
    resources: Annotated[Resources | None, Field(description="Compute resources of each Pod.")] = None


class CustomDomainSpec(ApiModel):
    """What the owner of the domain wants."""

    domain: Annotated[
        str,
        Field(
            min_length=4,
            max_length=249,
            pattern=r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            description="The subdomain, in lower-case A-labels and without a final dot, such as cdp.acme.com.",
            json_schema_extra=_rules(
                ("self == oldSelf", "domain cannot be changed; create another CustomDomain for the new name"),
                ("self.split('.').size() >= 3", "use a subdomain of your domain, such as cdp.acme.com"),
            ),
        ),
    ]
    delegation: Annotated[Delegation, Field(description="How the name is brought to us.")] = Delegation()
    sources: Annotated[
        tuple[Source, ...],
        Field(
            min_length=1,
            max_length=64,
            description="What sends events through this domain; at least one is of type AnalyticsJS.",
            json_schema_extra=_list_map("name")
            | _rules(
                (
                    "self.exists(source, source.type == 'AnalyticsJS')",
                    "add a source of type AnalyticsJS: the set-up of a domain needs one",
                ),
                (
                    "self.all(s, !has(s.writeKey) || self.exists_one(o, has(o.writeKey) && o.writeKey == s.writeKey))",
                    "give each source a writeKey of its own",
                ),
            ),
        ),
    ]
    certificate: Annotated[Certificate, Field(description="Who issues the certificate.")] = Certificate()
    ingestion: Annotated[Ingestion, Field(description="The ingestion service of this domain.")] = Ingestion()
    deletion_policy: Annotated[
        DeletionPolicy,
        Field(description="Delete lets the zone go once it is safe; Retain keeps zone, token and claim."),
    ] = DeletionPolicy.DELETE
    suspend: Annotated[bool, Field(description="True holds back every change but deletion.")] = False


class DnsRecord(ApiModel):
    """A record that a person must add or remove, and whether it is there."""

    purpose: Annotated[str, Field(max_length=64, description="What the record is for.")]
    action: Annotated[Literal["Add", "Remove"], Field(description="What a person must do.")]
    name: Annotated[Host, Field(description="Full name of the record.")]
    relative_name: Annotated[str, Field(max_length=253, description="Name to enter in the zone's editor.")]
    type: Annotated[str, Field(max_length=16, description="Record type.")]
    values: Annotated[
        tuple[Annotated[str, Field(max_length=512)], ...],
        Field(
            max_length=16,
            description="Record values.",
            json_schema_extra={"x-kubernetes-list-type": "atomic"},
        ),
    ]
    ttl: Annotated[int, Field(ge=0, le=2147483647, description="Time to live in seconds.")]
    state: Annotated[Literal["Pending", "Present", "Unknown"], Field(description="Whether it is as it must be.")]
    found: Annotated[
        tuple[Annotated[str, Field(max_length=512)], ...],
        Field(
            max_length=32,
            description="What was seen.",
            json_schema_extra={"x-kubernetes-list-type": "atomic"},
        ),
    ] = ()


class Endpoints(ApiModel):
    """Where events and the library are served."""

    tracking_api: Annotated[str, Field(alias="trackingAPI", max_length=300, description="Base of the Tracking API.")]
    cdn: Annotated[str, Field(max_length=300, description="Base of the Analytics.js library.")]


class CertificateStatus(ApiModel):
    """The certificate at hand."""

    issuer: Annotated[str, Field(max_length=64, description="Who issued it.")]
    reference: Annotated[str, Field(max_length=512, description="Where it stands.")]
    not_after: Annotated[datetime | None, Field(description="End of its validity.")] = None


class CustomDomainStatus(ApiModel):
    """What the operator saw; nothing decides from it but for the truth and the times of its own conditions."""

    observed_generation: Annotated[int, Field(ge=-1, description="Generation that this status speaks of.")] = -1
    conditions: Annotated[
        tuple[Condition, ...],
        Field(max_length=32, description="What was seen.", json_schema_extra=_list_map("type")),
    ] = ()
    nameservers: Annotated[
        tuple[Host, ...],
        Field(
            max_length=16,
            description="Name servers to list in the NS records at the parent zone.",
            json_schema_extra={"x-kubernetes-list-type": "atomic"},
        ),
    ] = ()
    records: Annotated[
        tuple[DnsRecord, ...],
        Field(
            max_length=64,
            description="Every record that a person must add or remove.",
            json_schema_extra={"x-kubernetes-list-type": "atomic"},
        ),
    ] = ()
    endpoints: Annotated[Endpoints | None, Field(description="Where events and the library are served.")] = None
    certificate: Annotated[CertificateStatus | None, Field(description="The certificate at hand.")] = None
    next_check_time: Annotated[
        datetime | None,
        Field(description="When the domain is looked at next, if that is 5 minutes or more away."),
    ] = None


class CustomDomain(ApiModel):
    """A customer's own name in front of event collection."""

    spec: Annotated[CustomDomainSpec, Field(description="What the owner of the domain wants.")]
    status: Annotated[CustomDomainStatus, Field(description="What the operator saw.", json_schema_extra={})] = (
        CustomDomainStatus()
    )
