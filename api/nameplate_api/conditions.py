"""The conditions of a CustomDomain and of a DomainClaim, and the shape they have in status."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from nameplate_api.base import ApiModel
from nameplate_api.reasons import Reason
from nameplate_api.text import printable

__all__ = [
    "CLAIM_CONDITIONS",
    "CONDITION_MEANINGS",
    "MESSAGE_LIMIT",
    "Condition",
    "ConditionType",
    "Reason",
    "Truth",
    "clip",
]

MESSAGE_LIMIT = 1024
"""Longest message kept in status, in characters; the Kubernetes API allows 32,768."""


class Truth(StrEnum):
    """Status of a condition: False means looked and it does not hold, Unknown that nothing was ever seen."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class ConditionType(StrEnum):
    """The only list of condition types."""

    READY = "Ready"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    ACCEPTED = "Accepted"
    ZONE_READY = "ZoneReady"
    DELEGATED = "Delegated"
    CERTIFICATE_ISSUED = "CertificateIssued"
    INGESTION_AVAILABLE = "IngestionAvailable"
    ROUTED = "Routed"
    REACHABLE = "Reachable"
    BOUND = "Bound"
    WITHDRAWN = "Withdrawn"
    UNDELEGATED = "Undelegated"
    RELEASABLE = "Releasable"


CLAIM_CONDITIONS = (
    ConditionType.BOUND,
    ConditionType.WITHDRAWN,
    ConditionType.UNDELEGATED,
    ConditionType.RELEASABLE,
)
"""The conditions of a DomainClaim; all others are a CustomDomain's."""

CONDITION_MEANINGS = {
    ConditionType.ACCEPTED: "The name is valid and ours, the sources are free, we may do what we must.",
    ConditionType.ZONE_READY: "Our zone exists with its own name servers, token and CAA inside.",
    ConditionType.DELEGATED: "The world resolves the name to us.",
    ConditionType.CERTIFICATE_ISSUED: "A valid certificate is at hand.",
    ConditionType.INGESTION_AVAILABLE: "At least one Pod of this or of the last good spec serves.",
    ConditionType.ROUTED: "The Ingress has an address and our records point at it.",
    ConditionType.REACHABLE: "An HTTPS request by the public name reached our ingestion.",
    ConditionType.READY: "All of them hold; otherwise the first that does not lends its reason and message.",
    ConditionType.RECONCILING: "Work is going on. Present only while True (kstatus).",
    ConditionType.STALLED: "Only a person can bring it forward. Present only while True (kstatus).",
    ConditionType.BOUND: "The name is bound to its holder (on a DomainClaim).",
    ConditionType.WITHDRAWN: "Nothing of the former holder is served (on a released DomainClaim).",
    ConditionType.UNDELEGATED: "No parent server delegates the name to us (on a released DomainClaim).",
    ConditionType.RELEASABLE: "The quarantine has passed and the name may be let go (on a released DomainClaim).",
}


class Condition(ApiModel):
    """One condition as it stands in status (Kubernetes API conventions, "Typical status properties")."""

    type: Annotated[str, Field(max_length=64, description="What the condition speaks of.")]
    status: Annotated[
        Truth,
        Field(description="False: looked, and it does not hold. Unknown: never seen, or not its turn yet."),
    ]
    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            pattern=r"^[A-Za-z][A-Za-z0-9]*$",
            description="One word for the cause.",
        ),
    ]
    message: Annotated[
        str, Field(max_length=MESSAGE_LIMIT, description="What was seen, and what a person has to do next.")
    ]
    last_transition_time: Annotated[datetime, Field(description="When status last changed.")]
    observed_generation: Annotated[int, Field(ge=0, description="Generation that this condition speaks of.")]


def clip(message: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return the message in printable characters, at most ``limit`` of them."""
    shown = printable(message)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
