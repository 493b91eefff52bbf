"""The operator's settings: one YAML file, read once at start, unknown keys refused; secrets are mounted files.

Durations are seconds.
"""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from nameplate_api.custom_domain import ResourceAmounts, Resources
from nameplate_api.hostname import normalise
from nameplate_api.ingestion_settings import LimitSettings
from nameplate_api.schema import LabelName
from nameplate_api.sink import FileSink, Sink

Seconds = Annotated[float, Field(gt=0, le=10 * 365 * 86400)]
Port = Annotated[int, Field(ge=1, le=65535)]


class _Settings(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, frozen=True, extra="forbid")


class PowerDnsSettings(_Settings):
    """The PowerDNS server that hosts the zones."""

    url: Annotated[str, Field(pattern=r"^https?://", description="Base URL of its HTTP API.")]
    api_key_file: Annotated[Path, Field(description="File that holds the API key.")]
    server_id: Annotated[str, Field(description="Id of the server in that API.")] = "localhost"
    nameserver_domain: Annotated[
        str,
        AfterValidator(normalise),
        Field(
            max_length=200,
            description="Domain below which each zone's name servers are named, as in <label>.ns1.<domain>.",
        ),
    ]
    nameserver_groups: Annotated[
        tuple[LabelName, ...],
        Field(min_length=1, max_length=13, description="Labels with one wildcard address record each."),
    ] = ("ns1", "ns2")


class ZoneSettings(_Settings):
    """Zones and what stands in them."""

    power_dns: PowerDnsSettings
    ttl: Annotated[int, Field(ge=1, le=86400, description="TTL of address records.")] = 300


class DnsSettings(_Settings):
    """How the delegation check asks the DNS."""

    root_hints_file: Annotated[Path | None, Field(description="A named.root file; none = the public root.")] = None
    port: Annotated[Port, Field(description="Port of every server.")] = 53
    allowed_private_ranges: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        Field(description="Special-purpose ranges whose servers may be asked all the same."),
    ] = ()
    query_timeout: Annotated[Seconds, Field(description="Wait for one answer over UDP.")] = 2
    check_timeout: Annotated[Seconds, Field(description="Bound of one whole check.")] = 12
    queries_per_second: Annotated[float, Field(gt=0, description="Budget of all checks together.")] = 200


def _one_sink(sink: Sink) -> Sink:
    if len(sink.model_dump(exclude_none=True)) != 1:
        raise ValueError("exactly one of file, forward and kafka")
    return sink


class PodSettings(_Settings):
    """The Pods of the ingestion service that each domain runs."""

    image: Annotated[str, Field(min_length=1, description="Container image.")]
    image_pull_policy: Annotated[str | None, Field(description="Pull policy; none = Kubernetes' default.")] = None
    replicas: Annotated[int, Field(ge=1, le=100, description="Pods, where the CustomDomain does not say.")] = 2
    resources: Annotated[Resources, Field(description="Resources, where the CustomDomain does not say.")] = Resources(
        requests=ResourceAmounts(cpu="50m", memory="64Mi"), limits=ResourceAmounts(memory="256Mi")
    )
    progress_timeout: Annotated[int, Field(ge=1, description="Deadline of a roll-out.")] = 600
    sink: Annotated[
        Sink,
        AfterValidator(_one_sink),
        Field(description="Where events go, where the CustomDomain does not say; Secrets are those of its namespace."),
    ] = Sink(file=FileSink())
    limits: Annotated[LimitSettings, Field(description="What one request may bring.")] = LimitSettings()
    trusted_proxies: Annotated[
        int, Field(ge=0, le=16, description="Proxies before a Pod that add an address to X-Forwarded-For.")
    ] = 1
    upstream_cdn: Annotated[
        str | None,
        Field(
            max_length=2048,
            pattern=r"^https://[^\s/?#@]+(/[^\s?#@]*)?$",
            description="CDN of the destinations that run in pages, and of their settings; none = there are none.",
        ),
    ] = None


class RouteSettings(_Settings):
    """The Ingress of each domain."""

    ingress_class_name: Annotated[str | None, Field(description="Ingress class; none = the cluster's default.")] = None


class ProberSettings(_Settings):
    """The probe by the public name."""

    required: Annotated[bool, Field(description="False: Ready does without Reachable while that is Unknown.")] = True
    port: Annotated[Port, Field(description="Port to connect to.")] = 443
    ca_file: Annotated[Path | None, Field(description="Additional CA certificates to trust.")] = None
    timeout: Annotated[Seconds, Field(description="Bound of one probe.")] = 5


class PaceSettings(_Settings):
    """When a domain is looked at again."""

    edit_every: Annotated[Seconds, Field(description="For 2 minutes after name servers are shown or an edit.")] = 5
    first_hour_every: Annotated[Seconds, Field(description="In the first hour of waiting.")] = 10
    first_day_every: Annotated[Seconds, Field(description="At most, in the first day of waiting.")] = 900
    first_week_every: Annotated[Seconds, Field(description="In the first week of waiting.")] = 3600
    later_every: Annotated[Seconds, Field(description="After that, for ever.")] = 21600
    active_every: Annotated[Seconds, Field(description="While it serves; up to twice as long, by the name.")] = 1800
    failed_after: Annotated[Seconds, Field(description="After a first failure while it serves.")] = 30


class ReleaseSettings(_Settings):
    """Letting go of names."""

    quarantine: Annotated[float, Field(ge=0, description="Rest of a released name once undelegated.")] = 7 * 86400
    release_after: Annotated[Seconds, Field(description="Absence of a holder after which its claim is released.")] = (
        3600
    )
    sweep_every: Annotated[Seconds, Field(description="Pause between two looks for absent holders.")] = 300


class OperatorSettings(_Settings):
    """All of the operator's settings."""

    cluster_name: Annotated[str | None, Field(description="Name of this cluster; none = the uid of kube-system.")] = (
        None
    )
    namespace: Annotated[str, Field(description="The operator's own namespace.")] = "nameplate-system"
    zones: ZoneSettings
    dns: DnsSettings = DnsSettings()
    ingestion: PodSettings
    route: RouteSettings = RouteSettings()
    prober: ProberSettings = ProberSettings()
    pace: PaceSettings = PaceSettings()
    release: ReleaseSettings = ReleaseSettings()
    delegation_deadline: Annotated[Seconds, Field(description="Wait for the NS records before Stalled.")] = 86400
    workers: Annotated[
        int, Field(ge=1, le=64, description="Objects worked on at a time; half of them at most of one namespace.")
    ] = 16
    resync_every: Annotated[
        Seconds, Field(description="Pause between two full lists that find what a watch missed.")
    ] = 600
    health_port: Annotated[int, Field(ge=0, le=65535, description="Port of /healthz, /readyz and /metrics.")] = 8080
