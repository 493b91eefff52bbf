"""What the operator asks of the outside: one protocol per outside system, in values of our own.

Adapters implement these and raise nothing but ProviderError. Absence is a value, every write is idempotent, and nothing
waits for the world: whoever wants to know later asks again later.
"""

from dataclasses import dataclass, field

from nameplate_operator.ports.certificates import Certificate, CertificateAuthority, CertificateRequest, Holding
from nameplate_operator.ports.cuts import Cut, CutCache
from nameplate_operator.ports.dns import Question, RecordSet, Reply, Resolver, Server
from nameplate_operator.ports.errors import Conflict, Forbidden, ProviderError, granting
from nameplate_operator.ports.kubernetes import Cluster, Event, Kind, Manifest, Ref
from nameplate_operator.ports.probe import ProbeAnswer, Prober, ProbeTarget
from nameplate_operator.ports.zones import Zone, ZoneProvider

__all__ = [
    "Certificate",
    "CertificateAuthority",
    "CertificateRequest",
    "Cluster",
    "Conflict",
    "Cut",
    "CutCache",
    "Event",
    "Forbidden",
    "Holding",
    "Kind",
    "Manifest",
    "Ports",
    "ProbeAnswer",
    "ProbeTarget",
    "Prober",
    "ProviderError",
    "Question",
    "RecordSet",
    "Ref",
    "Reply",
    "Resolver",
    "Server",
    "Zone",
    "ZoneProvider",
    "granting",
]


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside systems, each behind its protocol, and what is remembered of the DNS for whoever asks it next."""

    cluster: Cluster
    resolver: Resolver
    zones: ZoneProvider
    authority: CertificateAuthority
    prober: Prober
    cuts: CutCache = field(default_factory=CutCache)
