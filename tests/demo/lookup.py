"""Finds the address of a name as a resolver does, from the root on, and tells each step."""

from collections.abc import Callable
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.rdatatype import RdataType

from tests.demo.conditions import Unexpected
from tests.world.dns_client import ask_address, hinted_addresses

_MOST_STEPS = 20
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Lookup:
    """A resolver that knows the root servers only."""

    roots: list[str]
    port: int

    def addresses(self, name: str, tell: Tell) -> list[str]:
        """Return the addresses of a name, by following referrals."""
        servers, zone = self.roots, "."
        for _ in range(_MOST_STEPS):
            reply = ask_address(servers[0], self.port, name, "A")
            if reply.flags & dns.flags.AA:
                return self._answered(name, zone, servers[0], reply, tell)
            zone, servers = self._referred(zone, servers[0], reply, tell)
        raise Unexpected(f"no end of referrals for {name}")

    def _answered(self, name: str, zone: str, server: str, reply: dns.message.Message, tell: Tell) -> list[str]:
        found = [str(r) for rrset in reply.answer if rrset.rdtype == RdataType.A for r in rrset]
        said = f"A {', '.join(found)}" if found else dns.rcode.to_text(reply.rcode())
        tell(f"{server:<15} {zone:<22} {name} {said}")
        return found

    def _referred(self, zone: str, server: str, reply: dns.message.Message, tell: Tell) -> tuple[str, list[str]]:
        referral = next((each for each in reply.authority if each.rdtype == RdataType.NS), None)
        if referral is None:
            raise Unexpected(f"{server} answered neither with authority nor with a referral:\n{reply}")
        below = str(referral.name).rstrip(".")
        hosts = sorted(str(each.target).rstrip(".") for each in referral)
        tell(f"{server:<15} {zone:<22} {below} is at {', '.join(hosts)}")
        glue = {each.name: [str(r) for r in each] for each in reply.additional if each.rdtype == RdataType.A}
        servers = [address for each in referral for address in glue.get(each.target, [])]
        if not servers:
            servers = self.addresses(hosts[0], lambda _: None)
        return below, servers


def from_hints(hints: str, port: int) -> Lookup:
    """Return a resolver for the root servers of a `named.root` file."""
    return Lookup(hinted_addresses(hints), port)


def ask_for(server: str, port: int, name: str, rdtype: str) -> str:
    """Ask one server one thing; return the records of the answer, or the words for there being none."""
    reply = ask_address(server, port, name, rdtype)
    values = [str(value) for rrset in reply.answer for value in rrset]
    code = dns.rcode.to_text(reply.rcode())
    return ", ".join(sorted(values)) or ("no such record" if code == "NOERROR" else code)
