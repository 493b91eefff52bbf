"""The data of one zone: records that may be edited while it is served, delegations, and a log of changes.

Owner names follow the custom of zone files: `cdp` and `@` are relative to the origin, a final dot makes a name
absolute. Names inside values are always absolute, with or without the final dot.
"""

import copy
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rdatatype import RdataType

from tests.world.dns.signing import Signing

Node = dict[RdataType, dns.rdataset.Rdataset]


@dataclass(frozen=True)
class ZoneChange:
    """One edit of a zone: when (Unix time), the serial it led to, and what it did."""

    time: float
    serial: int
    action: str
    name: str
    type: str
    values: tuple[str, ...]


class Zone:
    """Records below one origin; safe to edit from any thread."""

    def __init__(self, origin: str, *, nameservers: Iterable[str] = (), ttl: int = 300) -> None:
        self.origin = dns.name.from_text(origin)
        self.ttl = ttl
        self.serial = 0
        self.changes: list[ZoneChange] = []
        self.signing: Signing | None = None
        self.nodes: dict[Name, Node] = {}
        self._names: tuple[int, frozenset[Name], list[Name]] = (-1, frozenset(), [])
        self.lock = threading.RLock()
        servers = [absolute(server) for server in nameservers]
        primary = servers[0] if servers else f"ns.invalid.{self.origin}"
        mailbox = dns.name.from_text("hostmaster", self.origin)
        self.add_records("@", "SOA", f"{primary} {mailbox} 1 3600 600 86400 {ttl}")
        if servers:
            self.add_records("@", "NS", *servers)

    def __repr__(self) -> str:
        return f"<Zone {self.origin} serial {self.serial}>"

    @property
    def nameservers(self) -> list[str]:
        """The NS set at the apex, without final dots, as a person would type it."""
        with self.lock:
            rdataset = self.nodes[self.origin].get(RdataType.NS, ())
            return [str(rdata).rstrip(".") for rdata in rdataset]

    def name(self, relative: str) -> Name:
        """The absolute name of a label (or labels) in this zone."""
        return self.origin if relative == "@" else dns.name.from_text(relative, self.origin)

    def rrset(self, name: Name, rdtype: RdataType) -> dns.rrset.RRset | None:
        """A copy of what stands at `name`, or None."""
        rdataset = self.nodes.get(name, {}).get(rdtype)
        return None if rdataset is None else dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))

    def add_records(self, name: str, rdtype: str, *values: str, ttl: int | None = None) -> None:
        """Add values to the set at `name`; a given TTL becomes that of the whole set."""
        owner, kind = self.name(name), dns.rdatatype.from_text(rdtype)
        with self._changing("add", owner, kind, values):
            rdataset = self.nodes.setdefault(owner, {}).setdefault(
                kind, dns.rdataset.Rdataset(dns.rdataclass.IN, kind, ttl=self.ttl if ttl is None else ttl)
            )
            for value in values:
                rdataset.add(_rdata(kind, value))
            rdataset.ttl = rdataset.ttl if ttl is None else ttl

    def remove_records(self, name: str, rdtype: str | None = None, *values: str) -> None:
        """Remove the given values, without values the whole set, without a type everything at `name`."""
        owner = self.name(name)
        kinds = list(self.nodes[owner]) if rdtype is None else [dns.rdatatype.from_text(rdtype)]
        for kind in kinds:
            with self._changing("remove", owner, kind, values):
                node = self.nodes[owner]
                for value in values:
                    del node[kind].items[_rdata(kind, value)]
                if not values or not node[kind]:
                    del node[kind]
                if not node:
                    del self.nodes[owner]

    def delegate(
        self,
        name: str,
        *,
        to: Iterable[str],
        glue: Mapping[str, str] | None = None,
        ds: Iterable[str] = (),
        ttl: int | None = None,
    ) -> None:
        """Add a zone cut: NS records, glue addresses by host name, DS values."""
        self.add_records(name, "NS", *to, ttl=ttl)
        for host, address in (glue or {}).items():
            self.add_records(absolute(host), "AAAA" if ":" in address else "A", address)
        for value in ds:
            self.add_records(name, "DS", value)

    def undelegate(self, name: str) -> None:
        """Remove a cut with its DS; glue stays, as it does at many providers."""
        self.remove_records(name, "NS")
        if RdataType.DS in self.nodes.get(self.name(name), {}):
            self.remove_records(name, "DS")

    def sign(self, *, inception: datetime | None = None, expiration: datetime | None = None) -> list[str]:
        """Sign with a fresh key (by default valid for two weeks); the result is what to put as DS."""
        self.unsign()
        signing = Signing.fresh(self.origin, inception, expiration)
        self.add_records("@", "DNSKEY", str(signing.dnskey))
        self.signing = signing
        return [signing.ds()]

    def unsign(self) -> None:
        """Drop key and signatures; a DS at the parent is left where it is."""
        self.signing = None
        if RdataType.DNSKEY in self.nodes[self.origin]:
            self.remove_records("@", "DNSKEY")

    def copy(self) -> Self:
        """The same data, edited apart from now on."""
        twin = object.__new__(type(self))
        with self.lock:
            twin.__dict__ = dict(self.__dict__)
            twin.nodes = {owner: {k: copy.copy(r) for k, r in node.items()} for owner, node in self.nodes.items()}
            twin.changes = list(self.changes)
        twin.lock = threading.RLock()
        return twin

    def names(self) -> tuple[frozenset[Name], list[Name]]:
        """Every existing name, empty non-terminals too, and the owners of records in canonical order."""
        serial, existing, ordered = self._names
        if serial != self.serial:
            above: set[Name] = set()
            for owner in self.nodes:
                name = owner
                while name not in above and name != self.origin:
                    above.add(name)
                    name = name.parent()
            existing, ordered = frozenset(above | {self.origin}), sorted(self.nodes)
            self._names = (self.serial, existing, ordered)
        return existing, ordered

    @contextmanager
    def _changing(self, action: str, owner: Name, kind: RdataType, values: tuple[str, ...]) -> Iterator[None]:
        with self.lock:
            yield
            self.serial += 1
            soa = self.nodes[self.origin][RdataType.SOA]
            soa.items = {soa[0].replace(serial=self.serial): None}
            text = dns.rdatatype.to_text(kind)
            self.changes.append(ZoneChange(time.time(), self.serial, action, str(owner), text, values))


def absolute(name: str) -> str:
    """The name with its final dot."""
    return name if name.endswith(".") else f"{name}."


def _rdata(kind: RdataType, value: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=dns.name.root, relativize=False)
