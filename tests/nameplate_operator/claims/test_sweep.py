"""The sweep: absent holders, how long they may be so, and the brake."""

from datetime import UTC, datetime, timedelta

import pytest

from nameplate_operator.claims.sweep import Sweep
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Ref
from tests.nameplate_operator.builders import claim_manifest, domain_manifest, memory_ports, settings

NOW = datetime(2030, 1, 2, tzinfo=UTC)
AFTER = 3600


class World:
    """Claims of present and absent holders in memory, and a sweep."""

    def __init__(self, present=0, absent=0):
        self.ports = memory_ports()
        self.cluster = self.ports.cluster
        self.cluster.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "nameplate-system"}})
        self.halts = []
        self.sweep = Sweep(self.ports, settings(), self.halts.append)
        for n in range(present + absent):
            self.add(f"d{n}")
        for n in range(present):
            self.cluster.put(domain_manifest(name=f"d{n}", domain=f"d{n}.acme.com"))

    def add(self, name, **spec):
        manifest = claim_manifest(host=f"{name}.acme.com", **{"holder": {"namespace": "acme", "name": name}} | spec)
        return self.cluster.put(manifest)

    async def run(self, *seconds):
        for after in seconds:
            await self.sweep(NOW + timedelta(seconds=after))

    @property
    def released(self):
        specs = {ref.name: each["spec"] for ref, each in self.cluster.objects.items() if ref.kind == DOMAIN_CLAIM}
        return sorted(name for name, spec in specs.items() if "releaseTime" in spec)


async def test_a_holder_may_be_absent_for_a_while():
    world = World(absent=1)
    await world.run(0, AFTER - 1)
    assert world.released == []
    await world.run(AFTER)
    assert world.released == ["d0.acme.com"]


async def test_a_holder_that_came_back_begins_anew():
    world = World(absent=1)
    await world.run(0)
    ref = world.cluster.put(domain_manifest(name="d0", domain="d0.acme.com"))
    await world.run(AFTER)
    del world.cluster.objects[ref]
    await world.run(AFTER + 1, 2 * AFTER)
    assert world.released == []
    await world.run(2 * AFTER + 1)
    assert world.released == ["d0.acme.com"]


async def test_present_holders_keep_their_names():
    world = World(present=3)
    await world.run(0, AFTER)
    assert world.cluster.writes == []


async def test_a_restart_begins_anew():
    world = World(absent=1)
    await world.run(0)
    world.sweep = Sweep(world.ports, settings(), world.halts.append)
    await world.run(AFTER)
    assert world.released == []


async def test_an_object_of_another_name_is_no_holder():
    world = World(absent=1)
    world.cluster.put(domain_manifest(name="d0", domain="elsewhere.acme.com"))
    await world.run(0, AFTER)
    assert world.released == ["d0.acme.com"]


async def test_an_unbound_claim_of_a_vanished_holder_goes_at_once():
    world = World()
    ref = world.add("d0", token=None)
    await world.run(0)
    assert ref not in world.cluster.objects


async def test_another_clusters_claims_and_reservations_are_left_alone():
    world = World()
    world.add("d0", clusterName="another")
    world.add("d1", holder={"namespace": "acme"}, token=None)
    world.add("d2", holder=None, token=None)
    await world.run(0, AFTER)
    assert world.cluster.writes == []


BRAKE = {
    "five go, few as the rest may be": (0, 5, False),
    "six of six stay": (0, 6, True),
    "six of sixty go": (54, 6, False),
    "seven of sixty stay": (53, 7, True),
}


@pytest.mark.parametrize(("present", "absent", "halted"), BRAKE.values(), ids=BRAKE)
async def test_the_brake(present, absent, halted):
    world = World(present, absent)
    await world.run(0, AFTER)
    assert len(world.released) == (0 if halted else absent)
    assert world.halts == [False, halted]
    assert [event.reason for event in world.cluster.events] == (["SweepHalted"] if halted else [])


async def test_the_brake_lets_go_once_the_holders_are_back():
    world = World(0, 6)
    await world.run(0, AFTER)
    for n in range(6):
        world.cluster.put(domain_manifest(name=f"d{n}", domain=f"d{n}.acme.com"))
    await world.run(AFTER + 1)
    assert world.halts[-1] is False
    assert Ref(CUSTOM_DOMAIN, "d0", "acme") in world.cluster.objects
    assert world.released == []
