"""Compares the addresses that a zone above gives for a zone's name servers with those that the zone itself gives."""

from collections.abc import Iterable

from nameplate_operator.delegation.classify import records, within
from nameplate_operator.delegation.facts import Host
from nameplate_operator.delegation.inquiry import Inquiry, gather
from nameplate_operator.delegation.walk import MOST_ADDRESSES
from nameplate_operator.ports import Question, Reply, Server
from nameplate_operator.records import ADDRESS_TYPES


async def disowned(
    inquiry: Inquiry, zone: str, hosts: Iterable[Host], servers: tuple[Server, ...]
) -> tuple[str, ...] | None:
    """Return the name servers within the zone of which its servers say other addresses; None if they say nothing."""
    inside = [host for host in hosts if within(host.name, zone) and host.addresses]
    differ = await gather(_differs(inquiry, host, servers) for host in inside)
    if inside and all(each is None for each in differ):
        return None
    return tuple(host.name for host, each in zip(inside, differ, strict=True) if each)


async def _differs(inquiry: Inquiry, host: Host, servers: tuple[Server, ...]) -> bool | None:
    """Compare by families: what was not given along cannot be wrong."""
    said: list[bool | None] = []
    for type_ in ADDRESS_TYPES:
        given = {address for address in host.addresses if (":" in address) == (type_ == "AAAA")}
        if given:
            own = await _own(inquiry, Question(host.name, type_), servers)
            said.append(not _agree(given, own) if own is not None else None)
    return None if all(each is None for each in said) else any(said)


def _agree(given: set[str], own: set[str]) -> bool:
    # Of many addresses a host keeps a few: whether all of them were given along is not known.
    return given <= own if len(given) == MOST_ADDRESSES else given == own


async def _own(inquiry: Inquiry, question: Question, servers: tuple[Server, ...]) -> set[str] | None:
    def usable(reply: Reply) -> bool:
        return reply.authoritative and reply.rcode == "NOERROR"

    reply, _ = await inquiry.ask_one(question, servers, usable)
    found = records(reply.answer, question.name, question.type) if reply is not None else None
    return set(found.values) if found is not None else None
