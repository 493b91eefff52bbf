"""What the operator reports on a CustomDomain."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from nameplate_api.base import ApiModel
from nameplate_api.conditions import Condition
from nameplate_api.schema import ATOMIC, Host, KubernetesName, list_map

RecordValue = Annotated[str, Field(max_length=512)]


class DnsRecord(ApiModel):
    """A record that a person must add or remove, and whether it is there."""

    purpose: Annotated[str, Field(max_length=64, description="What the record is for.")]
    action: Annotated[Literal["Add", "Remove"], Field(description="What a person must do.")]
    name: Annotated[Host, Field(description="Full name of the record.")]
    relative_name: Annotated[
        str,
        Field(max_length=253, description="Name to enter where an editor appends the zone's own name."),
    ]
    type: Annotated[str, Field(max_length=16, description="Record type, such as NS.")]
    values: Annotated[
        tuple[RecordValue, ...],
        Field(max_length=16, description="Record values.", json_schema_extra=ATOMIC),
    ]
    ttl: Annotated[int, Field(ge=0, le=2147483647, description="Time to live in seconds.")]
    state: Annotated[
        Literal["Pending", "Present", "Unknown"],
        Field(description="Present: as it must be; Pending: not yet; Unknown: never seen."),
    ]
    found: Annotated[
        tuple[RecordValue, ...],
        Field(max_length=32, description="The values seen in its place.", json_schema_extra=ATOMIC),
    ] = ()


class Endpoints(ApiModel):
    """Where events and the library are served."""

    tracking_api: Annotated[
        str, Field(alias="trackingAPI", max_length=300, description="Base URL of the Tracking API.")
    ]
    cdn: Annotated[str, Field(max_length=300, description="Base URL of the Analytics.js library.")]


class SnippetsStatus(ApiModel):
    """What to put into pages and programs."""

    config_map: Annotated[KubernetesName, Field(description="ConfigMap that holds the snippets of each source.")]


_Origins = Annotated[
    tuple[Annotated[str, Field(max_length=300)], ...],
    Field(max_length=8, json_schema_extra=ATOMIC),
]


class ContentSecurityPolicyStatus(ApiModel):
    """What a page's Content-Security-Policy must allow beside what it allows already."""

    script_src: Annotated[_Origins, Field(description="To be added to script-src.")] = ()
    connect_src: Annotated[_Origins, Field(description="To be added to connect-src.")] = ()
    img_src: Annotated[_Origins, Field(description="To be added to img-src, of pages with a pixel.")] = ()


class CertificateStatus(ApiModel):
    """The certificate at hand."""

    issuer: Annotated[str, Field(max_length=64, description="Who issued it.")]
    reference: Annotated[str, Field(max_length=512, description="Where it stands.")]
    not_after: Annotated[datetime | None, Field(description="End of its validity.")] = None
    renewal: Annotated[datetime | None, Field(description="When it is due to be renewed.")] = None


class CustomDomainStatus(ApiModel):
    """What the operator saw; nothing decides from it but for the truth and the times of its own conditions."""

    observed_generation: Annotated[
        int, Field(ge=-1, description="Generation that this status speaks of; -1: not yet seen.")
    ] = -1
    conditions: Annotated[
        tuple[Condition, ...],
        Field(max_length=32, description="What holds and what does not.", json_schema_extra=list_map("type")),
    ] = ()
    nameservers: Annotated[
        tuple[Host, ...],
        Field(
            max_length=16,
            description="Name servers to list in the NS records at the parent zone.",
            json_schema_extra=ATOMIC,
        ),
    ] = ()
    records: Annotated[
        tuple[DnsRecord, ...],
        Field(
            max_length=64,
            description="Every record that a person must add or remove.",
            json_schema_extra=ATOMIC,
        ),
    ] = ()
    endpoints: Annotated[Endpoints | None, Field(description="Where events and the library are served.")] = None
    snippets: Annotated[SnippetsStatus | None, Field(description="What to put into pages and programs.")] = None
    content_security_policy: Annotated[
        ContentSecurityPolicyStatus | None,
        Field(description="What a page's Content-Security-Policy must allow; shown if the spec asks for it."),
    ] = None
    certificate: Annotated[CertificateStatus | None, Field(description="The certificate at hand.")] = None
    next_check_time: Annotated[
        datetime | None,
        Field(description="When the domain is looked at next, if that is 5 minutes or more away."),
    ] = None
