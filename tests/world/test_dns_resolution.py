"""A plain resolver finds its way from the root hints, through every cut, to scripted servers and to a real PowerDNS."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.exception
import dns.flags
import dns.rcode
import pytest

from tests.world.dns.world import DnsWorld
from tests.world.dns_client import ask, ask_address, hinted_addresses, resolve, texts
from tests.world.http_faults import FaultProxy, HttpFault, Point
from tests.world.powerdns import PowerDNS


@pytest.fixture
def world(dns_world: Callable[[], DnsWorld]) -> DnsWorld:
    return dns_world()


@pytest.fixture
def powerdns(world: DnsWorld, tmp_path: Path) -> Iterator[PowerDNS]:
    with PowerDNS(tmp_path, world.platform_addresses, world.port) as running:
        yield running


def lookup(world: DnsWorld, name: str, rdtype: str) -> list[str]:
    roots = hinted_addresses(world.root_hints.read_text())
    return texts(resolve(roots, world.port, name, rdtype).answer)


def create_zone(powerdns: PowerDNS, name: str, nameservers: list[str], *, through: str | None = None) -> None:
    soa = f"{nameservers[0]}. hostmaster.{name}. 1 3600 600 86400 60"
    zone = {
        "name": f"{name}.",
        "kind": "Native",
        "nameservers": [f"{host}." for host in nameservers],
        "rrsets": [
            {"name": f"{name}.", "type": "SOA", "ttl": 60, "records": [{"content": soa}]},
            {"name": f"_nameplate.{name}.", "type": "TXT", "ttl": 60, "records": [{"content": '"t0k3n"'}]},
        ],
    }
    request = urllib.request.Request(  # noqa: S310
        f"{through or powerdns.api_url}/api/v1/servers/localhost/zones",
        data=json.dumps(zone).encode(),
        headers={"X-API-Key": powerdns.api_key, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 201


def test_the_way_leads_from_the_hints_to_a_scripted_child(world: DnsWorld) -> None:
    parent = world.zone("acme.example")
    child = world.hosted("cdp.acme.example", token="t0k3n")
    parent.delegate("cdp", to=child.nameservers)
    assert lookup(world, "_nameplate.cdp.acme.example", "TXT") == ['_nameplate.cdp.acme.example. 300 IN TXT "t0k3n"']


def test_every_cut_on_the_way_is_asked_for_once(world: DnsWorld) -> None:
    world.zone("acme.example")
    deep = world.zone("eu.acme.example", nameservers=["ns1.provider.test", "ns2.provider.test"])
    child = world.hosted("cdp.eu.acme.example", token="t0k3n", nameservers=["ns-1.cloud.test", "ns-2.cloud.test"])
    deep.delegate("cdp", to=child.nameservers)
    assert len(lookup(world, "_nameplate.cdp.eu.acme.example", "TXT")) == 1
    asked = {
        name: len(world.queries(world[name], "_nameplate.cdp.eu.acme.example", "TXT"))
        for name in ("example", "acme.example", "eu.acme.example", "cdp.eu.acme.example")
    }
    assert asked == {"example": 1, "acme.example": 1, "eu.acme.example": 1, "cdp.eu.acme.example": 1}


def test_the_way_leads_to_a_real_powerdns_on_both_addresses(world: DnsWorld, powerdns: PowerDNS) -> None:
    parent = world.zone("acme.example")
    servers = ["k7.ns1.platform.example", "k7.ns2.platform.example"]
    create_zone(powerdns, "cdp.acme.example", servers)
    parent.delegate("cdp", to=servers)
    assert lookup(world, "_nameplate.cdp.acme.example", "TXT") == ['_nameplate.cdp.acme.example. 60 IN TXT "t0k3n"']
    for address in world.platform_addresses:
        for tcp in (False, True):
            assert ask_address(address, world.port, "cdp.acme.example", "SOA", tcp=tcp).flags & dns.flags.AA
        assert ask_address(address, world.port, "other.example", "SOA").rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("end", [PowerDNS.stop, PowerDNS.kill], ids=["stopped", "killed"])
def test_zones_of_powerdns_outlive_an_outage(
    world: DnsWorld, powerdns: PowerDNS, end: Callable[[PowerDNS], None]
) -> None:
    create_zone(powerdns, "cdp.acme.example", ["k7.ns1.platform.example"])
    end(powerdns)
    with pytest.raises((dns.exception.Timeout, OSError)):
        ask_address(world.platform_addresses[0], world.port, "cdp.acme.example", "SOA", tcp=True)
    powerdns.start()
    assert ask_address(world.platform_addresses[0], world.port, "cdp.acme.example", "SOA").flags & dns.flags.AA


def test_a_zone_exists_though_the_answer_to_its_creation_was_lost(world: DnsWorld, powerdns: PowerDNS) -> None:
    with FaultProxy(powerdns.api_url) as proxy:
        proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True), methods={"POST"}, path="/zones$", times=1)
        with pytest.raises(OSError, match=r"closed|reset"):
            create_zone(powerdns, "cdp.acme.example", ["k7.ns1.platform.example"], through=proxy.url)
        with pytest.raises(urllib.error.HTTPError, match="409"):
            create_zone(powerdns, "cdp.acme.example", ["k7.ns1.platform.example"], through=proxy.url)
        assert [exchange.status for exchange in proxy.exchanges] == [201, 409]
    assert ask_address(world.platform_addresses[1], world.port, "cdp.acme.example", "SOA").flags & dns.flags.AA


def test_a_powerdns_that_cannot_start_says_why(world: DnsWorld, tmp_path: Path) -> None:
    taken = world.root.servers[0].address
    with pytest.raises(RuntimeError, match="in use"):
        PowerDNS(tmp_path, [taken], world.port).start()


def test_worlds_do_not_meet(dns_world: Callable[[], DnsWorld]) -> None:
    first, second = dns_world(), dns_world()
    first.zone("acme.example").add_records("www", "A", "192.0.2.1")
    second.zone("acme.example").add_records("www", "A", "192.0.2.2")
    assert lookup(first, "www.acme.example", "A") == ["www.acme.example. 300 IN A 192.0.2.1"]
    assert lookup(second, "www.acme.example", "A") == ["www.acme.example. 300 IN A 192.0.2.2"]
    assert {server.address for server in first.servers}.isdisjoint(server.address for server in second.servers)


def test_the_log_says_how_it_was_asked(world: DnsWorld) -> None:
    server = world.root.servers[0]
    ask(server, "Example", "NS", dnssec=True, tcp=True)
    (query,) = server.queries("example", "NS")
    assert (query.transport, query.edns, query.payload, query.dnssec_ok) == ("tcp", 0, 1232, True)
    assert (query.recursion_desired, query.name.to_text(), query.server) == (False, "Example.", "a.root-servers.net")
    world.forget_queries()
    assert world.queries() == []


def test_an_end_leaves_neither_servers_nor_files(tmp_path: Path) -> None:
    with DnsWorld() as temporary, DnsWorld(tmp_path / "kept") as kept:
        server = temporary.root.servers[0]
    assert not temporary.directory.exists()
    assert kept.root_hints.exists()
    with pytest.raises((dns.exception.Timeout, OSError)):
        ask(server, ".", "NS", tcp=True)
