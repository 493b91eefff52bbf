"""What the phases of a pass ask of the outside: each system once for one thing, from the first pass to the last."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from nameplate_operator.kinds import DEPLOYMENT, INGRESS, NAMESPACE, SECRET
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Ref
from nameplate_operator.wiring import passes
from tests.nameplate_operator.builders import (
    DOMAIN_REF,
    TOKEN,
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
LOAD_BALANCER = "192.0.2.7"
QUESTIONS = ("get", "list", "find", "ask")
TLS = ("get", (Ref(SECRET, "web-tls", "acme"),), "{}")
TENANTS = ("get", (Ref(NAMESPACE, "acme"),), "{}")
PLAYED = {
    Ref(INGRESS, "web-ingestion", "acme"): {"loadBalancer": {"ingress": [{"hostname": "lb.acme.example"}]}},
    Ref(DEPLOYMENT, "web-ingestion", "acme"): {"availableReplicas": 1},
}
"""What the controllers of the cluster write into status, once the objects are there."""


class Counted:
    """A port whose questions are counted by what is asked."""

    def __init__(self, port: Any, asked: Counter[Any]) -> None:
        self._port, self._asked = port, asked

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._port, verb)
        if verb not in QUESTIONS:
            return method

        def counted(*args: Any, **kwargs: Any) -> Any:
            self._asked[verb, args, str(kwargs)] += 1
            return method(*args, **kwargs)

        return counted


def delegated(world: DnsWorld, nameservers: tuple[str, ...]) -> DnsWorld:
    """Put the name, the zone behind it and the load balancer into the DNS."""
    parent = world.zone("acme.example")
    parent.add_records("lb", "A", LOAD_BALANCER)
    parent.delegate("cdp", to=nameservers)
    child = world.hosted(NAME, nameservers=nameservers, token=TOKEN)
    for host in (NAME, f"api.{NAME}", f"cdn.{NAME}"):
        child.add_records(f"{host}.", "A", LOAD_BALANCER)
    return world


async def test_the_phases_of_a_pass_ask_no_outside_system_twice_for_one_thing(
    dns_world: Callable[[], DnsWorld],
) -> None:
    asked, every, cluster = Counter[Any](), Counter[Any](), MemoryCluster()
    ports = memory_ports(cluster)
    world = delegated(dns_world(), ports.zones.nameservers(TOKEN))
    counted = Counted(cluster, asked)
    ports = replace(
        ports,
        cluster=counted,
        resolver=Counted(resolver(world), asked),
        zones=Counted(ports.zones, asked),
        authority=SelfSignedAuthority(counted, "nameplate"),
        prober=Counted(ports.prober, asked),
    )
    wired = passes(ports, settings(), Metrics())
    wired.now = lambda: EPOCH
    cluster.put(domain_manifest(domain=NAME))
    cluster.put(claim_manifest(NAME, {"nameplate.dev/registrable": "acme.example"}))
    pause: float | None = 0
    while pause == 0:
        asked.clear()
        cluster.writes.clear()
        pause = await wired(DOMAIN_REF)
        every += asked
        # The pass itself looks whether the namespace is ending.
        asked[TENANTS] -= 1
        # Acceptance asks whether we may read it, the authority what is in it, and a change reads what it will write.
        changed = ("create", "Secret acme/web-tls") in cluster.writes
        assert asked.pop(TLS, 0) <= (3 if changed else 2)
        assert [what for what, times in asked.items() if times > 1] == []
        for ref in PLAYED.keys() & cluster.objects.keys():
            cluster.objects[ref]["status"] = PLAYED[ref]
    kinds = {(verb, type(args[0]).__name__) for verb, args, _ in every}
    assert kinds == {("get", "Ref"), ("list", "Kind"), ("find", "str"), ("ask", "Question"), ("ask", "ProbeTarget")}
    assert ports.prober.asked
    assert cluster.writes == [("patch status", "CustomDomain acme/web")]
