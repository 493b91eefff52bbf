"""DNS messages with dnspython: a question in mixed case to its wire form, and a reply to plain values."""

import secrets
import struct
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.txtbase
import dns.rrset

from nameplate_operator.adapters.master_file import escaped
from nameplate_operator.ports import Question, RecordSet, Reply

_PAYLOAD = 1232
_MOST_VALUES = 5000
_MOST_SETS = 500
_NO_EDNS = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS})
_UNREADABLE = (dns.exception.DNSException, struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError)
"""What dnspython raises over bytes that are no message."""


_NAMES_INSIDE = frozenset({dns.rdatatype.MX, dns.rdatatype.SOA, dns.rdatatype.SRV, dns.rdatatype.PTR})


class Unreadable(Exception):
    """Bytes that are no answer to what was asked."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question on its way, with its random id and spelling."""

    message: dns.message.QueryMessage
    wire: bytes

    @classmethod
    def build(cls, question: Question, *, edns: bool) -> "Query":
        """Build a query without recursion; upper and lower case are drawn by lot, as a second secret beside the id.

        Raises Unreadable for a name that is none, or too long to be asked for.
        """
        try:
            name = dns.name.from_text(question.name or ".")
        except dns.exception.DNSException as error:
            raise Unreadable from error
        message = dns.message.make_query(
            _mixed(name),
            question.type,
            use_edns=0 if edns else False,
            payload=_PAYLOAD,
            want_dnssec=question.dnssec and edns,
            flags=0,
            id=secrets.randbelow(65536),
        )
        return cls(message, message.to_wire())

    def read(self, wire: bytes, *, exact: bool) -> dns.message.Message:
        """Return the answer to this query; raises Unreadable. With ``exact`` the spelling must be ours too."""
        try:
            reply = dns.message.from_wire(wire, ignore_trailing=True)
        except _UNREADABLE as error:
            raise Unreadable from error
        if reply.id != self.message.id or not reply.flags & dns.flags.QR or reply.opcode() != self.message.opcode():
            raise Unreadable
        if not reply.question and reply.rcode() in _NO_EDNS:
            return reply
        asked = self.message.question[0]
        if len(reply.question) != 1:
            raise Unreadable
        echoed = reply.question[0]
        if (echoed.name, echoed.rdtype, echoed.rdclass) != (asked.name, asked.rdtype, asked.rdclass):
            raise Unreadable
        if exact and echoed.name.labels != asked.name.labels:
            raise Unreadable
        return reply


def refuses_edns(reply: dns.message.Message) -> bool:
    """Say whether the server cannot do with EDNS."""
    return reply.rcode() in _NO_EDNS


def is_cut_short(reply: dns.message.Message) -> bool:
    """Say whether the rest must be fetched over TCP."""
    return bool(reply.flags & dns.flags.TC)


def as_reply(message: dns.message.Message) -> Reply:
    """Return the message as values of our own."""
    try:
        return Reply(
            rcode=dns.rcode.to_text(message.rcode()),
            authoritative=bool(message.flags & dns.flags.AA),
            answer=_section(message.answer),
            authority=_section(message.authority),
            additional=_section(message.additional),
        )
    except _UNREADABLE as error:
        raise Unreadable from error


def name_text(name: dns.name.Name) -> str:
    """Return the name in lower case without the final dot."""
    return name.to_text(omit_final_dot=True).lower() if name != dns.name.root else ""


def _mixed(name: dns.name.Name) -> dns.name.Name:
    def spell(octet: int) -> int:
        letter = 65 <= (octet & 0xDF) <= 90
        return octet ^ 0x20 if letter and secrets.randbits(1) else octet

    return dns.name.Name([bytes(spell(octet) for octet in label) for label in name.labels])


def _section(rrsets: list[dns.rrset.RRset]) -> tuple[RecordSet, ...]:
    return tuple(_record_set(rrset) for rrset in rrsets[:_MOST_SETS] if rrset.rdclass == dns.rdataclass.IN)


def _record_set(rrset: dns.rrset.RRset) -> RecordSet:
    values = tuple(sorted({_value(rdata) for rdata in list(rrset)[:_MOST_VALUES]}))
    return RecordSet(name_text(rrset.name), dns.rdatatype.to_text(rrset.rdtype), rrset.ttl, values)


def _value(rdata: dns.rdata.Rdata) -> str:
    if isinstance(rdata, dns.rdtypes.txtbase.TXTBase):
        return escaped(b"".join(rdata.strings))
    if rdata.rdtype in _NAMES_INSIDE:
        # Compressed names come back in the spelling of our question.
        return rdata.to_text().lower()
    target = getattr(rdata, "target", None)
    if rdata.rdtype in (dns.rdatatype.NS, dns.rdatatype.CNAME, dns.rdatatype.DNAME) and isinstance(
        target, dns.name.Name
    ):
        return name_text(target)
    return rdata.to_text()
