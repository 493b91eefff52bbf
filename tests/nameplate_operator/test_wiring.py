"""The wiring: what the passes share, and that metrics hear of their failed looks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nameplate_api.conditions import Reason
from nameplate_operator.children.names import tls_secret
from nameplate_operator.claims.undelegation import Answer, Undelegation
from nameplate_operator.observability import Metrics
from nameplate_operator.phase import Findings, Phase
from nameplate_operator.phases.certificate import CertificateIssuance
from nameplate_operator.phases.delegation import Delegation
from nameplate_operator.phases.ingestion import IngestionService
from nameplate_operator.phases.route import Route
from nameplate_operator.phases.zone import Hosting, ZoneHosting
from nameplate_operator.ports import Certificate, Holding, ProviderError, Zone
from nameplate_operator.wiring import passes
from tests.nameplate_operator.builders import (
    TOKEN,
    a_claim,
    a_domain,
    claim_manifest,
    domain_manifest,
    memory_ports,
    settings,
)
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH
from tests.world.dns.world import DnsWorld
from tests.worlds.asking import resolver

NAME = "cdp.acme.example"
OURS = ("k1.ns1.platform.example", "k1.ns2.platform.example")
OWNER = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "CustomDomain", "name": "web", "uid": "uid-domain"}
META = {"name": "web-ingestion", "namespace": "acme", "ownerReferences": [OWNER], "generation": 1}
INGRESS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": META,
    "spec": {},
    "status": {"loadBalancer": {"ingress": [{"hostname": "lb.acme.example"}]}},
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": META,
    "spec": {"replicas": 1},
    "status": {"availableReplicas": 1},
}


async def test_what_one_phase_learnt_of_the_zones_above_no_other_asks_again(dns_world: Callable[[], DnsWorld]) -> None:
    world = dns_world()
    parent = world.zone("acme.example")
    parent.add_records("lb", "A", "192.0.2.7")
    child = world.hosted(NAME, token=TOKEN)
    child.add_records(f"{NAME}.", "A", "192.0.2.7")
    parent.delegate("cdp", to=OURS)
    ports = replace(memory_ports(), resolver=resolver(world))
    ports.cluster.put(INGRESS)
    ports.cluster.put(DEPLOYMENT)
    wired = passes(ports, settings(), Metrics())
    phases = {type(phase): phase for phase in wired.domains.phases}
    claim = a_claim(host=NAME, zone={"provider": "powerdns", "id": NAME, "nameservers": OURS, "delegated": True})
    domain, findings = a_domain(domain=NAME), Findings()

    async def look(kind: type[Phase[Any, Any]]) -> Any:
        seen = await phases[kind].observe(domain, findings, EPOCH)
        findings.add(kind, seen)
        return seen

    findings.add(ZoneHosting, Hosting(claim, Zone(f"{NAME}.", NAME, OURS), OURS))
    assert [a.nameservers for a in (await look(Delegation)).facts.parents] == [OURS, OURS]
    assert world.queries(world.root)
    world.forget_queries()

    assert (await look(Route)).addresses == ("192.0.2.7",)
    certificate = Certificate((), EPOCH, EPOCH, trust="", current=True)
    ports.authority.holdings[tls_secret(domain)] = Holding(certificate)
    await look(CertificateIssuance)
    await look(IngestionService)
    assert [target.addresses for target, _ in ports.prober.asked] == [("192.0.2.7",)]
    undelegation = next(phase for phase in wired.claims.phases if isinstance(phase, Undelegation))
    assert await undelegation.observe(claim, Findings(), EPOCH) == Answer(delegated=True)

    assert world.queries(parent, NAME, "NS")
    assert world.queries(world.root) == []
    assert world.queries(world["example"]) == []


async def test_failed_looks_of_every_kind_of_pass_are_counted() -> None:
    cluster, metrics = MemoryCluster(), Metrics()
    zone = {"provider": "powerdns", "id": NAME, "nameservers": OURS, "delegated": True}
    claim = cluster.put(claim_manifest(zone=zone, releaseTime="2029-12-31T00:00:00Z"))
    domain = cluster.put(domain_manifest())
    wired = passes(memory_ports(cluster), settings(), metrics)
    wired.now = lambda: EPOCH

    def counted(condition: str, reason: str) -> float | None:
        labels = {"condition": condition, "reason": reason}
        return metrics.registry.get_sample_value("nameplate_failed_looks_total", labels)

    for passed in (1, 2):
        await wired(claim)
        assert counted("Undelegated", "ParentUnreachable") == passed
    cluster.failing["DomainClaim"] = ProviderError(Reason.PROVIDER_UNAVAILABLE, "The API server is away.")
    await wired(domain)
    assert counted("Accepted", "ProviderUnavailable") == 1


async def test_what_is_gone_is_forgotten() -> None:
    cluster = MemoryCluster()
    refs = [cluster.put(claim_manifest()), cluster.put(domain_manifest())]
    wired = passes(memory_ports(cluster), settings(), Metrics())
    wired.now = lambda: EPOCH
    for ref in refs:
        await wired(ref)
    assert {*wired.domains.memories, *wired.claims.memories} == {*refs}
    for ref in refs:
        del cluster.objects[ref]
        assert await wired(ref) is None
    assert (wired.domains.memories, wired.claims.memories) == ({}, {})
