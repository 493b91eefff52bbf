"""Situations that a check of delegations must tell apart can be built in a few lines, and look so on the wire."""

from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import pytest

from tests.world.dns import faults
from tests.world.dns.query import Transport
from tests.world.dns.world import DnsWorld, ServedZone
from tests.world.dns_client import ask, hinted_addresses, resolve, texts


@pytest.fixture
def world(dns_world: Callable[[], DnsWorld]) -> DnsWorld:
    return dns_world()


@pytest.fixture
def parent(world: DnsWorld) -> ServedZone:
    return world.zone("acme.example")


@pytest.fixture
def child(world: DnsWorld) -> ServedZone:
    return world.hosted("cdp.acme.example", token="t0k3n")


def find(world: DnsWorld, name: str, rdtype: str) -> dns.message.Message:
    return resolve(hinted_addresses(world.root_hints.read_text()), world.port, name, rdtype)


def test_a_name_doubled_by_the_provider(parent: ServedZone, child: ServedZone) -> None:
    parent.delegate("cdp.acme.example", to=child.nameservers)
    server = parent.servers[0]
    assert ask(server, "cdp.acme.example", "NS").rcode() == dns.rcode.NXDOMAIN
    (doubled,) = ask(server, "cdp.acme.example.acme.example", "NS").authority
    assert doubled.name.to_text() == "cdp.acme.example.acme.example."


def test_name_servers_that_lost_their_final_dot(parent: ServedZone, child: ServedZone) -> None:
    parent.delegate("cdp", to=[f"{host}.acme.example" for host in child.nameservers])
    assert texts(ask(parent.servers[0], "cdp.acme.example", "NS").authority) == [
        "cdp.acme.example. 300 IN NS k1.ns1.platform.example.acme.example.",
        "cdp.acme.example. 300 IN NS k1.ns2.platform.example.acme.example.",
    ]


def test_a_domain_that_does_not_exist(world: DnsWorld) -> None:
    assert find(world, "acme.example", "SOA").rcode() == dns.rcode.NXDOMAIN


def test_a_parent_that_forgot_its_zone(parent: ServedZone) -> None:
    for server in parent.servers:
        server.forget(parent)
        assert ask(server, "acme.example", "SOA").rcode() == dns.rcode.REFUSED


def test_name_servers_without_an_address(world: DnsWorld, child: ServedZone) -> None:
    world.platform.remove_records("*.ns1")
    assert find(world, "k1.ns1.platform.example", "A").rcode() == dns.rcode.NXDOMAIN
    assert texts(find(world, "k1.ns2.platform.example", "A").answer) == [
        f"k1.ns2.platform.example. 300 IN A {child.servers[1].address}"
    ]


def test_a_name_server_that_is_an_alias(world: DnsWorld) -> None:
    world.platform.add_records("k9.ns1", "CNAME", "ns1.platform.example")
    child = world.hosted("cdp.acme.example", label="k9")
    assert texts(find(world, child.nameservers[0], "A").answer) == [
        "k9.ns1.platform.example. 300 IN CNAME ns1.platform.example.",
        f"ns1.platform.example. 300 IN A {child.servers[0].address}",
    ]


def test_glue_that_differs_from_the_address_below(world: DnsWorld, parent: ServedZone) -> None:
    world["example"].remove_records("ns1.acme", "A")
    world["example"].add_records("ns1.acme", "A", "192.0.2.53")
    referral = ask(world["example"].servers[0], "acme.example", "NS")
    assert "ns1.acme.example. 300 IN A 192.0.2.53" in texts(referral.additional)
    below = ask(parent.servers[0], "ns1.acme.example", "A")
    assert texts(below.answer) == [f"ns1.acme.example. 300 IN A {parent.servers[0].address}"]


def test_a_forgotten_twin_with_another_token_on_one_server(child: ServedZone) -> None:
    twin = child.fork(child.servers[1])
    twin.remove_records("_nameplate", "TXT")
    twin.add_records("_nameplate", "TXT", '"0ld"')
    replies = [ask(server, "_nameplate.cdp.acme.example", "TXT") for server in child.servers]
    assert [reply.answer[0][0].strings for reply in replies] == [(b"t0k3n",), (b"0ld",)]


def test_no_way_out_at_all_and_none_over_tcp(world: DnsWorld, parent: ServedZone) -> None:
    world.inject(faults.silent(Transport.TCP))
    assert find(world, "acme.example", "SOA").flags & dns.flags.AA
    with pytest.raises(dns.exception.Timeout):
        ask(parent.servers[0], "acme.example", "SOA", tcp=True, timeout=0.2)
    world.inject(faults.silent())
    with pytest.raises(dns.exception.Timeout):
        ask(world.root.servers[0], "acme.example", "SOA", timeout=0.2)


def test_a_customer_who_delegates_late_leaves_the_moment_behind(parent: ServedZone, child: ServedZone) -> None:
    assert ask(parent.servers[0], "cdp.acme.example", "NS").rcode() == dns.rcode.NXDOMAIN
    parent.delegate("cdp", to=child.nameservers, ttl=172800)
    change = parent.changes[-1]
    assert (change.action, change.name, change.type, set(change.values)) == (
        "add",
        "cdp.acme.example.",
        "NS",
        set(child.nameservers),
    )
    ask(parent.servers[1], "cdp.acme.example", "NS")
    before, after = parent.servers[0].log[-1], parent.servers[1].log[-1]
    assert before.time < change.time < after.time


def test_two_children_share_the_servers_of_the_platform(world: DnsWorld, child: ServedZone) -> None:
    other = world.hosted("t.other.example", label="k2", token="0th3r")
    assert other.servers == child.servers
    assert [zone.origin.to_text() for zone in child.servers[0].zones.values()] == [
        "cdp.acme.example.",
        "t.other.example.",
    ]
