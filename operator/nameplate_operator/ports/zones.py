"""What the operator asks of whoever hosts zones."""

from dataclasses import dataclass
from typing import Protocol

from nameplate_operator.ports.dns import RecordSet


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
