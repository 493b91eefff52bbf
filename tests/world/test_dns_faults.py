"""Each fault of a DNS server does on the wire what its name says."""

import socket
import time
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.cluster.waiting import until
from tests.world.dns import faults
from tests.world.dns.query import Fault, Transport
from tests.world.dns.server import Server
from tests.world.dns.world import DnsWorld
from tests.world.dns_client import ask, texts

WWW = ["www.acme.example. 300 IN A 192.0.2.1"]
PATIENCE = 30.0
"""Seconds in which an answer comes on a machine with other work to do."""


@pytest.fixture
def server(dns_world: Callable[[], DnsWorld]) -> Server:
    zone = dns_world().zone("acme.example", servers=1)
    zone.add_records("www", "A", "192.0.2.1")
    return zone.servers[0]


def www(server: Server, *, tcp: bool = False) -> dns.message.Message:
    return ask(server, "www.acme.example", "A", tcp=tcp)


def check_silence(server: Server, *, tcp: bool, silent: bool) -> None:
    """See that a question is answered, however late, or that it is read and nothing comes for a while."""
    query, read = dns.message.make_query("www.acme.example", "A"), len(server.log)
    send = dns.query.tcp if tcp else dns.query.udp
    if not silent:
        assert texts(send(query, server.address, port=server.port, timeout=PATIENCE).answer) == WWW
        return
    with pytest.raises(dns.exception.Timeout):
        send(query, server.address, port=server.port, timeout=1)
    until(lambda: len(server.log) > read, "the question to be read")


@pytest.mark.parametrize(
    ("transport", "udp_silent", "tcp_silent"),
    [
        pytest.param(None, True, True, id="both"),
        pytest.param(Transport.UDP, True, False, id="UDP"),
        pytest.param(Transport.TCP, False, True, id="TCP"),
    ],
)
def test_a_silent_server_reads_and_says_nothing(
    server: Server, transport: Transport | None, udp_silent: bool, tcp_silent: bool
) -> None:
    server.inject(faults.silent(transport))
    check_silence(server, tcp=False, silent=udp_silent)
    check_silence(server, tcp=True, silent=tcp_silent)
    assert [query.transport for query in server.log] == ["udp", "tcp"]


def test_a_slow_server_answers_truly(server: Server) -> None:
    server.latency = 0.05
    server.inject(faults.slow(0.1))
    for tcp in (False, True):
        begin = time.monotonic()
        assert texts(www(server, tcp=tcp).answer) == WWW
        assert time.monotonic() - begin >= 0.15


@pytest.mark.parametrize(
    ("fault", "rcode", "aa", "edns"),
    [
        pytest.param(faults.rcode("REFUSED"), "REFUSED", False, 0, id="REFUSED"),
        pytest.param(faults.rcode("SERVFAIL"), "SERVFAIL", False, 0, id="SERVFAIL"),
        pytest.param(faults.rcode("NXDOMAIN", authoritative=True), "NXDOMAIN", True, 0, id="NXDOMAIN for all"),
        pytest.param(faults.no_edns("FORMERR"), "FORMERR", False, -1, id="FORMERR on EDNS"),
        pytest.param(faults.no_edns("NOTIMP"), "NOTIMP", False, -1, id="NOTIMP on EDNS"),
        pytest.param(faults.no_edns("BADVERS"), "BADVERS", False, 0, id="BADVERS on EDNS"),
        pytest.param(faults.upward_referral(), "NOERROR", False, 0, id="upward referral"),
    ],
)
def test_the_server_declines(server: Server, fault: Fault, rcode: str, aa: bool, edns: int) -> None:
    server.inject(fault)
    reply = www(server)
    assert dns.rcode.to_text(reply.rcode()) == rcode
    assert bool(reply.flags & dns.flags.AA) is aa
    assert reply.edns == edns
    assert reply.answer == []


def test_an_upward_referral_points_at_the_root(server: Server) -> None:
    server.inject(faults.upward_referral())
    (rrset,) = www(server).authority
    assert (rrset.name.to_text(), rrset.rdtype.name) == (".", "NS")


@pytest.mark.parametrize("code", ["FORMERR", "NOTIMP", "BADVERS"])
def test_without_edns_such_a_server_answers(server: Server, code: str) -> None:
    server.inject(faults.no_edns(code))
    plain = dns.message.make_query("www.acme.example", "A", use_edns=False)
    assert texts(dns.query.udp(plain, server.address, port=server.port, timeout=PATIENCE).answer) == WWW


def test_an_unknown_edns_version_is_answered_with_badvers(server: Server) -> None:
    query = dns.message.make_query("www.acme.example", "A", use_edns=1)
    assert dns.query.udp(query, server.address, port=server.port, timeout=PATIENCE).rcode() == dns.rcode.BADVERS


def test_edns_queries_can_be_dropped_alone(server: Server) -> None:
    server.inject(faults.drops_edns())
    plain = dns.message.make_query("www.acme.example", "A", use_edns=False)
    with_edns = dns.message.make_query("www.acme.example", "A", use_edns=0)
    assert texts(dns.query.udp(plain, server.address, port=server.port, timeout=PATIENCE).answer) == WWW
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(with_edns, server.address, port=server.port, timeout=0.2)


def test_a_cache_answers_without_authority(server: Server) -> None:
    server.inject(faults.not_authoritative())
    reply = www(server)
    assert texts(reply.answer) == WWW
    assert reply.flags & dns.flags.RA
    assert not reply.flags & dns.flags.AA


def test_a_truncated_answer_is_whole_over_tcp(server: Server) -> None:
    server.inject(faults.truncated())
    assert www(server).flags & dns.flags.TC
    assert texts(www(server, tcp=True).answer) == WWW


def test_a_closed_tcp_port_refuses_while_udp_answers(server: Server) -> None:
    server.close_tcp()
    assert texts(www(server).answer) == WWW
    with pytest.raises(ConnectionRefusedError):
        www(server, tcp=True)
    server.start()
    assert texts(www(server, tcp=True).answer) == WWW


def test_a_stopped_server_closes_its_ports_and_comes_back(server: Server) -> None:
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        www(server, tcp=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((server.address, server.port))
        client.send(b"anyone there?")
        client.settimeout(PATIENCE)
        with pytest.raises(ConnectionRefusedError):
            client.recv(512)
    server.start()
    assert texts(www(server).answer) == WWW


def test_an_oversized_answer_fills_a_whole_message(server: Server) -> None:
    server.inject(faults.oversized(400))
    assert www(server).flags & dns.flags.TC
    reply = www(server, tcp=True)
    assert texts(reply.answer) == WWW
    assert len(reply.authority[0]) == 400
    assert len(reply.to_wire()) > 40_000


def test_garbage_is_no_message(server: Server) -> None:
    server.inject(faults.in_turn(faults.garbage(b"\xff" * 7), faults.garbage(keep_id=True)))
    wires = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        query = dns.message.make_query("www.acme.example", "A")
        for _ in range(2):
            client.sendto(query.to_wire(), (server.address, server.port))
            wires.append(client.recv(512))
            with pytest.raises(dns.exception.DNSException):
                dns.message.from_wire(wires[-1])
    assert wires[0] == b"\xff" * 7
    assert wires[1][:2] == query.id.to_bytes(2, "big")


def test_answers_can_differ_from_query_to_query(server: Server) -> None:
    server.inject(faults.in_turn(None, faults.rcode("SERVFAIL"), faults.answers("A", "192.0.2.66")))
    codes = [(www(server).rcode().name, len(server.log)) for _ in range(4)]
    assert codes == [("NOERROR", 1), ("SERVFAIL", 2), ("NOERROR", 3), ("NOERROR", 4)]
    server.heal()
    server.inject(faults.answers("A", "192.0.2.66", authoritative=False))
    reply = www(server)
    assert texts(reply.answer) == ["www.acme.example. 300 IN A 192.0.2.66"]
    assert not reply.flags & dns.flags.AA


def test_a_fault_holds_for_its_name_type_and_number_of_questions(server: Server) -> None:
    server.inject(faults.rcode("SERVFAIL"), name="www.acme.example", rdtype="A", times=2)
    assert www(server).rcode() == dns.rcode.SERVFAIL
    assert ask(server, "www.acme.example", "AAAA").rcode() == dns.rcode.NOERROR
    assert ask(server, "acme.example", "A").rcode() == dns.rcode.NOERROR
    assert [www(server).rcode().name for _ in range(2)] == ["SERVFAIL", "NOERROR"]


def test_healing_ends_one_fault_or_all(server: Server) -> None:
    refusing = server.inject(faults.rcode("REFUSED"))
    server.inject(faults.not_authoritative())
    server.heal(refusing)
    assert (www(server).rcode().name, bool(www(server).flags & dns.flags.AA)) == ("NOERROR", False)
    server.heal()
    assert www(server).flags & dns.flags.AA


def test_what_cannot_be_read_does_not_end_the_server(server: Server) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((server.address, server.port))
        for wire in (b"", b"\x01", b"\x12\x34\x00\x00" + b"\xff" * 20, b"\x12\x34\x80\x00" + b"\x00" * 8):
            client.send(wire)
    assert texts(www(server).answer) == WWW
