"""What an authoritative server says about one zone (RFC 1034 4.3.2, 2308, 4035, 4592, 6672)."""

import bisect
from dataclasses import dataclass, field

import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from dns.rrset import RRset

from tests.world.dns.zone import Zone

_LONGEST_ALIAS_CHAIN = 16


@dataclass
class Answer:
    """The parts of a response that the zone decides."""

    rcode: Rcode = Rcode.NOERROR
    authoritative: bool = True
    answer: list[RRset] = field(default_factory=list)
    authority: list[RRset] = field(default_factory=list)
    additional: list[RRset] = field(default_factory=list)


def answer(zone: Zone, qname: Name, qtype: RdataType, *, dnssec: bool) -> Answer:
    """Answer, referral, NODATA or NXDOMAIN; `dnssec` is the DO bit."""
    with zone.lock:
        return _Lookup(zone, dnssec).run(qname, qtype)


class _Lookup:
    def __init__(self, zone: Zone, dnssec: bool) -> None:
        self.zone = zone
        self.dnssec = dnssec
        self.signed = dnssec and zone.signing is not None
        self.reply = Answer()

    def run(self, qname: Name, qtype: RdataType) -> Answer:
        for _ in range(_LONGEST_ALIAS_CHAIN):
            target = self._step(qname, qtype)
            if target is None or not target.is_subdomain(self.zone.origin):
                break
            if any(rrset.name == target and rrset.rdtype == RdataType.CNAME for rrset in self.reply.answer):
                break
            qname = target
        return self.reply

    def _step(self, qname: Name, qtype: RdataType) -> Name | None:
        """Add what stands at `qname`; the result is where an alias leads."""
        above = _between(qname, self.zone.origin)
        for name in above:
            node = self.zone.nodes.get(name, {})
            is_cut = name != self.zone.origin and RdataType.NS in node
            if is_cut and not (name == qname and qtype == RdataType.DS):
                self._refer(name)
                return None
            if name != qname and RdataType.DNAME in node:
                return self._redirect(name, qname)
        existing, _ = self.zone.names()
        if qname in existing:
            return self._node(qname, qname, qtype)
        encloser = next(name for name in reversed(above) if name in existing)
        wildcard = dns.name.from_text("*", encloser)
        if wildcard in self.zone.nodes:
            target = self._node(wildcard, qname, qtype)
            self._deny(qname)
            return target
        self.reply.rcode = Rcode.NXDOMAIN
        self._negative(qname)
        self._deny(wildcard)
        return None

    def _node(self, owner: Name, qname: Name, qtype: RdataType) -> Name | None:
        node = self.zone.nodes.get(owner, {})
        alias = RdataType.CNAME in node and qtype not in (RdataType.CNAME, RdataType.ANY)
        wanted = [RdataType.CNAME] if alias else list(node) if qtype == RdataType.ANY else [qtype]
        found = [rrset for kind in wanted if (rrset := self.zone.rrset(owner, kind))]
        for rrset in found:
            self._put(self.reply.answer, rrset, as_name=qname)
        if not found:
            self._negative(owner)
        return found[0][0].target if alias else None

    def _redirect(self, owner: Name, qname: Name) -> Name:
        dname = self.zone.rrset(owner, RdataType.DNAME)
        assert dname is not None
        target = qname.relativize(owner).concatenate(dname[0].target)
        self._put(self.reply.answer, dname)
        self.reply.answer.append(dns.rrset.from_text(qname, dname.ttl, "IN", "CNAME", str(target)))
        return target

    def _refer(self, cut: Name) -> None:
        # An alias that leads below a cut was still answered with authority.
        self.reply.authoritative = bool(self.reply.answer)
        servers = self.zone.rrset(cut, RdataType.NS)
        assert servers is not None
        self.reply.authority.append(servers)
        ds = self.zone.rrset(cut, RdataType.DS)
        if ds is not None and self.dnssec:
            self._put(self.reply.authority, ds)
        else:
            self._deny(cut)
        for server in servers:
            for kind in (RdataType.A, RdataType.AAAA):
                if server.target.is_subdomain(self.zone.origin):
                    glue = self.zone.rrset(server.target, kind)
                    self.reply.additional += [glue] if glue else []

    def _negative(self, name: Name) -> None:
        soa = self.zone.rrset(self.zone.origin, RdataType.SOA)
        assert soa is not None
        soa.ttl = min(soa.ttl, soa[0].minimum)
        self._put(self.reply.authority, soa)
        self._deny(name)

    def _put(self, section: list[RRset], rrset: RRset, as_name: Name | None = None) -> None:
        rrsets = [rrset]
        if self.signed and self.zone.signing is not None:
            rrsets.append(self.zone.signing.signature(rrset))
        for item in rrsets:
            named = dns.rrset.from_rdata_list(as_name or item.name, item.ttl, list(item))
            if named not in section:
                section.append(named)

    def _deny(self, name: Name) -> None:
        """Add the NSEC record that matches or covers `name`, in signed answers."""
        if not self.signed:
            return
        _, ordered = self.zone.names()
        owners = [owner for owner in ordered if not self._occluded(owner)]
        index = bisect.bisect_right(owners, name) - 1
        owner, following = owners[index], owners[(index + 1) % len(owners)]
        node = self.zone.nodes[owner]
        cut = owner != self.zone.origin and RdataType.NS in node
        kinds = [kind for kind in node if not cut or kind in (RdataType.NS, RdataType.DS)]
        types = " ".join(dns.rdatatype.to_text(k) for k in [*kinds, RdataType.RRSIG, RdataType.NSEC])
        self._put(
            self.reply.authority,
            dns.rrset.from_text(owner, self.zone.ttl, "IN", "NSEC", f"{following} {types}"),
        )

    def _occluded(self, owner: Name) -> bool:
        above = _between(owner, self.zone.origin)[1:-1]
        return any(RdataType.NS in self.zone.nodes.get(name, {}) for name in above)


def _between(name: Name, origin: Name) -> list[Name]:
    """`origin`, then one label more each, down to `name`."""
    depth = len(origin)
    return [name.split(length)[1] for length in range(depth, len(name) + 1)]
