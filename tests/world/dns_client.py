"""Plain questions to one server, and a plain iterative resolver, for the tests of the DNS world itself."""

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rrset
from dns.rdatatype import RdataType

from tests.world.dns.server import Server

_TIMEOUT = 30.0


def ask(
    server: Server, name: str, rdtype: str, *, tcp: bool = False, dnssec: bool = False, timeout: float = _TIMEOUT
) -> dns.message.Message:
    """One question without recursion to a server of the world."""
    where = (server.address, server.port)
    return ask_address(*where, name, rdtype, tcp=tcp, dnssec=dnssec, timeout=timeout)


def ask_address(
    address: str,
    port: int,
    name: str,
    rdtype: str,
    *,
    tcp: bool = False,
    dnssec: bool = False,
    timeout: float = _TIMEOUT,
) -> dns.message.Message:
    """One question without recursion to whatever listens there."""
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232, want_dnssec=dnssec, flags=0)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, address, port=port, timeout=timeout)


def texts(section: list[dns.rrset.RRset]) -> list[str]:
    """The records of a section, one text each, in the order of the sets."""
    return [line for rrset in section for line in sorted(rrset.to_text().splitlines())]


def resolve(roots: list[str], port: int, name: str, rdtype: str) -> dns.message.Message:
    """The authoritative answer, found from the roots by following referrals as RFC 1034 has it."""
    servers = roots
    for _ in range(20):
        reply = ask_address(servers[0], port, name, rdtype)
        if reply.flags & dns.flags.AA:
            return reply
        referred = next(rrset for rrset in reply.authority if rrset.rdtype == RdataType.NS)
        glue = {rrset.name: [r.address for r in rrset] for rrset in reply.additional if rrset.rdtype == RdataType.A}
        servers = [address for ns in referred for address in glue.get(ns.target, [])]
        if not servers:
            host = str(min(ns.target for ns in referred))
            servers = [r.address for r in resolve(roots, port, host, "A").answer[0]]
    raise AssertionError(f"no end of referrals for {name}")


def hinted_addresses(hints: str) -> list[str]:
    """The addresses in a `named.root` file."""
    rows = [line.split() for line in hints.splitlines() if not line.startswith(";")]
    return [row[3] for row in rows if row[2] == "A"]
