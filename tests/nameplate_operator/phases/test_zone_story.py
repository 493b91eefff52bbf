"""A zone's life on a real PowerDNS, pass by pass: made, edited by hand, lost, taken by a stranger, out of reach."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nameplate_api.conditions import Condition, ConditionType, Reason, Truth
from nameplate_operator.adapters.powerdns_zones import PowerDnsZones
from nameplate_operator.phase import Decision
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.phases.zone import ZoneHosting
from nameplate_operator.plan import Memory, carry_out, plan
from nameplate_operator.ports import RecordSet
from nameplate_operator.release import Releaser, release_phases
from nameplate_operator.subject import Domain
from nameplate_operator.summary import stamp
from tests.nameplate_operator.builders import CLAIM_REF, DOMAIN_REF, domain_manifest, memory_ports
from tests.nameplate_operator.builders import settings as operator_settings
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH
from tests.nameplate_operator.powerdns_server import die_making, key_file, name, powerdns, settings, zones
from tests.world.http_faults import Exchange, FaultProxy, HttpFault, Point
from tests.world.powerdns import PowerDNS

__all__ = ["key_file", "name", "powerdns", "zones"]


class NobodyAsked:
    """Stands for the parent's servers where a name was never delegated, so that nobody may ask them."""

    async def delegates(self, name: str, nameservers: tuple[str, ...], payer: str) -> bool:
        raise AssertionError("the parent was asked")


class Story:
    """One CustomDomain whose Accepted and ZoneReady are worked on, with its status kept from pass to pass."""

    def __init__(self, provider: PowerDnsZones, host: str) -> None:
        self.cluster = MemoryCluster()
        self.ports = replace(memory_ports(self.cluster), zones=provider)
        self.host = host
        self.memory = Memory()
        self.conditions: dict[ConditionType, Condition] = {}
        manifest = domain_manifest(domain=host)
        self.cluster.put(manifest | {"metadata": manifest["metadata"] | {"finalizers": ["nameplate.dev/teardown"]}})

    async def look(self) -> tuple[Decision, bool]:
        """Make one pass; return what became of ZoneReady, and whether anything was changed."""
        domain = Domain.read(self.cluster.objects[DOMAIN_REF])
        domain = replace(domain, conditions=self.conditions)
        phases = [phase(self.ports, operator_settings()) for phase in (Acceptance, ZoneHosting)]
        decisions, changed = await carry_out(await plan(phases, domain, self.memory, EPOCH), self.ports, self.memory)
        verdicts = {condition: decision.verdict for condition, decision in decisions.items()}
        self.conditions = {ConditionType(c.type): c for c in stamp(verdicts, self.conditions, 1, EPOCH)}
        return decisions[ConditionType.ZONE_READY], changed

    async def settled(self) -> Decision:
        """Make passes until nothing changes."""
        for _ in range(10):
            decision, changed = await self.look()
            if not changed:
                return decision
        raise AssertionError("it does not settle")

    @property
    def recorded(self) -> dict[str, Any]:
        """What the claim says of the zone."""
        claim = next(stored for ref, stored in self.cluster.objects.items() if ref.kind == CLAIM_REF.kind)
        zone: dict[str, Any] = claim["spec"]["zone"]
        return zone


async def holds_records(zones: PowerDnsZones, name: str) -> bool:
    """Say whether the zone, which must be there, holds anything."""
    zone = await zones.find(name)
    assert zone is not None
    return bool(zone.records)


@pytest.fixture
async def story(zones: PowerDnsZones, name: str) -> Story:
    """A story whose zone is hosted."""
    story = Story(zones, name)
    decision = await story.settled()
    assert (decision.verdict.truth, decision.verdict.reason) == (Truth.TRUE, Reason.HOSTED)
    return story


async def test_the_zone_exists_before_its_name_servers_are_shown(zones: PowerDnsZones, name: str) -> None:
    story, shown = Story(zones, name), []
    for _ in range(8):
        existed = await zones.find(name) is not None
        decision, _ = await story.look()
        shown.append(decision.report.get("nameservers"))
        assert existed or shown[-1] is None
    zone = await zones.find(name)
    assert zone is not None
    assert shown[-1] == list(zone.nameservers)
    assert story.recorded == {
        "provider": "powerdns",
        "id": f"{name}.",
        "nameservers": list(zone.nameservers),
    }


async def test_what_is_edited_by_hand_is_put_back_and_other_records_stay(
    story: Story, zones: PowerDnsZones, name: str
) -> None:
    before = await zones.find(name)
    assert before is not None
    mail = RecordSet(name, "MX", 300, ("10 mail.acme.com.",))
    elsewhere = RecordSet(name, "NS", 60, ("ns.other.example",))
    await zones.write(before, (mail, elsewhere), (RecordSet(name, "CAA", 3600, ()),))
    decision, changed = await story.look()
    assert (decision.verdict.reason, changed) == (Reason.REPAIRING, True)
    assert (await story.settled()).verdict.reason is Reason.HOSTED
    after = await zones.find(name)
    assert after is not None
    assert set(after.records) == {*before.records, mail}


async def test_a_lost_zone_comes_back_as_it_was(story: Story, zones: PowerDnsZones, name: str) -> None:
    before, recorded = await zones.find(name), story.recorded
    assert before is not None
    await zones.delete(before)
    decision, _ = await story.look()
    assert decision.verdict.reason is Reason.CREATING
    assert decision.report == {"nameservers": list(before.nameservers)}
    assert (await story.settled()).verdict.reason is Reason.HOSTED
    assert await zones.find(name) == before
    assert story.recorded == recorded


async def test_a_strangers_zone_of_the_name_is_never_touched(zones: PowerDnsZones, name: str) -> None:
    theirs = (RecordSet(name, "NS", 60, ("ns.other.example",)), RecordSet(name, "A", 60, ("192.0.2.9",)))
    before = await zones.create(name, ("ns.other.example",), theirs)
    story = Story(zones, name)
    decision = await story.settled()
    assert (decision.verdict.reason, decision.verdict.stalled) == (Reason.ZONE_CONFLICT, True)
    assert decision.report == {}
    assert await zones.find(name) == before
    await zones.delete(before)
    assert (await story.settled()).verdict.reason is Reason.HOSTED


@pytest.fixture
async def proxied(powerdns: PowerDNS, key_file: Path, name: str) -> AsyncIterator[tuple[Story, FaultProxy]]:
    with FaultProxy(powerdns.api_url) as proxy:
        provider = PowerDnsZones(settings(proxy.url, key_file), request_timeout=1)
        yield Story(provider, name), proxy
        await provider.close()


async def test_while_the_provider_is_away_what_was_seen_stays_and_nothing_is_made_twice(
    proxied: tuple[Story, FaultProxy], zones: PowerDnsZones, name: str
) -> None:
    story, proxy = proxied
    proxy.go_down()
    decision = await story.settled()
    assert (decision.verdict.truth, decision.verdict.reason) == (Truth.UNKNOWN, Reason.PROVIDER_UNAVAILABLE)
    proxy.come_up()
    await story.settled()
    before = await zones.find(name)
    proxy.go_down()
    decision, changed = await story.look()
    assert (decision.verdict.truth, decision.verdict.reason, changed) == (Truth.TRUE, Reason.HOSTED, False)
    assert decision.verdict.aside.startswith("The DNS provider cannot be reached.")
    proxy.come_up()
    assert (await story.settled()).verdict.message.startswith("The zone is served by")
    assert await zones.find(name) == before


@pytest.mark.parametrize("point", list(Point))
async def test_a_connection_cut_around_the_creation_ends_in_one_zone(
    proxied: tuple[Story, FaultProxy], powerdns: PowerDNS, name: str, point: Point
) -> None:
    story, proxy = proxied
    proxy.inject(HttpFault(point, drop=True), methods={"POST"}, times=1)
    assert (await story.settled()).verdict.truth in (Truth.TRUE, Truth.FALSE)
    assert (await story.settled()).verdict.reason is Reason.HOSTED
    made = [exchange for exchange in proxy.exchanges if exchange.method == "POST" and exchange.status == 201]
    assert len(made) == 1


@pytest.fixture
async def cut_short(proxied: tuple[Story, FaultProxy], powerdns: PowerDNS, name: str) -> Story:
    """A story whose PowerDNS was killed in the middle of making the zone."""
    story, proxy = proxied

    def die(exchange: Exchange) -> None:
        die_making(powerdns, name, json.loads(exchange.body)["account"])

    proxy.inject(HttpFault(hook=die, drop=True), methods={"POST"}, times=1)
    await story.settled()
    # Not by the hook: the server would end with the hook's thread.
    powerdns.start()
    return story


async def test_a_zone_whose_making_was_cut_short_is_completed(
    cut_short: Story, zones: PowerDnsZones, name: str
) -> None:
    assert not await holds_records(zones, name)
    assert (await cut_short.settled()).verdict.reason is Reason.HOSTED
    assert await holds_records(zones, name)


async def test_a_zone_whose_making_was_cut_short_goes_with_its_claim(
    cut_short: Story, zones: PowerDnsZones, name: str
) -> None:
    assert not await holds_records(zones, name)
    (claim,) = (ref for ref in cut_short.cluster.objects if ref.kind == CLAIM_REF.kind)
    cut_short.cluster.edit(claim, releaseTime="2030-01-01T00:00:00Z")
    phases = release_phases(cut_short.ports, operator_settings(), NobodyAsked())
    releaser = Releaser(phases, cut_short.ports, operator_settings())
    for _ in range(10):
        await releaser.reconcile(claim, EPOCH)
    assert claim not in cut_short.cluster.objects
    assert await zones.find(name) is None


async def test_a_refused_key_is_said_and_mended_without_a_restart(
    proxied: tuple[Story, FaultProxy], key_file: Path
) -> None:
    story, proxy = proxied
    proxy.inject(HttpFault(status=401))
    decision = await story.settled()
    assert decision.verdict.reason is Reason.CREDENTIALS_REJECTED
    assert decision.verdict.stalled
    proxy.heal()
    assert (await story.settled()).verdict.reason is Reason.HOSTED
