"""A spec that slipped through and cannot be used: what exists is kept up all the same, by the phases that serve it."""

from datetime import timedelta
from typing import Any

import pytest

from nameplate_operator.children.names import tls_secret
from nameplate_operator.kinds import CONFIG_MAP, DEPLOYMENT, SERVICE
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Certificate, Holding, Ref
from nameplate_operator.records import bare_zone
from nameplate_operator.wiring import passes
from tests.nameplate_operator.builders import (
    CLAIM_REF,
    DOMAIN_REF,
    TOKEN,
    a_condition,
    a_domain,
    claim_manifest,
    domain_manifest,
    memory_ports,
    settings,
)
from tests.nameplate_operator.memory_ports import EPOCH

HOST = "cdp.acme.com"
NAMESERVERS = ("k1.ns1.platform.example", "k1.ns2.platform.example")
SERVED = {
    "Accepted": "Accepted",
    "ZoneReady": "Hosted",
    "Delegated": "Delegated",
    "CertificateIssued": "Issued",
    "Routed": "Programmed",
    "IngestionAvailable": "Available",
    "Reachable": "Reachable",
}


class World:
    """A domain that was served until its spec could not be used any more; its certificate is due, its zone harmed."""

    def __init__(self, **spec: Any) -> None:
        self.ports = memory_ports()
        self.cluster: Any = self.ports.cluster
        manifest = domain_manifest(**spec)
        manifest["metadata"]["finalizers"] = ["nameplate.dev/teardown"]
        conditions = [a_condition(kind, "True", reason) for kind, reason in SERVED.items()]
        manifest["status"] = {"observedGeneration": 1, "conditions": conditions}
        zone = {"provider": "powerdns", "id": f"{HOST}.", "nameservers": NAMESERVERS, "delegated": True}
        self.cluster.put(manifest)
        self.cluster.put(claim_manifest(zone=zone, deletionPolicy="Retain", sources=["website"]))
        self.authority: Any = self.ports.authority
        days = timedelta(days=1)
        due = Certificate((HOST,), EPOCH - 70 * days, EPOCH + 20 * days, trust="", current=True)
        self.authority.holdings[tls_secret(a_domain())] = Holding(due)

    async def run(self) -> None:
        """Make a pass over it, with a CAA record missing in its zone."""
        zones: Any = self.ports.zones
        whole = bare_zone(HOST, TOKEN, NAMESERVERS)
        await zones.create(HOST, NAMESERVERS, tuple(each for each in whole if each.type != "CAA"))
        wired = passes(self.ports, settings(), Metrics())
        wired.now = lambda: EPOCH
        await wired(DOMAIN_REF)
        self.whole = set(whole) <= set(zones.zones[HOST].records)

    def written(self, kind: Any) -> bool:
        """Tell whether an object of the ingestion was written."""
        return Ref(kind, "web-ingestion", "acme") in self.cluster.objects

    @property
    def conditions(self) -> dict[str, tuple[str, str]]:
        """Return (status, reason) of each condition."""
        status = self.cluster.objects[DOMAIN_REF]["status"]
        return {each["type"]: (each["status"], each["reason"]) for each in status["conditions"]}


UNUSABLE = {
    "a source": {"sources": [{"name": "website", "type": "Carrier pigeon", "writeKey": "k"}]},
    "a policy": {"deletionPolicy": "Burn"},
    "a quantity": {"ingestion": {"replicas": 1000}},
}


@pytest.mark.parametrize("spec", UNUSABLE.values(), ids=UNUSABLE)
async def test_zone_and_certificate_are_kept_up_and_nothing_is_built_from_the_spec(spec: dict[str, Any]) -> None:
    world = World(**spec)
    await world.run()
    assert world.conditions["Ready"] == ("False", "InvalidSpec")
    assert world.whole
    assert world.authority.issued == [tls_secret(a_domain())]
    assert world.written(SERVICE)
    assert not world.written(CONFIG_MAP)
    assert not world.written(DEPLOYMENT)
    claim = world.cluster.objects[CLAIM_REF]["spec"]
    assert (claim["deletionPolicy"], claim["sources"]) == ("Retain", ["website"])


@pytest.mark.parametrize("suspend", [True, "perhaps"])
async def test_while_suspended_nothing_is_changed(suspend: Any) -> None:
    world = World(**UNUSABLE["a source"], suspend=suspend)
    await world.run()
    assert world.conditions["Accepted"] == ("False", "InvalidSpec")
    assert not world.whole
    assert world.authority.issued == []


async def test_without_a_name_that_can_be_used_nothing_is_looked_at() -> None:
    world = World(domain=7)
    await world.run()
    assert world.conditions["Accepted"] == ("False", "InvalidSpec")
    assert world.conditions["ZoneReady"] == ("True", "Hosted")
    assert not world.whole
