"""Every reason that a condition can carry, with a sentence on when it is used and what to do then.

The delegation check's reasons follow the order in which a person would mend them; that order picks the primary problem.
"""

from collections.abc import Iterator
from enum import StrEnum


class Reason(StrEnum):
    """A CamelCase word for the cause of a condition's status; ``meaning`` and ``remedy`` are for people."""

    meaning: str
    remedy: str

    def __new__(cls, value: str, meaning: str = "", remedy: str = "") -> "Reason":
        """Make a member from its word, the sentence that explains it, and what to do about it ("" = nothing)."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.remedy = remedy
        return member

    # Any condition
    WAITING = "Waiting", "It is not this condition's turn yet; the message names the one it waits for."
    SUSPENDED = "Suspended", "The object was created with spec.suspend.", "Set spec.suspend to false."
    NAMESPACE_TERMINATING = "NamespaceTerminating", "The namespace is being deleted: nothing new is made in it."
    PROGRESSING = "Progressing", "A new generation of the spec is being worked on."
    INTERNAL_ERROR = "InternalError", "The operator failed in an unforeseen way.", "Read the operator's log."
    PROVIDER_UNAVAILABLE = ("ProviderUnavailable", "An outside system did not answer.", "Wait; it is asked again.")
    RATE_LIMITED = "RateLimited", "An outside system asked us to slow down.", "Wait; it is asked again."
    QUOTA_EXCEEDED = (
        "QuotaExceeded",
        "A ResourceQuota of the namespace leaves no room for an object.",
        "Raise the quota that the message names, or delete what is not needed.",
    )
    POLICY_DENIED = (
        "PolicyDenied",
        "An admission policy or webhook of the cluster refuses an object.",
        "Ask whoever runs the policy that the message names.",
    )
    IMMUTABLE_FIELD = (
        "ImmutableField",
        "A field of an object must change that Kubernetes lets nobody change.",
        "Delete the object by the command in the message; it is made anew.",
    )
    CREDENTIALS_REJECTED = (
        "CredentialsRejected",
        "An outside system refused the operator's credentials.",
        "Platform team: correct the operator's credentials.",
    )

    # Accepted
    ACCEPTED = "Accepted", "The name is valid and bound to this object, and the sources are free."
    INVALID_SPEC = ("InvalidSpec", "A field of the spec cannot be used.", "Correct the field that the message names.")
    INVALID_NAME = "InvalidName", "The name is no usable host name.", "Choose another name."
    APEX_NOT_DELEGABLE = (
        "ApexNotDelegable",
        "The name is a registrable domain or a public suffix.",
        "Use a subdomain.",
    )
    NAME_CLAIMED = (
        "NameClaimed",
        "The name, or one above or below it, belongs to another CustomDomain or is reserved.",
        "Choose another name, or ask its holder to release it.",
    )
    SOURCE_TAKEN = (
        "SourceTaken",
        "A source is bound to another domain of the namespace.",
        "Use each source in one domain.",
    )
    ACCESS_DENIED = (
        "AccessDenied",
        "The operator may not write children in this namespace.",
        "Apply the RoleBinding that the message shows.",
    )
    HELD_BY_ANOTHER_CLUSTER = (
        "HeldByAnotherCluster",
        "The claim of the name was written by another cluster.",
        "Platform team: set clusterName to that cluster's, if this one is to take over.",
    )

    # ZoneReady
    HOSTED = "Hosted", "The zone exists with its own name servers, token and CAA inside."
    CREATING = "Creating", "The zone is being made."
    REPAIRING = "Repairing", "Something of the zone's own records was missing and is being put back."
    ZONE_CONFLICT = (
        "ZoneConflict",
        "The provider has a zone of this name that does not carry our token.",
        "Platform team: remove that zone if it is not needed.",
    )

    # Delegated: steps 0 to 8 of the delegation check
    DELEGATED = "Delegated", "The parent delegates the name to our servers, and they answer for it."
    DELEGATED_PARTIALLY = (
        "DelegatedPartially",
        "As Delegated, but not all name servers are listed.",
        "Add the missing ones.",
    )
    ANCESTOR_NOT_FOUND = "AncestorNotFound", "A domain above the name does not exist.", "Renew or correct it."
    PARENT_UNREACHABLE = (
        "ParentUnreachable",
        "No name server of the parent zone answered.",
        "Wait; it is asked again.",
    )
    PARENT_LAME = ("ParentLame", "The parent zone's servers do not serve it.", "Mend the parent zone's own delegation.")
    PARENT_INCONSISTENT = ("ParentInconsistent", "The parent zone's servers disagree.", "Wait, or ask its provider.")
    DELEGATION_MISSING = ("DelegationMissing", "The parent zone has no NS record for the name.", "Add the NS records.")
    NAME_DOUBLED = ("NameDoubled", "The record was made below the zone's name twice.", "Enter only the relative name.")
    WRONG_RECORD_TYPE = ("WrongRecordType", "The name servers stand in another record type.", "Make them NS records.")
    OTHER_RECORDS_ONLY = ("OtherRecordsOnly", "The name carries other records.", "Remove or move them, then add NS.")
    CNAME_AT_DELEGATION_POINT = ("CNAMEAtDelegationPoint", "The name is an alias.", "Delete the CNAME, then add NS.")
    DNAME_ABOVE = "DNAMEAbove", "A DNAME above redirects the name.", "Choose another name."
    WILDCARD_ANSWER = "WildcardAnswer", "A wildcard answers for the name.", "Add the NS records."
    NS_MISSING_TRAILING_DOT = (
        "NSMissingTrailingDot",
        "The provider appended the zone to each value.",
        "End them in a dot.",
    )
    NS_MISSPELT = "NSMisspelt", "A name server is spelt wrongly at the parent.", "Correct the value."
    DELEGATION_ELSEWHERE = ("DelegationElsewhere", "The name is delegated to others.", "Replace the NS records.")
    DELEGATION_MIXED = (
        "DelegationMixed",
        "Only part of the NS records are ours.",
        "Remove the others, add the missing.",
    )
    DELEGATION_EXTRA_NS = "DelegationExtraNS", "Besides ours, other name servers are listed.", "Remove them."
    DELEGATION_INCOMPLETE = "DelegationIncomplete", "Some of our name servers are not listed.", "Add them."
    NS_TTL_HIGH = "NSTTLHigh", "The NS records may be cached for more than a day.", "Lower their TTL."
    PARENT_SERVES_CHILD = (
        "ParentServesChild",
        "The parent's servers hold a zone of the name too.",
        "Delete that zone there.",
    )
    GLUE_MISMATCH = ("GlueMismatch", "The parent's glue differs from the servers' own addresses.", "Correct the glue.")
    WRONG_ZONE_ANSWERS = "WrongZoneAnswers", "Another zone of the name answers.", "Retire the old zone."
    NS_UNRESOLVABLE = "NSUnresolvable", "A name server has no address.", "Platform team: give it one."
    NS_IS_ALIAS = "NSIsAlias", "A name server is an alias.", "Platform team: use a real host name."
    LAME_REFUSED = "LameRefused", "A name server refuses the name.", "Platform team: restore the zone."
    LAME_SERVFAIL = "LameServfail", "A name server fails for the name.", "Platform team: restore the zone."
    LAME_NXDOMAIN = "LameNXDOMAIN", "A name server denies the name.", "Platform team: restore the zone."
    LAME_UPWARD_REFERRAL = ("LameUpwardReferral", "A name server refers upwards.", "Platform team: restore the zone.")
    NOT_AUTHORITATIVE = "NotAuthoritative", "A name server answers from a cache.", "Replace the NS records."
    NS_TIMEOUT = (
        "NSTimeout",
        "A name server did not answer in time.",
        "Platform team: make it answer by UDP and TCP port 53.",
    )
    TCP_BLOCKED = "TCPBlocked", "A name server needs TCP and it is blocked.", "Open TCP port 53."
    EGRESS_BLOCKED = "EgressBlocked", "No DNS query gets out.", "Platform team: allow UDP and TCP port 53."
    CHILD_NS_MISMATCH = (
        "ChildNSMismatch",
        "Parent and zone list different name servers.",
        "Platform team: list the same in both.",
    )
    DS_WITHOUT_SIGNED_CHILD = (
        "DSWithoutSignedChild",
        "A DS record stands above an unsigned zone.",
        "Delete the DS record.",
    )
    DS_MISMATCH = "DSMismatch", "The DS record fits no key of the zone.", "Replace the DS record."
    DS_MISSING = "DSMissing", "The zone is signed, but no DS record stands above it.", "Add the DS record."
    SIGNATURE_EXPIRED = (
        "SignatureExpired",
        "A signature is outside its validity.",
        "Platform team: sign the zone anew.",
    )
    DELEGATION_LOST = "DelegationLost", "The name was delegated and is no longer.", "Put the NS records back."

    # CertificateIssued
    ISSUED = "Issued", "A valid certificate is at hand."
    REQUESTED = "Requested", "A certificate is being issued."
    RENEWAL_FAILING = "RenewalFailing", "The certificate is valid, but its renewal fails."
    EXPIRES_SOON = (
        "ExpiresSoon",
        "The certificate ends in less than 7 days.",
        "Mend the cause of the failing renewal.",
    )

    # IngestionAvailable
    AVAILABLE = "Available", "At least one Pod serves."
    ROLLING_OUT = "RollingOut", "A new revision of the ingestion is being rolled out."
    ROLLOUT_STALLED = ("RolloutStalled", "The roll-out passed its deadline.", "Look at the Pods' events and logs.")
    NAME_CONFLICT = (
        "NameConflict",
        "An object of a child's name exists and is not ours.",
        "Delete or rename that object, or this CustomDomain.",
    )
    SECRET_NOT_FOUND = (
        "SecretNotFound",
        "A secret of a source or of the sink is not at hand.",
        "Create the Secret and key.",
    )

    # Routed
    PROGRAMMED = "Programmed", "The Ingress has an address and our records point at it."
    AWAITING_ADDRESS = "AwaitingAddress", "The Ingress has no address yet.", "Look at the ingress controller."
    RECORDS_PENDING = "RecordsPending", "The address records are being written."

    # Reachable
    ANSWERING = "Answering", "A request by the public name reached our ingestion."
    CONNECT_FAILED = ("ConnectFailed", "No connection to the Ingress' address.", "Look at the ingress controller.")
    WRONG_CERTIFICATE = ("WrongCertificate", "The certificate shown is not valid for the name.", "Look at the Ingress.")
    NOT_OURS = "NotOurs", "Something else answered by the name.", "Look at what serves the name."

    # Ready
    SERVING = "Serving", "Every condition holds."

    # DomainClaim
    BOUND = "Bound", "The name is bound to its holder."
    UNBOUND = "Unbound", "The name is not bound yet."
    RESERVED = "Reserved", "The name is reserved."
    RELEASED = "Released", "The holder is gone; the name is being let go."
    WITHDRAWN = "Withdrawn", "The zone is bare: nothing of the former holder is served."
    WITHDRAWING = "Withdrawing", "The former holder's records are being removed."
    UNDELEGATED = "Undelegated", "No parent server delegates the name to us."
    PARENT_STILL_DELEGATES = (
        "ParentStillDelegates",
        "The parent still delegates the name to us.",
        "Remove the NS records at the parent zone.",
    )
    QUARANTINED = "Quarantined", "The name rests before it may be held by another."
    QUARANTINE_OVER = "QuarantineOver", "The name may be let go."
    RETAINED = "Retained", "The deletion policy keeps zone, token and claim."


_SECTIONS = {
    "Any condition": Reason.WAITING,
    "Accepted": Reason.ACCEPTED,
    "ZoneReady": Reason.HOSTED,
    "Delegated": Reason.DELEGATED,
    "CertificateIssued": Reason.ISSUED,
    "IngestionAvailable": Reason.AVAILABLE,
    "Routed": Reason.PROGRAMMED,
    "Reachable": Reason.ANSWERING,
    "Ready": Reason.SERVING,
    "DomainClaim": Reason.BOUND,
}
"""Where each section of the list begins."""


def sections() -> Iterator[tuple[str, tuple[Reason, ...]]]:
    """Yield the reasons as they are listed: by the condition that carries them, each under its heading."""
    every = tuple(Reason)
    starts = [every.index(first) for first in _SECTIONS.values()]
    for heading, start, end in zip(_SECTIONS, starts, [*starts[1:], len(every)], strict=True):
        yield heading, every[start:end]
