"""The CustomDomain as people write it and as the operator reports on it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from nameplate_api.base import ApiModel
from nameplate_api.custom_domain_status import CertificateStatus, CustomDomainStatus, DnsRecord, Endpoints
from nameplate_api.hostname import LONGEST
from nameplate_api.schema import HOST_PATTERN, Host, KubernetesName, Quantity, list_map, rules
from nameplate_api.secret_key_ref import SecretKeyRef
from nameplate_api.sink import Sink
from nameplate_api.source import Source
from nameplate_api.sources import Durability, SourceType

__all__ = [
    "API_VERSION",
    "DOMAIN_LABEL",
    "FINALIZER",
    "GROUP",
    "KIND",
    "PLURAL",
    "RECHECK_ANNOTATION",
    "VERSION",
    "Certificate",
    "CertificateStatus",
    "ContentSecurityPolicy",
    "CustomDomain",
    "CustomDomainSpec",
    "CustomDomainStatus",
    "Delegation",
    "DeletionPolicy",
    "DnsRecord",
    "Durability",
    "Endpoints",
    "Host",
    "Ingestion",
    "KubernetesName",
    "Quantity",
    "ResourceAmounts",
    "Resources",
    "SecretKeyRef",
    "SelfSigned",
    "Sink",
    "Source",
    "SourceType",
]

GROUP = "nameplate.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "CustomDomain"
PLURAL = "customdomains"
FINALIZER = f"{GROUP}/teardown"
DOMAIN_LABEL = f"{GROUP}/domain"
"""Label of every child; its value is the name of the CustomDomain."""
RECHECK_ANNOTATION = f"{GROUP}/recheck"
"""A change of its value asks for a look now."""


class DeletionPolicy(StrEnum):
    """What becomes of zone, token and claim when the CustomDomain is deleted."""

    DELETE = "Delete"
    RETAIN = "Retain"


class Delegation(ApiModel):
    """How the name is brought to us."""

    mode: Annotated[
        Literal["Nameservers"],
        Field(description="Nameservers: the subdomain is delegated to name servers of the platform."),
    ] = "Nameservers"


class SelfSigned(ApiModel):
    """A certificate signed by the operator's own certificate authority."""


class ContentSecurityPolicy(ApiModel):
    """What pages need that send a Content-Security-Policy (W3C CSP Level 3)."""

    enabled: Annotated[
        bool,
        Field(description="True shows the sources to allow in status, and a script tag with a nonce beside the other."),
    ]


class Certificate(ApiModel):
    """Who issues the certificate; none = the platform's default."""

    self_signed: Annotated[SelfSigned | None, Field(description="The operator's own certificate authority.")] = None


class ResourceAmounts(ApiModel):
    """Amounts of CPU and memory as Kubernetes quantities."""

    cpu: Annotated[Quantity | None, Field(description='CPU, such as "100m".')] = None
    memory: Annotated[Quantity | None, Field(description='Memory, such as "128Mi".')] = None


def _within_limit(amount: str) -> tuple[str, str]:
    one, other = f"self.requests.{amount}", f"self.limits.{amount}"
    given = f"!has(self.requests) || !has(self.limits) || !has({one}) || !has({other})"
    fits = f"quantity(string({one})).compareTo(quantity(string({other}))) <= 0"
    return (
        f"{given} || {fits}",
        f"raise limits.{amount}, or lower requests.{amount}: a Pod cannot request more than its limit",
    )


class Resources(ApiModel, json_schema_extra=rules(_within_limit("cpu"), _within_limit("memory"))):
    """Compute resources of each ingestion Pod."""

    requests: Annotated[ResourceAmounts | None, Field(description="What is set aside for the Pod.")] = None
    limits: Annotated[ResourceAmounts | None, Field(description="What the Pod may use at most.")] = None


class Ingestion(ApiModel):
    """The ingestion service of this domain; what is left out has platform-wide defaults."""

    replicas: Annotated[int | None, Field(ge=1, le=100, description="Number of Pods.")] = None
    resources: Annotated[Resources | None, Field(description="Compute resources of each Pod.")] = None
    sink: Annotated[Sink | None, Field(description="Where events go; none = the platform's default.")] = None


_OWN_SECRET_KEYS = (
    "self.all(s, !has(s.writeKeySecretRef) || self.exists_one(o, has(o.writeKeySecretRef)"
    " && o.writeKeySecretRef.name == s.writeKeySecretRef.name && o.writeKeySecretRef.key == s.writeKeySecretRef.key))"
)


_IPV4 = "(^|[.])([0-9]+|0[xX][0-9a-fA-F]*)[.]?$"
_IPV6 = r"^\[?[0-9a-fA-F]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*\]?$"
_NO_HOST = "[:/?#@]"
"""What stands around a host name in a URL."""


class CustomDomainSpec(ApiModel):
    """What the owner of the domain wants."""

    domain: Annotated[
        str,
        Field(
            min_length=4,
            max_length=LONGEST,
            pattern=HOST_PATTERN,
            description="The subdomain, in lower-case A-labels and without a final dot, such as cdp.acme.com.",
            json_schema_extra=rules(
                ("self == oldSelf", "create another CustomDomain for the new name: domain cannot be changed"),
                ("self == self.lowerAscii()", "write the domain in lower case"),
                (
                    "self.matches('^[[:ascii:]]*$')",
                    "write the domain in A-labels (xn--...); `nameplate check` shows them",
                ),
                ("!self.endsWith('.')", "leave out the final dot"),
                ("!self.startsWith('*')", "leave out the wildcard; name one subdomain, such as cdp.acme.com"),
                (
                    f"!self.matches('{_IPV4}') && !self.matches(r'{_IPV6}')",
                    "use a host name; an IP address cannot be delegated",
                ),
                (
                    f"!self.matches('{_NO_HOST}') || self.matches(r'{_IPV6}')",
                    "write the host name alone, without https://, port or path, such as cdp.acme.com",
                ),
                (
                    f"self.matches('{_NO_HOST}') || self.matches('^[*]?[-.[:alnum:][:^ascii:]]*$')",
                    "use letters, digits and hyphens between the dots: no underscore, space or other character",
                ),
                ("!self.matches('(^|[.])-|-([.]|$)')", "let no label, from dot to dot, begin or end with a hyphen"),
                ("!self.matches('^[.]|[.][.]')", "leave out the empty label: a dot has a label before it"),
                ("!self.matches('[^.]{64}')", "shorten each label, from dot to dot, to at most 63 characters"),
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
            json_schema_extra=list_map("name")
            | rules(
                (
                    "self.exists(source, source.type == 'AnalyticsJS')",
                    "add a source of type AnalyticsJS: the set-up of a domain needs one",
                ),
                (
                    "self.all(s, !has(s.writeKey) || self.exists_one(o, has(o.writeKey) && o.writeKey == s.writeKey))",
                    "give each source a writeKey of its own",
                ),
                (
                    "self.all(s, !has(s.alias) || self.exists_one(o, has(o.alias) && o.alias == s.alias))",
                    "give each source an alias of its own",
                ),
                (
                    _OWN_SECRET_KEYS,
                    "give each source a key of its own in writeKeySecretRef, such as one named after the source",
                ),
            ),
        ),
    ]
    content_security_policy: Annotated[
        ContentSecurityPolicy | None, Field(description="For pages that send a Content-Security-Policy.")
    ] = None
    certificate: Annotated[Certificate, Field(description="Who issues the certificate.")] = Certificate()
    ingestion: Annotated[Ingestion, Field(description="The ingestion service of this domain.")] = Ingestion()
    deletion_policy: Annotated[
        DeletionPolicy,
        Field(description="Delete lets the zone go once it is safe; Retain keeps zone, token and claim."),
    ] = DeletionPolicy.DELETE
    suspend: Annotated[bool, Field(description="True holds back every change but deletion.")] = False


class CustomDomain(ApiModel):
    """A customer's own name in front of event collection."""

    spec: Annotated[CustomDomainSpec, Field(description="What the owner of the domain wants.")]
    status: Annotated[CustomDomainStatus, Field(description="What the operator saw.")] = CustomDomainStatus()
