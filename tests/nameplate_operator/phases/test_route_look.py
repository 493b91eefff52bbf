"""What Route sees: whose the Ingress is, which addresses it shows, and where its host names lead."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.changes import ApplyChild
from nameplate_operator.phase import Findings, Was
from nameplate_operator.phases.route import Route, Routing
from nameplate_operator.phases.zone import Hosting, ZoneHosting
from nameplate_operator.ports import CutCache, Ports, ProviderError, Zone
from tests.nameplate_operator.builders import a_claim, a_domain, memory_ports, settings
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH
from tests.world.dns.world import DnsWorld
from tests.worlds.asking import resolver

NAME = "cdp.acme.com"
ZONE = Zone(f"{NAME}.", NAME, ("x7.ns1.example",))
OWNER = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": "web", "uid": "uid-domain"}


def an_ingress(*shown: Any, owner: dict[str, Any] | None = OWNER) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web-ingestion", "namespace": "acme"} | ({"ownerReferences": [owner]} if owner else {}),
        "spec": {},
        "status": {"loadBalancer": {"ingress": list(shown)}},
    }


async def look(ingress: dict[str, Any] | None, zone: Zone | None = ZONE, ports: Ports | None = None) -> Routing:
    ports = ports or memory_ports()
    assert isinstance(ports.cluster, MemoryCluster)
    if ingress is not None:
        ports.cluster.put(ingress)
    findings = Findings()
    if zone is not None:
        findings.add(ZoneHosting, Hosting(a_claim(), zone, zone.nameservers))
    seen = await Route(ports, settings()).observe(a_domain(), findings, EPOCH)
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    ("shown", "addresses"),
    [
        pytest.param([], (), id="none"),
        pytest.param([{"ip": "192.0.2.1"}], ("192.0.2.1",), id="IPv4"),
        pytest.param([{"ip": "2001:DB8::0:1"}], ("2001:db8::1",), id="IPv6"),
        pytest.param(
            [{"ip": "192.0.2.2"}, {"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}],
            ("192.0.2.1", "192.0.2.2"),
            id="in order and each once",
        ),
        pytest.param([{"ip": "192.0.2.300"}, {"ip": ""}, {"ports": []}], (), id="no addresses"),
        pytest.param([{"hostname": "lb .example; rm"}, {"hostname": "x" * 300}], (), id="no host names"),
        pytest.param(
            [{"ip": f"192.0.2.{i}"} for i in range(100, 200)],
            tuple(f"192.0.2.{i}" for i in range(100, 116)),
            id="no end",
        ),
    ],
)
async def test_addresses_are_taken_from_the_status(shown: list[dict[str, Any]], addresses: tuple[str, ...]) -> None:
    seen = await look(an_ingress(*shown))
    assert (seen.addresses, seen.hostnames) == (addresses, ())


async def test_a_cluster_without_the_ingress_and_a_pass_without_the_zone_are_seen_as_that() -> None:
    assert await look(None) == Routing(None, (), (), ZONE)
    assert await look(None, None) == Routing(None, (), (), None)


async def test_an_ingress_without_status_shows_nothing() -> None:
    bare = {key: value for key, value in an_ingress().items() if key != "status"}
    seen = await look(bare)
    assert (seen.addresses, seen.hostnames, seen.foreign) == ((), (), False)


@pytest.mark.parametrize("owner", [None, OWNER | {"name": "shop", "uid": "u"}, OWNER | {"kind": "App", "uid": "u"}])
async def test_of_a_strangers_ingress_nothing_is_believed(owner: dict[str, Any] | None) -> None:
    seen = await look(an_ingress({"ip": "192.0.2.1"}, owner=owner))
    assert (seen.addresses, seen.foreign) == ((), True)


async def test_the_ingress_of_a_deleted_domain_of_the_same_name_is_waited_out() -> None:
    with pytest.raises(ProviderError) as caught:
        await look(an_ingress(owner=OWNER | {"uid": "uid-before"}))
    assert (caught.value.reason, caught.value.retry_after) == (Reason.WAITING, 5.0)


async def test_a_host_name_leads_to_its_addresses_of_the_moment(dns_world: Callable[[], DnsWorld]) -> None:
    world = dns_world()
    ports = replace(memory_ports(), resolver=resolver(world))
    cloud = world.zone("cloud.example")
    cloud.add_records("lb", "A", "192.0.2.8", "192.0.2.7")
    cloud.add_records("lb", "AAAA", "2001:db8::7")
    cloud.add_records("balancer", "CNAME", "lb.cloud.example.")
    both = ("192.0.2.7", "192.0.2.8", "2001:db8::7")
    direct = await look(an_ingress({"hostname": "LB.cloud.example."}), ports=ports)
    assert (direct.addresses, direct.hostnames) == (both, ("lb.cloud.example",))
    alias = await look(an_ingress({"hostname": "balancer.cloud.example"}), ports=ports)
    assert alias.addresses == both
    cloud.remove_records("lb", "A")
    later = replace(ports, cuts=CutCache())
    assert (await look(an_ingress({"hostname": "lb.cloud.example"}), ports=later)).addresses == ("2001:db8::7",)
    absent = await look(an_ingress({"hostname": "none.cloud.example"}), ports=ports)
    assert (absent.addresses, absent.hostnames) == ((), ("none.cloud.example",))


async def test_the_ingress_class_comes_from_the_settings() -> None:
    phase = Route(memory_ports(), settings(route={"ingressClassName": "nginx"}))
    seen = await phase.observe(a_domain(), Findings(), EPOCH)
    assert seen is not None
    (change,) = phase.decide(a_domain(), seen, Was(EPOCH)).changes
    assert isinstance(change, ApplyChild)
    assert change.manifest["spec"]["ingressClassName"] == "nginx"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [pytest.param(None, True, id="the zone was not seen"), pytest.param(ZONE, False, id="nothing is published")],
)
async def test_endpoints_stay_shown_until_it_is_seen_that_nothing_leads_there(zone: Zone | None, shown: bool) -> None:
    endpoints = {"trackingAPI": "https://api.cdp.acme.com", "cdn": "https://cdn.cdp.acme.com"}
    domain = a_domain(status={"observedGeneration": 1, "endpoints": endpoints})
    decision = Route(memory_ports(), settings()).decide(domain, await look(an_ingress(), zone), Was(EPOCH))
    assert decision.report == ({"endpoints": endpoints} if shown else {})
