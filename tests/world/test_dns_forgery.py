"""Forged packets reach the asker wrong in exactly the one way that was wished for, before or instead of the truth."""

import socket
from collections.abc import Callable

import dns.message
import dns.name
import pytest

from tests.world.dns.forgery import Wrong, forged, spoofed
from tests.world.dns.server import Server
from tests.world.dns.world import DnsWorld
from tests.world.dns_client import ask, texts

ASKED = "wWw.AcMe.example."


@pytest.fixture
def server(dns_world: Callable[[], DnsWorld]) -> Server:
    zone = dns_world().zone("acme.example", servers=1)
    zone.add_records("www", "A", "192.0.2.1")
    return zone.servers[0]


def packets(server: Server, count: int) -> tuple[int, list[tuple[dns.message.Message, tuple[str, int]]]]:
    """The id of one question, and all that comes back with its sender."""
    query = dns.message.make_query(ASKED, "A")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(30)
        client.sendto(query.to_wire(), (server.address, server.port))
        received = [client.recvfrom(4096) for _ in range(count)]
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recvfrom(4096)
    return query.id, [(dns.message.from_wire(wire), source) for wire, source in received]


def oddities(packet: tuple[dns.message.Message, tuple[str, int]], identity: int, server: Server) -> set[Wrong]:
    """In what this packet differs from an honest answer."""
    message, (address, port) = packet
    question = [rrset.name for rrset in message.question]
    asked = dns.name.from_text(ASKED)
    found = {
        Wrong.ID: message.id != identity,
        Wrong.NO_QUESTION: not question,
        Wrong.QUESTION: bool(question) and question[0] != asked,
        Wrong.CASE: question == [asked] and question[0].labels != asked.labels,
        Wrong.ADDRESS: address != server.address,
        Wrong.PORT: port != server.port,
        Wrong.NOT_A_RESPONSE: not message.flags & dns.flags.QR,
    }
    return {wrong for wrong, present in found.items() if present}


@pytest.mark.parametrize("wrong", list(Wrong), ids=lambda wrong: wrong.value)
def test_a_forged_answer_comes_first_and_is_wrong_in_one_way(server: Server, wrong: Wrong) -> None:
    server.inject(forged(wrong, "A", "203.0.113.66"))
    identity, (lie, truth) = packets(server, 2)
    assert oddities(lie, identity, server) == {wrong}
    assert lie[0].answer[0][0].address == "203.0.113.66"
    assert oddities(truth, identity, server) == set()
    assert truth[0].answer[0][0].address == "192.0.2.1"


def test_a_forged_answer_may_come_alone(server: Server) -> None:
    server.inject(forged(Wrong.ID, "A", "203.0.113.66", instead=True))
    identity, (lie,) = packets(server, 1)
    assert oddities(lie, identity, server) == {Wrong.ID}


def test_spoofed_records_ride_on_a_true_answer(server: Server) -> None:
    server.inject(
        spoofed(
            authority=[("example.", "NS", "ns.evil.test.")],
            additional=[("ns.evil.test.", "A", "203.0.113.66"), ("www.bank.test.", "A", "203.0.113.67")],
        )
    )
    reply = ask(server, "www.acme.example", "A")
    assert texts(reply.answer) == ["www.acme.example. 300 IN A 192.0.2.1"]
    assert texts(reply.authority) == ["example. 300 IN NS ns.evil.test."]
    assert texts(reply.additional) == [
        "ns.evil.test. 300 IN A 203.0.113.66",
        "www.bank.test. 300 IN A 203.0.113.67",
    ]
