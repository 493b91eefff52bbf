"""The ports beside the cluster in memory, for tables: zones, certificates, probes and questions.

The zones and the certificates stand under the same contract tests as the adapters.
"""

from dataclasses import replace
from datetime import UTC, datetime

from nameplate_api.conditions import Reason
from nameplate_operator.ports import (
    Certificate,
    CertificateRequest,
    Conflict,
    Holding,
    ProbeAnswer,
    ProbeTarget,
    ProviderError,
    Question,
    RecordSet,
    Ref,
    Reply,
    Server,
    Zone,
)

EPOCH = datetime(2030, 1, 1, tzinfo=UTC)


class MemoryZones:
    """A zone provider; ``failing`` is raised by every call while set."""

    name = "powerdns"

    def __init__(self) -> None:
        self.zones: dict[str, Zone] = {}
        self.writes: list[tuple[str, str]] = []
        self.failing: ProviderError | None = None

    def nameservers(self, token: str) -> tuple[str, ...]:
        return (f"{token[:12]}.ns1.nameplate.example", f"{token[:12]}.ns2.nameplate.example")

    def begin(self, name: str, token: str) -> None:
        """Leave a zone whose making for that token was cut short, for the token "" an empty one of nobody."""
        self.zones[name] = Zone(f"{name}.", name, (), mark=self.nameservers(token)[0] if token else "")

    def is_begun(self, zone: Zone, token: str) -> bool:
        return not zone.records and zone.mark == self.nameservers(token)[0]

    async def find(self, name: str) -> Zone | None:
        self._admit()
        return self.zones.get(name)

    async def create(self, name: str, nameservers: tuple[str, ...], records: tuple[RecordSet, ...]) -> Zone:
        self._write("create", name)
        before = self.zones.get(name)
        if before and (before.records or before.mark != nameservers[0]):
            raise Conflict(f"zone {name} exists")
        zone = self.zones[name] = Zone(f"{name}.", name, nameservers, tuple(sorted(records)), nameservers[0])
        return zone

    async def write(self, zone: Zone, upserts: tuple[RecordSet, ...], deletions: tuple[RecordSet, ...] = ()) -> None:
        self._write("write", zone.name)
        if zone.name not in self.zones:
            raise Conflict(f"zone {zone.name} is gone")
        gone = {(record.name, record.type) for record in (*upserts, *deletions)}
        stays = [record for record in self.zones[zone.name].records if (record.name, record.type) not in gone]
        after = replace(self.zones[zone.name], records=tuple(sorted((*stays, *upserts))))
        self.zones[zone.name] = replace(after, nameservers=after.values(zone.name, "NS"))

    async def delete(self, zone: Zone) -> None:
        self._write("delete", zone.name)
        self.zones.pop(zone.name, None)

    def _admit(self) -> None:
        if self.failing:
            raise self.failing

    def _write(self, verb: str, name: str) -> None:
        self._admit()
        self.writes.append((verb, name))


class MemoryAuthority:
    """A certificate authority whose certificates are values; ``issued`` lists the Secrets written."""

    name = "SelfSigned"

    def __init__(self) -> None:
        self.holdings: dict[Ref, Holding] = {}
        self.issued: list[Ref] = []
        self.failing: ProviderError | None = None
        self.validity: tuple[datetime, datetime] = (EPOCH, datetime(2040, 1, 1, tzinfo=UTC))

    async def observe(self, request: CertificateRequest, now: datetime) -> Holding:
        return self.holdings.get(request.secret, Holding())

    async def issue(self, request: CertificateRequest, now: datetime) -> None:
        if self.failing:
            raise self.failing
        self.issued.append(request.secret)
        certificate = Certificate(request.names, *self.validity, trust="", current=True)
        self.holdings[request.secret] = Holding(certificate)


class MemoryProber:
    """Answers every probe with what a test sets."""

    def __init__(self) -> None:
        self.answer: ProbeAnswer | ProviderError = ProviderError(Reason.CONNECT_FAILED, "Nothing listens.")
        self.asked: list[tuple[ProbeTarget, str]] = []

    async def ask(self, target: ProbeTarget, path: str) -> ProbeAnswer:
        self.asked.append((target, path))
        if isinstance(self.answer, ProviderError):
            raise self.answer
        return self.answer


class MemoryResolver:
    """Answers questions from a table of (server address, name, type)."""

    def __init__(self) -> None:
        self.roots: tuple[Server, ...] = ()
        self.replies: dict[tuple[str, str, str], Reply] = {}

    async def ask(self, question: Question, server: Server) -> Reply:
        try:
            return self.replies[server.address, question.name, question.type]
        except KeyError:
            raise ProviderError(Reason.NS_TIMEOUT, f"{server.name} did not answer in time.") from None
