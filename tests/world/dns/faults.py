"""Faults of a server that means no harm: silent, slow, refusing, lame, truncating, oversized, fickle.

Each function makes a fault for `Server.inject`, which says for which names, types and how often it holds.
"""

import itertools

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.rdatatype import RdataType

from tests.world.dns.query import Fault, Query, Reply, Responder, Transport


def silent(transport: Transport | None = None) -> Fault:
    """Say nothing, on one transport or both."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        return [] if transport in (None, query.transport) else respond()

    return fault


def slow(seconds: float) -> Fault:
    """Answer truly, later."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        return [Reply(r.content, r.delay + seconds, r.sender) for r in respond()]

    return fault


def rcode(code: str, *, authoritative: bool = False) -> Fault:
    """An empty answer with this response code: REFUSED, SERVFAIL, NXDOMAIN, NOTIMP, NOERROR ..."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        message = blank(query)
        message.set_rcode(dns.rcode.from_text(code))
        message.flags |= dns.flags.AA if authoritative else 0
        return [Reply(message)]

    return fault


def upward_referral() -> Fault:
    """Point back at the root, as old servers do for zones they do not have."""
    return referral(".", "a.root-servers.net.", "b.root-servers.net.")


def referral(owner: str, *servers: str) -> Fault:
    """Without authority, point at the servers of `owner` (absolute), whatever was asked."""
    # Made once: thousands of servers take longer than anybody waits for an answer.
    listed = dns.rrset.from_text(owner, 3600, "IN", "NS", *servers)

    def fault(query: Query, respond: Responder) -> list[Reply]:
        message = blank(query)
        message.authority.append(listed.copy())
        return [Reply(message)]

    return fault


def not_authoritative() -> Fault:
    """The true content with AA cleared, as from a cache; RA set."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        replies = respond()
        for message in messages(replies):
            message.flags = (message.flags & ~dns.flags.AA) | dns.flags.RA
        return replies

    return fault


def no_edns(code: str) -> Fault:
    """Answer any EDNS query with FORMERR or NOTIMP and no OPT record, or with BADVERS."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        if query.edns < 0:
            return respond()
        message = blank(query)
        if code != "BADVERS":
            message.use_edns(False)
        message.set_rcode(dns.rcode.from_text(code))
        return [Reply(message)]

    return fault


def drops_edns() -> Fault:
    """Say nothing to EDNS queries, as some middleboxes do."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        return [] if query.edns >= 0 else respond()

    return fault


def truncated() -> Fault:
    """On UDP only TC and no content; over TCP the true answer."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        if query.transport is Transport.TCP:
            return respond()
        message = blank(query)
        message.flags |= dns.flags.TC | dns.flags.AA
        return [Reply(message)]

    return fault


def oversized(count: int = 400) -> Fault:
    """To what is there add `count` NS records in authority and 250 octets of TXT for each in additional."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        replies = respond()
        servers = [f"ns{i}.oversized.invalid." for i in range(count)]
        texts = [f'"{i:04}{"x" * 246}"' for i in range(min(count, 200))]
        for message in messages(replies):
            message.authority.append(dns.rrset.from_text(query.name, 300, "IN", "NS", *servers))
            message.additional.append(dns.rrset.from_text("oversized.invalid.", 300, "IN", "TXT", *texts))
        return replies

    return fault


def answers(rdtype: str, *values: str, ttl: int = 300, authoritative: bool = True) -> Fault:
    """These values for whatever name was asked, whatever the zone holds."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        message = blank(query)
        message.flags |= dns.flags.AA if authoritative else 0
        message.answer.append(dns.rrset.from_text(query.name, ttl, "IN", rdtype, *values))
        return [Reply(message)]

    return fault


def garbage(wire: bytes = b"\x00\xff" * 40, *, keep_id: bool = False) -> Fault:
    """Bytes that are no DNS message; with `keep_id` behind the query's own id and a plausible header."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        head = query.id.to_bytes(2, "big") + b"\x84\x00\x00\x01\x00\x09\x00\x00\x00\x00" if keep_id else b""
        return [Reply(head + wire)]

    return fault


def in_turn(*faults: Fault | None) -> Fault:
    """Another fault for each query, round and round; None stands for the true answer."""
    cycle = itertools.cycle(faults)

    def fault(query: Query, respond: Responder) -> list[Reply]:
        turn = next(cycle)
        return respond() if turn is None else turn(query, respond)

    return fault


def without(rdtype: RdataType | str) -> Fault:
    """The true answer without sets of this type, such as RRSIG stripped on the way."""
    kind = RdataType.make(rdtype)

    def fault(query: Query, respond: Responder) -> list[Reply]:
        replies = respond()
        for message in messages(replies):
            for section in message.sections[1:]:
                section[:] = [rrset for rrset in section if rrset.rdtype != kind]
        return replies

    return fault


def blank(query: Query) -> dns.message.Message:
    """A response with the question and nothing else."""
    return dns.message.make_response(query.message)


def messages(replies: list[Reply]) -> list[dns.message.Message]:
    """The replies that are messages, to be edited in place."""
    return [reply.content for reply in replies if isinstance(reply.content, dns.message.Message)]
