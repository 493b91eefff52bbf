"""What the operator asks of the outside: one protocol per outside system, in values of our own.

Adapters implement these and raise nothing but ProviderError. Absence is a value, every write is idempotent, and nothing
waits for the world: whoever wants to know later asks again later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from nameplate_api.conditions import Reason

Manifest = Mapping[str, Any]
"""A Kubernetes object as JSON values."""


class ProviderError(Exception):
    """The one error of the adapters, in words for the owner of the domain.

    ``retry_after`` is in seconds. ``refused`` says that asking again does not help until a person mends something.
    """

    def __init__(
        self, reason: Reason, message: str, *, retry_after: float | None = None, refused: bool = False
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.refused = refused


class Conflict(ProviderError):
    """The object changed, exists already or is gone: look again."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.PROVIDER_UNAVAILABLE, message, retry_after=0)


class Forbidden(ProviderError):
    """The API server does not let us do this."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.ACCESS_DENIED, message, refused=True)


# ---------------------------------------------------------------- Kubernetes


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Kubernetes object, as URLs name it."""

    api_version: str
    kind: str
    plural: str

    @property
    def type_meta(self) -> dict[str, str]:
        """Return the fields by which an object says of what kind it is."""
        return {"apiVersion": self.api_version, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Ref:
    """One Kubernetes object by name; ``namespace`` is empty for a cluster-scoped one."""

    kind: Kind
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        """Return the object as a person names it."""
        return f"{self.kind.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


class Cluster(Protocol):
    """The Kubernetes API. Children are answered from the watch (own writes included), all else from the server."""

    async def get(self, ref: Ref) -> Manifest | None:
        """Return the object, or None where there is none."""
        ...

    async def list(self, kind: Kind, *, namespace: str = "", labels: Mapping[str, str] | None = None) -> list[Manifest]:
        """Return the objects of the kind now at the server: in all namespaces if none is given; never from a cache."""
        ...

    async def create(self, manifest: Manifest) -> Manifest:
        """Create the object; raises Conflict if one of its name exists."""
        ...

    async def apply(self, manifest: Manifest, manager: str) -> Manifest:
        """Apply the fields by server-side apply, taking them over from other managers.

        With ``metadata.uid`` in the manifest, raises Conflict when the object is gone or another one.
        """
        ...

    async def patch(self, ref: Ref, changes: Manifest) -> Manifest:
        """Merge the changes in; with ``metadata.resourceVersion`` among them, raises Conflict on an older object."""
        ...

    async def delete(self, ref: Ref, *, uid: str, resource_version: str | None = None) -> None:
        """Delete exactly this object; raises Conflict if another stands in its place. Gone already is fine."""
        ...

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        """Apply ``status`` by server-side apply to the status subresource."""
        ...

    async def emit(self, event: "Event") -> None:
        """Post an Event about an object; the same one is not repeated, and a failure is only logged."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """A Kubernetes Event on an object (events.k8s.io/v1)."""

    about: Ref
    uid: str
    type: str
    reason: str
    message: str
    action: str = "Reconcile"


# ---------------------------------------------------------------- DNS


@dataclass(frozen=True, slots=True)
class Server:
    """A name server: its name and one address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; names are absolute, in A-labels, without the final dot ("" is the root).

    ``payer`` is the namespace on whose behalf it is asked: the query budget is shared fairly between payers.
    """

    name: str
    type: str
    dnssec: bool = False
    payer: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server said; it is trusted for no more than having been said.

    Names are in lower case without the final dot; a TXT value is its strings joined. Whatever is not printable ASCII
    comes escaped as in zone files. A record set holds at most 5,000 values.
    """

    rcode: str
    authoritative: bool
    answer: tuple["RecordSet", ...] = ()
    authority: tuple["RecordSet", ...] = ()
    additional: tuple["RecordSet", ...] = ()


class Resolver(Protocol):
    """Asks one server one question, without recursion."""

    @property
    def roots(self) -> tuple[Server, ...]:
        """Return the root servers to begin with."""
        ...

    async def ask(self, question: Question, server: Server) -> Reply:
        """Return the server's answer: over UDP, without EDNS if it must be, over TCP where UDP was cut short.

        Raises ProviderError: NSTimeout when nothing usable came (``refused``: the address must not be asked),
        TCPBlocked when it was cut short and TCP failed, EgressBlocked when there is no route to the address.
        """
        ...


# ---------------------------------------------------------------- Zones


@dataclass(frozen=True, slots=True, order=True)
class RecordSet:
    """All records of one name and type; ``name`` is absolute without the final dot, ``ttl`` in seconds."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone at the provider as it is now; ``records`` leaves out the SOA."""

    id: str
    name: str
    nameservers: tuple[str, ...]
    records: tuple[RecordSet, ...] = ()

    def values(self, name: str, type_: str) -> tuple[str, ...]:
        """Return the values of the record set of that name and type, or ()."""
        return next((r.values for r in self.records if r.name == name and r.type == type_), ())


class ZoneProvider(Protocol):
    """Hosts zones (PowerDNS, and later others)."""

    name: str

    def nameservers(self, token: str) -> tuple[str, ...]:
        """Return the name servers that a zone of this token will have."""
        ...

    async def find(self, name: str) -> Zone | None:
        """Return the zone of exactly this name, whoever made it."""
        ...

    async def create(self, name: str, nameservers: tuple[str, ...], records: tuple[RecordSet, ...]) -> Zone:
        """Create the zone with these records in it, in one step; raises Conflict if one of the name exists."""
        ...

    async def write(self, zone: Zone, upserts: tuple[RecordSet, ...], deletions: tuple[RecordSet, ...] = ()) -> None:
        """Put and remove whole record sets, all or none."""
        ...

    async def delete(self, zone: Zone) -> None:
        """Delete the zone; gone already is fine."""
        ...


# ---------------------------------------------------------------- Certificates


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """What a certificate must be for: the Secret that carries it, its names, and the owner of that Secret."""

    secret: Ref
    names: tuple[str, ...]
    labels: Mapping[str, str]
    owner: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate at hand, verified to belong to its key and to chain to its authority."""

    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    trust: str
    """CA certificates in PEM that a client needs to verify it; "" where the system's store does."""
    current: bool
    """False if the authority has been renewed since, or its bundle has changed: issue anew."""

    @property
    def renewal_at(self) -> datetime:
        """Return when it is to be renewed: at two thirds of its life."""
        return self.not_before + (self.not_after - self.not_before) * 2 / 3


@dataclass(frozen=True, slots=True)
class Holding:
    """What stands where the certificate should: None, something of a stranger, or a certificate of ours."""

    certificate: Certificate | None = None
    foreign: bool = False


class CertificateAuthority(Protocol):
    """Issues certificates."""

    name: str

    async def observe(self, request: CertificateRequest, now: datetime) -> Holding:
        """Return what is at hand for the request; changes nothing."""
        ...

    async def issue(self, request: CertificateRequest, now: datetime) -> None:
        """Issue a certificate and put it where the request says; idempotent for what is already at hand."""
        ...


# ---------------------------------------------------------------- Probe


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """Whom to ask and where: TLS and Host by ``host``, connection to ``addresses`` and no other."""

    host: str
    addresses: tuple[str, ...]
    trust: str = ""
    """Additional CA certificates in PEM, beside the system's and the configured ones."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """An answer over verified TLS; ``body`` holds at most 64 KiB."""

    status: int
    body: bytes


class Prober(Protocol):
    """Makes an HTTPS request as the world would."""

    async def ask(self, target: ProbeTarget, path: str) -> ProbeAnswer:
        """Return the answer, without following redirects.

        Raises ProviderError with ConnectFailed (a failed look) or WrongCertificate.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside systems, each behind its protocol."""

    cluster: Cluster
    resolver: Resolver
    zones: ZoneProvider
    authority: CertificateAuthority
    prober: Prober
