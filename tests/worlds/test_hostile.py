"""Answers from the DNS are hostile input: none of them steers our packets, holds us up, or reaches a terminal raw."""

import json
from collections.abc import Callable

import pytest

from nameplate_operator import check_command
from tests.cluster.machine import Machine
from tests.world.dns import faults
from tests.world.dns.forgery import Wrong, forged, spoofed
from tests.world.dns.world import DnsWorld, ServedZone
from tests.world.json_strings import strings
from tests.worlds.asking import PATIENCE, arguments, command, look
from tests.worlds.table import NAME, NS1, NS2, OURS, TOKEN

MOST_QUESTIONS = 400


@pytest.fixture
def world(dns_world: Callable[[], DnsWorld]) -> DnsWorld:
    return dns_world()


@pytest.fixture
def parent(world: DnsWorld) -> ServedZone:
    """The parent zone of a healthy delegation."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    world.hosted(NAME, token=TOKEN)
    return parent


async def test_addresses_given_along_by_those_who_may_not_are_not_contacted(
    world: DnsWorld, parent: ServedZone
) -> None:
    trap = world.server("trap")
    lies = [(f"{host}.", "A", trap.address) for host in (*OURS, "ns1.acme.example", "a.root-servers.net")]
    for server in parent.servers:
        server.inject(spoofed(additional=lies, authority=[("example.", "NS", "trap.invalid.")]))
    seen = await look(world, NAME, OURS, TOKEN)
    assert seen["verdict"] == "True"
    assert world.queries(trap) == []


async def test_addresses_in_a_referral_are_believed_of_the_named_servers_alone(
    world: DnsWorld, parent: ServedZone
) -> None:
    trap = world.server("trap")
    for server in world["example"].servers:
        server.inject(
            spoofed(additional=[("www.acme.example.", "A", trap.address), ("ns1.x.test.", "A", trap.address)])
        )
    seen = await look(world, NAME, OURS, TOKEN)
    assert seen["verdict"] == "True"
    assert world.queries(trap) == []


@pytest.mark.parametrize("wrong", [w for w in Wrong if w is not Wrong.ADDRESS])
async def test_forged_packets_are_passed_over(world: DnsWorld, parent: ServedZone, wrong: Wrong) -> None:
    world.inject(forged(wrong, "NS", "ns1.evil.test."))
    seen = await look(world, NAME, OURS, TOKEN)
    assert (seen["verdict"], seen["problems"]) == ("True", [])


async def test_a_flood_of_forged_packets_is_passed_over(world: DnsWorld, parent: ServedZone) -> None:
    for _ in range(20):
        world.inject(forged(Wrong.ID, "NS", "ns1.evil.test."))
    assert (await look(world, NAME, OURS, TOKEN))["verdict"] == "True"


async def test_forged_packets_alone_are_no_answer(world: DnsWorld, parent: ServedZone) -> None:
    for server in parent.servers:
        server.inject(forged(Wrong.ID, "NS", "ns1.evil.test.", instead=True))
    seen = await look(world, NAME, OURS, TOKEN)
    assert (seen["verdict"], seen["reason"]) == ("Unknown", "ParentUnreachable")


@pytest.mark.parametrize("keep_id", [False, True])
async def test_garbage_is_no_answer(world: DnsWorld, parent: ServedZone, keep_id: bool) -> None:
    for server in parent.servers:
        server.inject(faults.garbage(keep_id=keep_id))
    seen = await look(world, NAME, OURS, TOKEN)
    assert (seen["verdict"], seen["reason"]) == ("Unknown", "ParentUnreachable")


async def test_thousands_of_name_servers_are_bounded(world: DnsWorld, parent: ServedZone) -> None:
    crowd = [f"ns{i}.crowd.test." for i in range(2000)]
    for server in parent.servers:
        server.inject(faults.referral(f"{NAME}.", *(f"{host}." for host in OURS), *crowd), name=NAME, rdtype="NS")
    seen = await look(world, NAME, OURS, TOKEN, patience=12.0)
    assert len(world.queries()) <= MOST_QUESTIONS
    assert len(json.dumps(seen)) < 20_000
    (extra,) = [problem for problem in seen["problems"] if problem["reason"] == "DelegationExtraNS"]
    assert len(extra["records"][0]["values"]) == 16


async def test_a_fan_of_servers_without_addresses_is_bounded(world: DnsWorld) -> None:
    world.zone("acme.example")
    hosts = [f"ns{i}.x{i}.victim.test." for i in range(300)]
    world.zone("victim.test")
    for server in world["example"].servers:
        server.inject(faults.referral("acme.example.", *hosts), name="acme.example")
    seen = await look(world, NAME, OURS, TOKEN)
    assert seen["verdict"] != "True"
    assert len(world.queries(world["victim.test"])) < 120
    assert len(world.queries()) <= MOST_QUESTIONS


async def test_servers_that_hang_on_each_other_have_no_address(world: DnsWorld) -> None:
    world.zone("test")
    world["example"].delegate("acme", to=["ns1.left.test", "ns2.left.test"])
    world["test"].delegate("left", to=["ns1.right.test"])
    world["test"].delegate("right", to=["ns1.left.test"])
    seen = await look(world, NAME, OURS, TOKEN)
    assert (seen["verdict"], seen["reason"]) == ("False", "ParentLame")
    assert len(world.queries()) < 60


async def test_aliases_that_lead_in_a_circle_have_no_address(world: DnsWorld) -> None:
    world.publish("ns1.ping.test", "CNAME", "ns1.pong.test")
    world.publish("ns1.pong.test", "CNAME", "ns1.ping.test")
    world.zone("acme.example").delegate("cdp", to=["ns1.ping.test"])
    seen = await look(world, NAME, ["ns1.ping.test"])
    assert (seen["verdict"], seen["reason"]) == ("False", "NSUnresolvable")


async def test_a_zone_that_refers_to_itself_is_lame(world: DnsWorld, parent: ServedZone) -> None:
    for server in parent.servers:
        server.inject(faults.referral("acme.example.", "ns1.acme.example."))
    seen = await look(world, NAME, OURS, TOKEN)
    assert (seen["verdict"], seen["reason"]) == ("False", "ParentLame")


HOSTILE_LABEL = r"\027[31m\007\r\010evil"


def texts(printed: str, output: str) -> list[str]:
    """Return the lines that were printed, and the strings that JSON's escapes stand for, which its readers show."""
    return [*printed.split("\n"), *(strings(json.loads(printed)) if output == "json" else ())]


@pytest.mark.parametrize("output", ["text", "json"])
def test_no_control_character_reaches_the_terminal(
    world: DnsWorld, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=[rf"ns1.{HOSTILE_LABEL}.test", NS1])
    world.hosted(NAME, token="\x1b]0;owned\x07")
    check_command.main([*arguments(world, NAME, [NS1, NS2], TOKEN), "--output", output])
    shown = texts(capsys.readouterr().out, output)
    assert any("evil" in text for text in shown)
    assert [text for text in shown if not (text.isascii() and text.isprintable())] == []


@pytest.mark.parametrize("output", ["text", "json"])
def test_no_control_character_of_a_text_reaches_the_terminal(
    world: DnsWorld, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    world.zone("acme.example").add_records("cdp", "TXT", r'"\027[2J\155\226\128\174owned\013"')
    assert check_command.main([*arguments(world, NAME, OURS, TOKEN), "--output", output]) == 1
    shown = texts(capsys.readouterr().out, output)
    assert any("owned" in text for text in shown)
    assert [text for text in shown if not text.isprintable()] == []


def test_the_whole_check_ends_in_time_whatever_the_servers_do(
    world: DnsWorld, parent: ServedZone, capsys: pytest.CaptureFixture[str]
) -> None:
    world.inject(faults.slow(30))
    with Machine() as machine:
        code, seen = command(capsys, *arguments(world, NAME, OURS, TOKEN), "--timeout", "1")
        assert machine.net() < 1.5
    assert (code, seen["verdict"]) == (2, "Unknown")


async def test_servers_that_answer_late_are_waited_for(world: DnsWorld, parent: ServedZone) -> None:
    for server in parent.servers:
        server.inject(faults.slow(2 * PATIENCE))  # twice the time after which another way is tried beside it
    seen = await look(world, NAME, OURS, TOKEN)
    assert seen["verdict"] == "True"
