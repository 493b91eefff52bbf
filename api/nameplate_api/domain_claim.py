"""The DomainClaim: who holds a name, and the durable record of all that was made for it outside the cluster."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from nameplate_api.alias import ALIAS_LENGTH
from nameplate_api.base import ApiModel
from nameplate_api.conditions import Condition
from nameplate_api.custom_domain import GROUP, DeletionPolicy
from nameplate_api.schema import ATOMIC, Host, LabelName, list_map, rules

CLAIM_KIND = "DomainClaim"
CLAIM_PLURAL = "domainclaims"
REGISTRABLE_LABEL = f"{GROUP}/registrable"
"""Label of every claim: the registrable domain, hashed where it is too long, so that names which overlap share it."""
RESERVED_LABEL = f"{GROUP}/reserved"
"""Label of a claim that a platform admin wrote as a reservation; letting go of the name keeps the reservation."""
MOST_ALIASES = 256
"""Aliases that a claim has room for: one in use for each of 64 sources, and former ones."""


class Holder(ApiModel):
    """The CustomDomain that holds the name; a namespace alone reserves the name for it."""

    namespace: Annotated[LabelName, Field(description="Namespace of the holder.")]
    name: Annotated[str | None, Field(max_length=253, description="Name of the CustomDomain.")] = None


class ClaimZone(ApiModel):
    """The zone at the provider."""

    provider: Annotated[Literal["powerdns"], Field(description="Who hosts the zone.")]
    id: Annotated[str | None, Field(max_length=300, description="The provider's id of the zone.")] = None
    nameservers: Annotated[
        tuple[Host, ...],
        Field(
            max_length=16,
            description="Its name servers.",
            json_schema_extra=ATOMIC,
        ),
    ] = ()
    delegated: Annotated[bool, Field(description="True once the parent was seen to delegate the name to us.")] = False


class ClaimCertificate(ApiModel):
    """The certificate outside or inside the cluster."""

    issuer: Annotated[str, Field(max_length=64, description="Who issued it.")]
    reference: Annotated[str | None, Field(max_length=512, description="Where it stands.")] = None


class ClaimAlias(ApiModel):
    """A path of the library that is or was in use."""

    path: Annotated[str, Field(min_length=1, max_length=ALIAS_LENGTH, description="The path.")]
    source: Annotated[str, Field(max_length=63, description="Source whose library is served there.")]
    left_time: Annotated[
        datetime | None, Field(description="When the source was given another alias or none; absent: it is in use.")
    ] = None


# `namespace` is a reserved word of CEL; unescaped, the API server cannot estimate what the rule costs.
_SAME_NAMESPACE = (
    "!has(self.token) || !has(oldSelf.token) || !has(self.holder) || !has(oldSelf.holder)"
    " || self.holder.__namespace__ == oldSelf.holder.__namespace__"
)
_RULES = rules(
    (
        "!has(oldSelf.token) || !has(self.token) || self.token == oldSelf.token",
        "leave token as it is: zone and certificate are found by it",
    ),
    (
        "!has(oldSelf.token) || has(self.token) || has(oldSelf.releaseTime)",
        "delete the CustomDomain that holds the name: token goes once the name is released",
    ),
    ("!has(self.token) || has(self.holder)", "keep holder while the claim has a token"),
    ("!has(self.zone) || has(self.token)", "keep token while the claim has a zone"),
    (_SAME_NAMESPACE, "wait until the name is let go: a bound name stays with its namespace"),
)


class DomainClaimSpec(ApiModel, json_schema_extra=_RULES):
    """Who holds the name; written by the operator, or beforehand by a platform admin as a reservation."""

    holder: Annotated[Holder | None, Field(description="Who holds the name; none reserves it for nobody.")] = None
    cluster_name: Annotated[str | None, Field(max_length=253, description="The cluster that wrote the claim.")] = None
    token: Annotated[
        str | None,
        Field(
            min_length=16,
            max_length=64,
            pattern=r"^[a-z0-9]+$",
            description="Present once the claim is bound: the TXT value at _nameplate.<domain>.",
        ),
    ] = None
    zone: Annotated[ClaimZone | None, Field(description="The zone at the provider.")] = None
    certificate: Annotated[ClaimCertificate | None, Field(description="The certificate.")] = None
    sources: Annotated[
        tuple[Annotated[str, Field(max_length=63)], ...],
        Field(
            max_length=64,
            description="Sources recorded for this holder; the first recorded wins.",
            json_schema_extra={"x-kubernetes-list-type": "set"},
        ),
    ] = ()
    aliases: Annotated[
        tuple[ClaimAlias, ...],
        Field(
            max_length=MOST_ALIASES,
            description="Aliases of the library that are in use, and former ones that are served on for a while.",
            json_schema_extra=list_map("path"),
        ),
    ] = ()
    deletion_policy: Annotated[DeletionPolicy, Field(description="Copied from the CustomDomain at every pass.")] = (
        DeletionPolicy.DELETE
    )
    release_time: Annotated[datetime | None, Field(description="Present once the holder let go of the name.")] = None


class DomainClaimStatus(ApiModel):
    """What the operator saw while letting go of the name."""

    observed_generation: Annotated[int, Field(ge=-1, description="Generation that this status speaks of.")] = -1
    conditions: Annotated[
        tuple[Condition, ...],
        Field(
            max_length=32,
            description="What was seen.",
            json_schema_extra=list_map("type"),
        ),
    ] = ()


class DomainClaim(ApiModel):
    """A host name held in this cluster; it is to a CustomDomain what a PersistentVolume is to a claim on one."""

    spec: Annotated[DomainClaimSpec, Field(description="Who holds the name.")]
    status: Annotated[DomainClaimStatus, Field(description="What the operator saw.")] = DomainClaimStatus()
