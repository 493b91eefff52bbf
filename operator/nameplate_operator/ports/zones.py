"""What the operator asks of whoever hosts zones."""

from dataclasses import dataclass
from typing import Protocol

from nameplate_operator.ports.dns import RecordSet


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone at the provider as it is now; ``records`` leaves out the SOA.

    ``mark`` is what the provider has noted of who began it, "" if nothing.
    """

    id: str
    name: str
    nameservers: tuple[str, ...]
    records: tuple[RecordSet, ...] = ()
    mark: str = ""

    def values(self, name: str, type_: str) -> tuple[str, ...]:
        """Return the values of the record set of that name and type, or ()."""
        return next((r.values for r in self.records if r.name == name and r.type == type_), ())


class ZoneProvider(Protocol):
    """Hosts zones (PowerDNS, and later others)."""

    name: str

    def nameservers(self, token: str) -> tuple[str, ...]:
        """Return the name servers that a zone of this token will have."""
        ...

    def is_begun(self, zone: Zone, token: str) -> bool:
        """Say whether the zone is one whose making for this token was cut short: it is empty, and surely ours."""
        ...

    async def find(self, name: str) -> Zone | None:
        """Return the zone of exactly this name, whoever made it."""
        ...

    async def create(self, name: str, nameservers: tuple[str, ...], records: tuple[RecordSet, ...]) -> Zone:
        """Create the zone with these records in it, or complete one that was begun for these name servers.

        Raises Conflict if another one of the name exists.
        """
        ...

    async def write(self, zone: Zone, upserts: tuple[RecordSet, ...], deletions: tuple[RecordSet, ...] = ()) -> None:
        """Put and remove whole record sets, all or none."""
        ...

    async def delete(self, zone: Zone) -> None:
        """Delete the zone; gone already is fine."""
        ...
