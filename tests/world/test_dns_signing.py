"""Signed zones: dnspython's own validator accepts the chain and the denials, and rejects what was made to be wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest
from dns.exception import ValidationFailure
from dns.rdatatype import RdataType
from dns.rrset import RRset

from tests.world.dns import faults
from tests.world.dns.signing import unrelated_ds
from tests.world.dns.world import DnsWorld, ServedZone
from tests.world.dns_client import ask, texts

if TYPE_CHECKING:
    from dns.node import Node
    from dns.rdataset import Rdataset

CDP = dns.name.from_text("cdp.acme.example")


@pytest.fixture
def world(dns_world: Callable[[], DnsWorld]) -> DnsWorld:
    return dns_world()


@pytest.fixture
def parent(world: DnsWorld) -> ServedZone:
    zone = world.zone("acme.example", servers=1)
    zone.add_records("*.wild", "TXT", '"any"')
    zone.add_records("a.b", "A", "192.0.2.1")
    zone.delegate("plain", to=["ns.elsewhere.test"])
    zone.sign()
    return zone


@pytest.fixture
def child(world: DnsWorld) -> ServedZone:
    return world.hosted("cdp.acme.example", token="t0k3n")


def signed_ask(zone: ServedZone, name: str, rdtype: str) -> dns.message.Message:
    return ask(zone.servers[0], name, rdtype, dnssec=True)


def pairs(section: list[RRset]) -> list[tuple[RRset, RRset]]:
    """Each set of a section with the signatures over it."""
    signatures = {(s.name, s[0].type_covered): s for s in section if s.rdtype == RdataType.RRSIG}
    return [(r, signatures[r.name, r.rdtype]) for r in section if (r.name, r.rdtype) in signatures]


def validate(zone: ServedZone, section: list[RRset]) -> list[str]:
    """Validate every signed set with the key that the zone serves; the result is what was valid."""
    keys = next(r for r in signed_ask(zone, str(zone.origin), "DNSKEY").answer if r.rdtype == RdataType.DNSKEY)
    found = pairs(section)
    for rrset, signature in found:
        dns.dnssec.validate(rrset, signature, {zone.origin: keys})
    return [f"{rrset.name} {rrset.rdtype.name}" for rrset, _ in found]


@pytest.mark.parametrize(
    ("name", "rdtype", "answer", "authority"),
    [
        pytest.param("acme.example.", "SOA", ["acme.example. SOA"], [], id="SOA"),
        pytest.param("acme.example.", "NS", ["acme.example. NS"], [], id="NS"),
        pytest.param("acme.example.", "DNSKEY", ["acme.example. DNSKEY"], [], id="DNSKEY"),
        pytest.param("a.b.acme.example.", "A", ["a.b.acme.example. A"], [], id="A"),
        pytest.param(
            "x.wild.acme.example.", "TXT", ["x.wild.acme.example. TXT"], ["*.wild.acme.example. NSEC"], id="wildcard"
        ),
        pytest.param(
            "a.b.acme.example.", "TXT", [], ["acme.example. SOA", "a.b.acme.example. NSEC"], id="NODATA is denied"
        ),
        pytest.param(
            "zzz.acme.example.",
            "A",
            [],
            ["acme.example. SOA", "*.wild.acme.example. NSEC", "acme.example. NSEC"],
            id="NXDOMAIN is denied, the wildcard too",
        ),
    ],
)
def test_answers_of_a_signed_zone_validate(
    parent: ServedZone, name: str, rdtype: str, answer: list[str], authority: list[str]
) -> None:
    reply = signed_ask(parent, name, rdtype)
    assert validate(parent, reply.answer) == answer
    assert validate(parent, reply.authority) == authority
    assert reply.ednsflags & dns.flags.DO


def test_without_the_do_bit_there_is_no_signature(parent: ServedZone) -> None:
    reply = ask(parent.servers[0], "zzz.acme.example", "A")
    assert [rrset.rdtype for rrset in reply.authority] == [RdataType.SOA]


def test_the_ds_leads_from_the_parent_to_the_key_of_the_child(parent: ServedZone, child: ServedZone) -> None:
    parent.delegate("cdp", to=child.nameservers, ds=child.sign())
    referral = signed_ask(parent, "cdp.acme.example", "NS")
    assert validate(parent, referral.authority) == ["cdp.acme.example. DS"]
    direct = signed_ask(parent, "cdp.acme.example", "DS")
    assert direct.flags & dns.flags.AA
    assert validate(parent, direct.answer) == ["cdp.acme.example. DS"]
    keys = signed_ask(child, "cdp.acme.example", "DNSKEY").answer[0]
    assert dns.dnssec.make_ds(CDP, keys[0], "SHA256") in direct.answer[0]
    assert validate(child, signed_ask(child, "cdp.acme.example", "SOA").answer) == ["cdp.acme.example. SOA"]


def test_an_unsigned_delegation_is_proved_to_be_unsigned(parent: ServedZone) -> None:
    reply = signed_ask(parent, "plain.acme.example", "NS")
    assert validate(parent, reply.authority) == ["plain.acme.example. NSEC"]
    nsec = next(rrset for rrset in reply.authority if rrset.rdtype == RdataType.NSEC)
    assert " DS" not in nsec[0].to_text()


def test_an_unsigned_parent_shows_a_ds_all_the_same(world: DnsWorld) -> None:
    zone = world.zone("acme.example", servers=1)
    zone.delegate("cdp", to=["ns.elsewhere.test"], ds=[unrelated_ds("cdp.acme.example")])
    assert [r.rdtype.name for r in signed_ask(zone, "cdp.acme.example", "NS").authority] == ["NS", "DS"]
    assert len(ask(zone.servers[0], "cdp.acme.example", "DS").answer) == 1


def test_an_expired_signature_is_served_and_rejected(child: ServedZone) -> None:
    now = datetime.now(UTC)
    child.sign(inception=now - timedelta(days=30), expiration=now - timedelta(days=1))
    keys: dict[dns.name.Name, Node | Rdataset] = {CDP: signed_ask(child, str(CDP), "DNSKEY").answer[0]}
    ((soa, signature),) = pairs(signed_ask(child, "cdp.acme.example", "SOA").answer)
    dns.dnssec.validate_rrsig(soa, signature[0], keys, now=(now - timedelta(days=2)).timestamp())
    with pytest.raises(ValidationFailure, match="expired"):
        dns.dnssec.validate_rrsig(soa, signature[0], keys)


def test_an_edit_is_signed_anew(child: ServedZone) -> None:
    child.sign()
    for value in ("one", "two"):
        child.add_records("txt", "TXT", f'"{value}"')
        assert validate(child, signed_ask(child, "txt.cdp.acme.example", "TXT").answer)


def test_a_ds_of_another_key_fits_no_key(child: ServedZone) -> None:
    child.sign()
    keys = signed_ask(child, "cdp.acme.example", "DNSKEY").answer[0]
    assert dns.dnssec.make_ds(CDP, keys[0], "SHA256").to_text() != unrelated_ds("cdp.acme.example")


def test_signatures_can_be_taken_away_and_lost_on_the_way(child: ServedZone) -> None:
    child.sign()
    child.servers[0].inject(faults.without("RRSIG"), times=1)
    stripped = signed_ask(child, "cdp.acme.example", "DNSKEY")
    assert [rrset.rdtype.name for rrset in stripped.answer] == ["DNSKEY"]
    child.unsign()
    assert signed_ask(child, "cdp.acme.example", "DNSKEY").answer == []
    assert len(texts(signed_ask(child, "cdp.acme.example", "SOA").answer)) == 1
