"""How long a look takes, and that it does not ask more than it must."""

from collections import Counter
from collections.abc import Callable

import pytest

from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.ports import CutCache
from tests.cluster.machine import Machine
from tests.world.dns import faults
from tests.world.dns.world import DnsWorld
from tests.worlds.asking import TIMEOUT, arguments, command, resolver
from tests.worlds.table import NAME, OURS, TOKEN

ROUND_TRIP = 0.03
ROUNDS = 14
"""Round trips one after another: root, TLD, parent, the same for our servers' names, then SOA and the rest."""


@pytest.fixture
def world(dns_world: Callable[[], DnsWorld]) -> DnsWorld:
    """A healthy delegation at 30 ms round trip."""
    world = dns_world()
    world.zone("acme.example", servers=4).delegate("cdp", to=OURS)
    world.hosted(NAME, token=TOKEN)
    world.set_latency(ROUND_TRIP)
    return world


def test_a_healthy_domain_takes_less_than_two_seconds(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    with Machine() as machine:
        code, _ = command(capsys, *arguments(world, NAME, OURS, TOKEN), "--timeout", "12")
        assert machine.net() < 2
        asked = world.queries()
        assert machine.net(asked[0].time, asked[-1].time) < ROUNDS * ROUND_TRIP
    assert code == 0
    assert len(asked) < 60


def test_no_question_is_put_twice_to_a_server(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    command(capsys, *arguments(world, NAME, OURS, TOKEN), "--timeout", "12")
    asked = Counter((query.server, str(query.name).lower(), query.type) for query in world.queries())
    assert max(asked.values()) == 1


def test_every_query_is_without_recursion_and_of_modest_size(
    world: DnsWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    command(capsys, *arguments(world, NAME, OURS, TOKEN), "--timeout", "12")
    assert {(q.recursion_desired, q.edns, q.payload) for q in world.queries()} == {(False, 0, 1232)}


def test_dead_servers_on_the_way_cost_little(world: DnsWorld, capsys: pytest.CaptureFixture[str]) -> None:
    for zone in (world.root, world["example"], world["platform.example"]):
        zone.servers[0].inject(faults.silent())
    with Machine() as machine:
        code, _ = command(capsys, *arguments(world, NAME, OURS, TOKEN), "--timeout", "12")
        assert machine.net() < 4
    assert code == 0


async def test_cuts_are_remembered_for_all_names_as_long_as_their_ttl(world: DnsWorld) -> None:
    now = 0.0
    look = DelegationLook(resolver(world, 1.0), TIMEOUT, CutCache(lambda: now))
    await look.look(NAME, OURS)
    world.forget_queries()
    await look.look("other.acme.example", OURS)
    assert world.queries(world.root) == []
    assert world.queries(world["example"]) == []
    now = 301.0
    await look.look("other.acme.example", OURS)
    assert len(world.queries(world.root)) > 0
    assert len(world.queries(world["example"])) > 0


async def test_a_zone_that_moved_to_other_servers_is_found_again(world: DnsWorld) -> None:
    look = DelegationLook(resolver(world), TIMEOUT, CutCache())
    await look.look(NAME, OURS)
    for server in world["acme.example"].servers:
        server.stop()
    world["example"].undelegate("acme")
    world.zone("acme.example", nameservers=["ns1.new.test"]).delegate("cdp", to=OURS)
    facts = await look.look(NAME, OURS)
    assert [answer.server.name for answer in facts.parents] == ["ns1.new.test"]
    assert facts.parents[0].nameservers == OURS
