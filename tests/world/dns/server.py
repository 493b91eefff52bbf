"""An authoritative DNS server on a loopback address: choice of the zone, query log, injected faults."""

import asyncio
import contextlib
import struct
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdataclass
import dns.rdatatype
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from tests.world.dns.answering import Answer, answer
from tests.world.dns.query import Fault, Query, Reply, Responder, Transport
from tests.world.dns.sockets import Sockets
from tests.world.dns.zone import Zone

_LOG_LENGTH = 200_000


@dataclass
class Injection:
    """A fault in force: for which questions, and for how many more of them (None: all)."""

    fault: Fault
    name: dns.name.Name | None = None
    rdtype: str | None = None
    times: int | None = None
    hits: int = field(default=0, init=False)

    def takes(self, query: Query) -> bool:
        """Whether this query is meant; counts it if so."""
        meant = self.name in (None, query.name) and self.rdtype in (None, query.type)
        if not meant or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True


class Server:
    """Serves zones from memory on UDP and TCP; everything may be changed while it runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str, port: int, name: str = "") -> None:
        self.address = address
        self.port = port
        self.name = name or address
        self.zones: dict[dns.name.Name, Zone] = {}
        self.latency = 0.0
        self.payload = 1232
        self.log: deque[Query] = deque(maxlen=_LOG_LENGTH)
        self.injections: list[Injection] = []
        self._sockets = Sockets(loop, address, port, self._receive)

    def __repr__(self) -> str:
        return f"<Server {self.name} {self.address}:{self.port}>"

    def start(self, *, tcp: bool = True) -> None:
        """Open both transports; without `tcp` connections are refused."""
        self._sockets.open(tcp=tcp)

    def stop(self) -> None:
        """Close both transports: the machine is up, the port is closed."""
        self._sockets.close()

    def close_tcp(self) -> None:
        """Refuse TCP connections from now on."""
        self._sockets.close_tcp()

    def serve(self, zone: Zone) -> None:
        """Answer for `zone`, instead of any other of the same origin."""
        self.zones = {**self.zones, zone.origin: zone}

    def forget(self, zone: Zone) -> None:
        """Serve the zone no more: questions about it are refused."""
        self.zones = {origin: kept for origin, kept in self.zones.items() if origin != zone.origin}

    def inject(
        self, fault: Fault, *, name: str | None = None, rdtype: str | None = None, times: int | None = None
    ) -> Injection:
        """Put a fault in force, by default for every question; later faults wrap earlier ones."""
        injection = Injection(fault, None if name is None else dns.name.from_text(name), rdtype, times)
        self.injections = [*self.injections, injection]
        return injection

    def heal(self, injection: Injection | None = None) -> None:
        """End one fault, or all."""
        self.injections = [] if injection is None else [i for i in self.injections if i is not injection]

    def queries(self, name: str | None = None, rdtype: str | None = None) -> list[Query]:
        """The logged questions, oldest first."""
        wanted = None if name is None else dns.name.from_text(name)
        return [q for q in list(self.log) if wanted in (None, q.name) and rdtype in (None, q.type)]

    def _receive(self, wire: bytes, source: tuple[str, int], transport: Transport) -> Iterable[tuple[Reply, bytes]]:
        """The packets to send for one that arrived, each with its wire form."""
        try:
            message = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return self._unreadable(wire)
        if message.flags & dns.flags.QR or len(message.question) != 1:
            return self._unreadable(wire)
        query = Query(time.time(), self.name, source, transport, message)
        self.log.append(query)
        replies = self._respond(query)
        return [(reply, self._encode(reply, query)) for reply in replies]

    def _respond(self, query: Query) -> list[Reply]:
        def truly() -> list[Reply]:
            return [Reply(self._answer(query))]

        responder: Responder = truly
        for injection in self.injections:
            if injection.takes(query):
                responder = _wrap(injection.fault, query, responder)
        return [Reply(r.content, r.delay + self.latency, r.sender) for r in responder()]

    def _answer(self, query: Query) -> dns.message.Message:
        response = dns.message.make_response(query.message, our_payload=self.payload)
        if query.dnssec_ok:
            response.want_dnssec(True)
        if query.edns > 0:
            response.set_rcode(Rcode.BADVERS)
        elif query.message.opcode() != dns.opcode.QUERY:
            response.set_rcode(Rcode.NOTIMP)
        elif (zone := self._zone(query)) is None or query.message.question[0].rdclass != dns.rdataclass.IN:
            response.set_rcode(Rcode.REFUSED)
        else:
            _fill(response, answer(zone, query.name, query.qtype, dnssec=query.dnssec_ok))
        return response

    def _zone(self, query: Query) -> Zone | None:
        above = [zone for origin, zone in self.zones.items() if query.name.is_subdomain(origin)]
        above.sort(key=lambda zone: len(zone.origin), reverse=True)
        # DS belongs to the parent's side of a cut (RFC 4035 3.1.4.1), where this server has that side.
        if query.qtype == RdataType.DS and len(above) > 1 and above[0].origin == query.name:
            return above[1]
        return above[0] if above else None

    def _encode(self, reply: Reply, query: Query) -> bytes:
        if isinstance(reply.content, bytes):
            return reply.content
        if query.transport is Transport.TCP:
            return reply.content.to_wire(max_size=65535)
        limit = max(512, min(query.payload, self.payload))
        try:
            return reply.content.to_wire(max_size=limit)
        except dns.exception.TooBig:
            short = dns.message.make_response(query.message, our_payload=self.payload)
            short.flags = reply.content.flags | dns.flags.TC
            return short.to_wire()

    def _unreadable(self, wire: bytes) -> list[tuple[Reply, bytes]]:
        with contextlib.suppress(struct.error):
            identity, flags = struct.unpack_from("!HH", wire)
            if not flags & dns.flags.QR:
                formerr = struct.pack("!HHHHHH", identity, dns.flags.QR | Rcode.FORMERR, 0, 0, 0, 0)
                return [(Reply(formerr), formerr)]
        return []


def _wrap(fault: Fault, query: Query, inner: Responder) -> Responder:
    return lambda: fault(query, inner)


def _fill(response: dns.message.Message, found: Answer) -> None:
    response.set_rcode(found.rcode)
    response.flags |= dns.flags.AA if found.authoritative else 0
    response.answer.extend(found.answer)
    response.authority.extend(found.authority)
    response.additional.extend(found.additional)
