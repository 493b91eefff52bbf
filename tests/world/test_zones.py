"""What the world's authoritative servers answer: referrals, negatives, wildcards, aliases, edits while serving."""

from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import pytest

from tests.world.dns.server import Server
from tests.world.dns.world import DnsWorld, ServedZone
from tests.world.dns_client import ask, texts


@pytest.fixture
def acme(dns_world: Callable[[], DnsWorld]) -> ServedZone:
    zone = dns_world().zone("acme.example")
    zone.add_records("www", "A", "192.0.2.1")
    zone.add_records("*.wild", "TXT", '"any"')
    zone.add_records("a.b.c", "A", "192.0.2.2")
    zone.add_records("alias", "CNAME", "www.acme.example")
    zone.add_records("far", "CNAME", "elsewhere.test")
    zone.add_records("ping", "CNAME", "pong.acme.example")
    zone.add_records("pong", "CNAME", "ping.acme.example")
    zone.add_records("old", "DNAME", "wild.acme.example")
    zone.delegate("cdp", to=["ns1.cdp.acme.example"], glue={"ns1.cdp.acme.example": "192.0.2.53"})
    return zone


def first(zone: ServedZone) -> Server:
    return zone.servers[0]


def test_a_referral_names_the_cut_with_glue_and_without_authority(acme: ServedZone) -> None:
    for name in ("cdp.acme.example", "x.cdp.acme.example"):
        reply = ask(first(acme), name, "NS")
        assert not reply.flags & dns.flags.AA
        assert reply.rcode() == dns.rcode.NOERROR
        assert texts(reply.answer) == []
        assert texts(reply.authority) == ["cdp.acme.example. 300 IN NS ns1.cdp.acme.example."]
        assert texts(reply.additional) == ["ns1.cdp.acme.example. 300 IN A 192.0.2.53"]


@pytest.mark.parametrize(
    ("name", "rdtype", "rcode", "answer"),
    [
        pytest.param("www", "A", "NOERROR", ["www.acme.example. 300 IN A 192.0.2.1"], id="a record"),
        pytest.param("www", "TXT", "NOERROR", [], id="another type is NODATA"),
        pytest.param("b.c", "A", "NOERROR", [], id="an empty non-terminal is NODATA"),
        pytest.param("none", "A", "NXDOMAIN", [], id="no such name"),
        pytest.param("x.y.wild", "TXT", "NOERROR", ['x.y.wild.acme.example. 300 IN TXT "any"'], id="a wildcard"),
        pytest.param("x.wild", "A", "NOERROR", [], id="a wildcard without the type"),
        pytest.param(
            "alias",
            "A",
            "NOERROR",
            ["alias.acme.example. 300 IN CNAME www.acme.example.", "www.acme.example. 300 IN A 192.0.2.1"],
            id="an alias is followed inside the zone",
        ),
        pytest.param(
            "far", "A", "NOERROR", ["far.acme.example. 300 IN CNAME elsewhere.test."], id="and not outside of it"
        ),
        pytest.param(
            "ping",
            "A",
            "NOERROR",
            [
                "ping.acme.example. 300 IN CNAME pong.acme.example.",
                "pong.acme.example. 300 IN CNAME ping.acme.example.",
            ],
            id="a loop ends",
        ),
        pytest.param(
            "x.old",
            "TXT",
            "NOERROR",
            [
                "old.acme.example. 300 IN DNAME wild.acme.example.",
                "x.old.acme.example. 300 IN CNAME x.wild.acme.example.",
                'x.wild.acme.example. 300 IN TXT "any"',
            ],
            id="a DNAME redirects what is below",
        ),
    ],
)
def test_the_zone_answers_with_authority(
    acme: ServedZone, name: str, rdtype: str, rcode: str, answer: list[str]
) -> None:
    reply = ask(first(acme), f"{name}.acme.example", rdtype)
    assert reply.flags & dns.flags.AA
    assert dns.rcode.to_text(reply.rcode()) == rcode
    assert texts(reply.answer) == answer
    owners = [(rrset.name.to_text(), rrset.rdtype.name) for rrset in reply.authority]
    assert owners == ([] if answer else [("acme.example.", "SOA")])


def test_names_of_foreign_zones_are_refused(acme: ServedZone) -> None:
    assert ask(first(acme), "www.other.example", "A").rcode() == dns.rcode.REFUSED


def test_an_edit_shows_at_once_and_leaves_a_trace(acme: ServedZone) -> None:
    before = acme.serial
    acme.add_records("new", "A", "192.0.2.9", ttl=60)
    assert texts(ask(first(acme), "new.acme.example", "A").answer) == ["new.acme.example. 60 IN A 192.0.2.9"]
    acme.remove_records("new", "A", "192.0.2.9")
    assert ask(first(acme), "new.acme.example", "A").rcode() == dns.rcode.NXDOMAIN
    assert [(c.serial, c.action, c.name, c.type, c.values) for c in acme.changes[-2:]] == [
        (before + 1, "add", "new.acme.example.", "A", ("192.0.2.9",)),
        (before + 2, "remove", "new.acme.example.", "A", ("192.0.2.9",)),
    ]
    assert f" {before + 2} " in texts(ask(first(acme), "acme.example", "SOA").answer)[0]


def test_removing_what_is_not_there_is_an_error(acme: ServedZone) -> None:
    with pytest.raises(KeyError):
        acme.remove_records("www", "A", "192.0.2.77")


def test_a_server_with_a_fork_keeps_its_own_data(acme: ServedZone) -> None:
    lagging = acme.fork(acme.servers[1])
    acme.undelegate("cdp")
    lagging.add_records("www", "A", "192.0.2.3")
    assert ask(acme.servers[0], "cdp.acme.example", "NS").answer == []
    assert len(ask(acme.servers[1], "cdp.acme.example", "NS").authority) == 1
    assert len(ask(acme.servers[0], "www.acme.example", "A").answer[0]) == 1
    assert len(ask(acme.servers[1], "www.acme.example", "A").answer[0]) == 2


def test_a_twin_zone_at_the_same_provider_hides_the_delegation(dns_world: Callable[[], DnsWorld]) -> None:
    world = dns_world()
    parent = world.zone("acme.example")
    child = world.hosted("cdp.acme.example")
    parent.delegate("cdp", to=child.nameservers)
    world.zone("cdp.acme.example", on=parent, delegated=False)
    reply = ask(first(parent), "cdp.acme.example", "NS")
    assert reply.flags & dns.flags.AA
    assert set(texts(reply.answer)) == {
        "cdp.acme.example. 300 IN NS ns1.acme.example.",
        "cdp.acme.example. 300 IN NS ns2.acme.example.",
    }


def test_an_answer_too_large_for_udp_is_whole_over_tcp(acme: ServedZone) -> None:
    acme.add_records("big", "TXT", *(f'"{i:03}{"x" * 200}"' for i in range(20)))
    reply = ask(first(acme), "big.acme.example", "TXT")
    assert reply.flags & dns.flags.TC
    assert reply.answer == []
    assert len(ask(first(acme), "big.acme.example", "TXT", tcp=True).answer[0]) == 20
