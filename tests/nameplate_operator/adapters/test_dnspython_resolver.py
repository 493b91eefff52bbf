"""The resolver against real servers on loopback: the ways it tries, what it believes, and what it says of failures."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dnspython_resolver import DnspythonResolver
from nameplate_operator.ports import ProviderError, Question, RecordSet, Reply, Server
from tests.world.dns import faults
from tests.world.dns.forgery import Wrong, forged
from tests.world.dns.query import Fault, Transport
from tests.world.dns.server import Server as WorldServer
from tests.world.dns.world import DnsWorld, ServedZone

PATIENCE = 0.3
QUESTION = Question("www.acme.example", "A")
TRUTH = (RecordSet("www.acme.example", "A", 300, ("192.0.2.1",)),)
LIE = "192.0.2.66"
ON_UDP_ALONE = (Wrong.CASE, Wrong.PORT, Wrong.ADDRESS)


@pytest.fixture
def world() -> Iterator[DnsWorld]:
    with DnsWorld() as world:
        world.zone("acme.example").add_records("www", "A", "192.0.2.1")
        yield world


@pytest.fixture
def zone(world: DnsWorld) -> ServedZone:
    return world["acme.example"]


@pytest.fixture
def server(zone: ServedZone) -> WorldServer:
    return zone.servers[0]


@pytest.fixture
def resolver(world: DnsWorld) -> DnspythonResolver:
    return DnspythonResolver((), world.port, PATIENCE, AddressGuard((ip_network("127.0.0.0/8"),)))


async def ask(resolver: DnspythonResolver, server: WorldServer, question: Question = QUESTION) -> Reply:
    return await resolver.ask(question, Server(server.name, server.address))


def ways(server: WorldServer) -> list[tuple[str, int]]:
    """Transport and EDNS version of what arrived."""
    return [(str(query.transport), query.edns) for query in server.queries()]


async def test_an_answer_comes_as_values(resolver: DnspythonResolver, server: WorldServer) -> None:
    assert await ask(resolver, server) == Reply("NOERROR", authoritative=True, answer=TRUTH)
    (query,) = server.queries()
    assert (query.recursion_desired, query.edns, query.payload, query.dnssec_ok) == (False, 0, 1232, False)


async def test_ids_ports_and_spelling_vary(resolver: DnspythonResolver, server: WorldServer) -> None:
    for _ in range(12):
        await ask(resolver, server)
    queries = server.queries()
    assert len({query.id for query in queries}) > 6
    assert len({query.source[1] for query in queries}) > 6
    assert len({query.name.labels for query in queries}) > 6


@pytest.mark.parametrize("code", ["FORMERR", "NOTIMP", "BADVERS"])
async def test_a_server_that_refuses_edns_is_asked_without(
    resolver: DnspythonResolver, server: WorldServer, code: str
) -> None:
    server.inject(faults.no_edns(code))
    assert (await ask(resolver, server)).answer == TRUTH
    assert ways(server) == [("udp", 0), ("udp", -1)]


async def test_a_server_that_drops_edns_is_asked_without(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.inject(faults.drops_edns())
    assert (await ask(resolver, server)).answer == TRUTH
    assert ways(server) == [("udp", 0), ("udp", -1)]


async def test_a_server_without_udp_is_asked_over_tcp(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.inject(faults.silent(Transport.UDP))
    assert (await ask(resolver, server)).answer == TRUTH
    assert ways(server) == [("udp", 0), ("udp", -1), ("tcp", 0)]


async def test_an_answer_cut_short_is_fetched_over_tcp(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.inject(faults.truncated())
    assert (await ask(resolver, server)).answer == TRUTH
    assert ways(server) == [("udp", 0), ("tcp", 0)]


async def test_an_answer_larger_than_the_payload_is_whole(
    resolver: DnspythonResolver, server: WorldServer, zone: ServedZone
) -> None:
    zone.add_records("big", "TXT", *(f'"{i:03}{"x" * 200}"' for i in range(60)))
    reply = await ask(resolver, server, Question("big.acme.example", "TXT"))
    assert len(reply.answer[0].values) == 60


async def test_a_server_that_answers_late_is_still_heard(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.inject(faults.slow(2 * PATIENCE))
    assert (await ask(resolver, server)).answer == TRUTH


@pytest.mark.parametrize(
    "fault",
    [
        faults.silent(),
        faults.garbage(),
        faults.garbage(keep_id=True),
        *(forged(wrong, "A", LIE, instead=True) for wrong in Wrong if wrong not in ON_UDP_ALONE),
    ],
)
async def test_without_a_usable_answer_it_is_a_time_out(
    resolver: DnspythonResolver, server: WorldServer, fault: Fault
) -> None:
    server.inject(fault)
    with pytest.raises(ProviderError) as failed:
        await ask(resolver, server)
    assert (failed.value.reason, failed.value.refused) == (Reason.NS_TIMEOUT, False)
    assert failed.value.message == "ns1.acme.example did not answer in time."


@pytest.mark.parametrize("wrong", [w for w in Wrong if w is not Wrong.ADDRESS])
async def test_forged_packets_before_the_answer_are_passed_over(
    resolver: DnspythonResolver, server: WorldServer, wrong: Wrong
) -> None:
    server.inject(forged(wrong, "A", LIE))
    assert (await ask(resolver, server)).answer == TRUTH


async def test_a_closed_port_is_noticed_at_once(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.stop()
    with pytest.raises(ProviderError) as failed:
        await ask(resolver, server)
    assert failed.value.reason is Reason.NS_TIMEOUT


async def test_an_answer_cut_short_without_tcp_is_told_apart(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.inject(faults.truncated())
    server.close_tcp()
    with pytest.raises(ProviderError) as failed:
        await ask(resolver, server)
    assert failed.value.reason is Reason.TCP_BLOCKED


@pytest.mark.parametrize("code", ["REFUSED", "SERVFAIL", "NXDOMAIN"])
async def test_a_response_code_is_an_answer(resolver: DnspythonResolver, server: WorldServer, code: str) -> None:
    server.inject(faults.rcode(code))
    assert await ask(resolver, server) == Reply(code, authoritative=False)


async def test_a_server_that_refuses_every_form_is_quoted(resolver: DnspythonResolver, server: WorldServer) -> None:
    server.inject(faults.rcode("FORMERR"))
    assert (await ask(resolver, server)).rcode == "FORMERR"


async def test_special_addresses_are_not_asked(world: DnsWorld, server: WorldServer) -> None:
    strict = DnspythonResolver((), world.port, PATIENCE)
    with pytest.raises(ProviderError) as failed:
        await ask(strict, server)
    assert failed.value.refused
    assert server.queries() == []


async def test_values_are_normal(resolver: DnspythonResolver, server: WorldServer, zone: ServedZone) -> None:
    zone.add_records("text", "TXT", r'"a" "b\"\\ \027\195\164"')
    zone.add_records("MAIL", "MX", "10 MX.Acme.Example.")
    zone.delegate("sub", to=["NS1.Cloud.Test.", r"x\007y.cloud.test."])

    async def first(name: str, type_: str) -> RecordSet:
        reply = await ask(resolver, server, Question(name, type_))
        return (reply.answer + reply.authority)[0]

    assert (await first("text.acme.example", "TXT")).values == (r"ab\"\\ \027\195\164",)
    assert (await first("mail.acme.example", "MX")).values == ("10 mx.acme.example.",)
    assert (await first("sub.acme.example", "NS")).values == ("ns1.cloud.test", r"x\007y.cloud.test")


async def test_dnssec_records_come_along_when_asked_for(
    resolver: DnspythonResolver, server: WorldServer, zone: ServedZone
) -> None:
    zone.sign()
    plain = await ask(resolver, server)
    signed = await ask(resolver, server, Question("www.acme.example", "A", dnssec=True))
    assert [record.type for record in plain.answer] == ["A"]
    assert [record.type for record in signed.answer] == ["A", "RRSIG"]


@pytest.mark.parametrize("name", ["a" * 64 + ".example", ".".join(["a" * 60] * 5), "a..example"])
async def test_a_name_that_cannot_be_asked_for_is_a_failure_of_its_own(
    resolver: DnspythonResolver, server: WorldServer, name: str
) -> None:
    with pytest.raises(ProviderError):
        await ask(resolver, server, Question(name, "A"))
