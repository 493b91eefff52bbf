"""Faults of an attacker on the path: forged packets beside the true answer, and spoofed extra records."""

import random
from collections.abc import Iterable
from enum import StrEnum

import dns.flags
import dns.message
import dns.name
import dns.rrset

from tests.world.dns.faults import blank, messages
from tests.world.dns.query import Fault, Query, Reply, Responder, Sender


class Wrong(StrEnum):
    """What gives a forged packet away."""

    ID = "another id"
    QUESTION = "another question"
    NO_QUESTION = "no question"
    CASE = "another spelling of upper and lower case"
    PORT = "from another port"
    ADDRESS = "from another address"
    NOT_A_RESPONSE = "the QR bit is clear"


def forged(wrong: Wrong, rdtype: str, *values: str, instead: bool = False) -> Fault:
    """Before (or instead of) the true answer, send one with these values that is wrong in one way."""
    sender = {Wrong.PORT: Sender.OTHER_PORT, Wrong.ADDRESS: Sender.OTHER_ADDRESS}.get(wrong, Sender.OWN)

    def fault(query: Query, respond: Responder) -> list[Reply]:
        message = blank(query)
        message.flags |= dns.flags.AA
        message.answer.append(dns.rrset.from_text(query.name, 300, "IN", rdtype, *values))
        _spoil(message, wrong)
        return [Reply(message, sender=sender), *([] if instead else respond())]

    return fault


def spoofed(
    *, authority: Iterable[tuple[str, str, str]] = (), additional: Iterable[tuple[str, str, str]] = ()
) -> Fault:
    """Add (name, type, value) records, of whatever bailiwick, to true answers."""

    def fault(query: Query, respond: Responder) -> list[Reply]:
        replies = respond()
        for message in messages(replies):
            message.authority.extend(_rrsets(authority))
            message.additional.extend(_rrsets(additional))
        return replies

    return fault


def _spoil(message: dns.message.Message, wrong: Wrong) -> None:
    question = message.question[0]
    if wrong is Wrong.ID:
        message.id = (message.id + 1 + random.randrange(65534)) % 65536  # noqa: S311
    elif wrong is Wrong.QUESTION:
        other = dns.name.from_text("forged", question.name)
        message.question = [dns.rrset.RRset(other, question.rdclass, question.rdtype)]
    elif wrong is Wrong.NO_QUESTION:
        message.question = []
    elif wrong is Wrong.CASE:
        swapped = dns.name.Name([label.swapcase() for label in question.name.labels])
        message.question = [dns.rrset.RRset(swapped, question.rdclass, question.rdtype)]
    elif wrong is Wrong.NOT_A_RESPONSE:
        message.flags &= ~dns.flags.QR


def _rrsets(records: Iterable[tuple[str, str, str]]) -> list[dns.rrset.RRset]:
    return [dns.rrset.from_text(name, 300, "IN", rdtype, value) for name, rdtype, value in records]
