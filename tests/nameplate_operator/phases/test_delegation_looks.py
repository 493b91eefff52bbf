"""Delegated: when a look is made at all, seen in the query logs of a private DNS world."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dnspython_resolver import DnspythonResolver
from nameplate_operator.adapters.root_hints import read_root_hints
from nameplate_operator.claims.register import Register
from nameplate_operator.phase import Findings
from nameplate_operator.phases.acceptance import Acceptance, Standing
from nameplate_operator.phases.delegation import Delegating, Delegation
from nameplate_operator.phases.zone import Hosting, ZoneHosting
from nameplate_operator.ports import ProviderError, Zone
from nameplate_operator.subject import Claim
from tests.nameplate_operator.builders import TOKEN, a_claim, a_condition, a_domain, memory_ports, settings
from tests.nameplate_operator.memory_ports import EPOCH
from tests.world.dns.world import DnsWorld, ServedZone

NAME = "cdp.acme.example"
OURS = ("k1.ns1.platform.example", "k1.ns2.platform.example")
RECORDED = {"provider": "powerdns", "id": f"{NAME}.", "nameservers": list(OURS)}
NEW = a_claim(host=NAME, zone=RECORDED)
ONCE = a_claim(host=NAME, zone=RECORDED | {"delegated": True})
HOSTED = Zone(f"{NAME}.", NAME, OURS)


@dataclass
class Watching:
    """The phase over a world, at times that the test names."""

    phase: Delegation
    world: DnsWorld
    parent: ServedZone
    now: datetime = field(default=EPOCH)

    async def look(self, after: float, claim: Claim | None = NEW, zone: Zone | None = HOSTED, **domain: Any) -> Any:
        """Make a pass some seconds after the last; what was seen, and whether the parent was asked."""
        self.now += timedelta(seconds=after)
        findings = Findings()
        findings.add(Acceptance, Standing(claim, Register("here", self.now)))
        if claim is not None:
            findings.add(ZoneHosting, Hosting(claim, zone, OURS))
        self.world.forget_queries()
        seen = await self.phase.observe(a_domain(domain=NAME, **domain), findings, self.now)
        return seen, bool(self.world.queries(self.parent, NAME, "NS"))


@pytest.fixture
def watching() -> Iterator[Watching]:
    with DnsWorld() as world:
        parent = world.zone("acme.example")
        world.hosted(NAME, token=TOKEN)
        guard = AddressGuard((ip_network("127.0.0.0/8"),))
        resolver = DnspythonResolver(read_root_hints(world.root_hints), world.port, 0.3, guard)
        ports = replace(memory_ports(), resolver=resolver)
        yield Watching(Delegation(ports, settings()), world, parent)


def status(state: str, at: datetime = EPOCH) -> dict[str, Any]:
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = a_condition("ZoneReady", "True", "Hosted", lastTransitionTime="2029-01-01T00:00:00Z")
    return {"conditions": [shown, a_condition("Delegated", state, "Delegated", lastTransitionTime=time)]}


async def test_nothing_is_looked_at_before_there_are_name_servers_to_show(watching: Watching) -> None:
    assert await watching.look(0, claim=None) == (None, False)
    assert await watching.look(0, claim=NEW, zone=None) == (None, False)


async def test_what_once_held_is_watched_on_without_the_zone(watching: Watching) -> None:
    seen, asked = await watching.look(0, claim=ONCE, zone=None)
    assert asked
    assert seen.nameservers == OURS


async def test_passes_for_other_reasons_do_not_ask_again_before_it_is_due(watching: Watching) -> None:
    waiting: Any = {"status": status("False")}
    first, asked = await watching.look(200, **waiting)
    assert asked
    for _ in range(4):
        again, asked = await watching.look(2, **waiting)
        assert not asked
        assert again == replace(first, fresh=False)
    _, asked = await watching.look(2, **waiting)
    assert asked


async def test_an_active_delegation_is_asked_after_as_often_as_the_setting_says(watching: Watching) -> None:
    watching.parent.delegate("cdp", to=OURS)
    active: Any = {"status": status("True")}
    for after, asks in ((0, True), (60, False), (1500, False), (240, True), (10, False)):
        _, asked = await watching.look(after, **active)
        assert asked is asks


async def test_an_edit_and_the_annotation_bring_a_look_at_once(watching: Watching) -> None:
    watching.parent.delegate("cdp", to=OURS)
    active: Any = {"status": status("True")}
    await watching.look(0, **active)
    seen, asked = await watching.look(1, **active, meta={"generation": 2})
    assert asked
    assert seen.edited_at == watching.now
    annotated = {"generation": 2, "annotations": {"nameplate.dev/recheck": "now"}}
    _, asked = await watching.look(1, **active, meta=annotated)
    assert asked
    _, asked = await watching.look(1, **active, meta=annotated)
    assert not asked


async def test_a_change_at_the_parent_is_seen_with_its_glue_and_all(watching: Watching) -> None:
    waiting: Any = {"status": status("False")}
    before, _ = await watching.look(200, **waiting)
    watching.parent.delegate("cdp", to=OURS)
    after, _ = await watching.look(10, **waiting)
    assert isinstance(after, Delegating)
    assert before.facts.parents[0].nameservers == ()
    assert after.facts.parents[0].nameservers == OURS
    assert {child.texts for child in after.facts.children} == {(TOKEN,)}


async def test_a_look_that_fails_keeps_what_was_and_is_soon_made_again(watching: Watching) -> None:
    for server in watching.parent.servers:
        server.stop()
    for state, again_after in (("True", 30), ("False", 10)):
        with pytest.raises(ProviderError) as failed:
            await watching.look(150, status=status(state))
        assert failed.value.reason is Reason.PARENT_UNREACHABLE
        assert failed.value.retry_after == again_after
        assert failed.value.message.endswith(" We keep trying; nothing changes until then.")
    seen, _ = await watching.look(0)
    assert seen is not None
