"""Knows the record sets that we put into a zone, the bare zone's own and those that lead to an Ingress."""

from collections.abc import Iterable
from ipaddress import ip_address

from nameplate_api.hostname import hosts, token_name
from nameplate_operator.ports import RecordSet, Zone

_NO_ISSUER = ('0 issue ";"',)
"""CAA values by which no public authority may issue a certificate (RFC 8659, section 4.2)."""
ADDRESS_TYPES = ("A", "AAAA")
_NS_TTL = 3600
_TOKEN_TTL = 60
_CAA_TTL = 3600

RecordSets = tuple[RecordSet, ...]


def carries(zone: Zone, token: str) -> bool:
    """Say whether the zone carries the token; one that does not is never touched."""
    return token in zone.values(token_name(zone.name), "TXT")


def difference(live: Iterable[RecordSet], wanted: Iterable[RecordSet]) -> tuple[RecordSets, RecordSets]:
    """Return what to put and what to remove so that the live record sets become the wanted; values have no order."""
    before = {(record.name, record.type): record for record in live}
    after = {(record.name, record.type): record for record in wanted}
    upserts = tuple(record for key, record in after.items() if not _same(before.get(key), record))
    return upserts, tuple(record for key, record in before.items() if key not in after)


def _same(live: RecordSet | None, wanted: RecordSet) -> bool:
    return live is not None and live.ttl == wanted.ttl and sorted(live.values) == sorted(wanted.values)


def bare_zone(name: str, token: str, nameservers: Iterable[str]) -> RecordSets:
    """Return all that a zone of ours holds before it is delegated, and again once its name was let go."""
    sets = (
        RecordSet(name, "NS", _NS_TTL, tuple(nameservers)),
        RecordSet(token_name(name), "TXT", _TOKEN_TTL, (token,)),
        RecordSet(name, "CAA", _CAA_TTL, _NO_ISSUER),
    )
    return tuple(record for record in sets if record.values)


def address_records(name: str, addresses: Iterable[str], ttl: int) -> RecordSets:
    """Return the A and AAAA records by which all hosts of a domain lead to these addresses."""
    by_type: dict[str, list[str]] = {}
    for address in sorted({ip_address(text) for text in addresses}, key=lambda ip: (ip.version, int(ip))):
        by_type.setdefault("AAAA" if address.version == 6 else "A", []).append(str(address))
    return tuple(
        RecordSet(host, type_, ttl, tuple(values)) for host in hosts(name) for type_, values in by_type.items()
    )
