"""Looks for what stands in place of a missing delegation: a doubled name, other records, a wildcard."""

import secrets

from nameplate_api.hostname import LONGEST_HOST
from nameplate_operator.delegation.classify import parent_answer, records
from nameplate_operator.delegation.facts import Absence, Found, ParentAnswer, View
from nameplate_operator.delegation.inquiry import Inquiry, gather
from nameplate_operator.ports import Question, RecordSet, Reply, Server

_TYPES = ("A", "AAAA", "MX", "TXT")
_ALIAS = "CNAME"


async def explain(inquiry: Inquiry, answer: ParentAnswer, name: str, zone: str) -> Absence:
    """Ask the server that gave the answer what it has instead."""
    doubled = _doubled(inquiry, answer.server, f"{name}.{zone}" if zone else "", zone)
    if answer.view is View.NXDOMAIN:
        return Absence(await doubled)
    types = (_ALIAS,) if answer.view is View.ALIAS else _TYPES
    found, *others = await gather((doubled, *(_others(inquiry, answer.server, name, type_) for type_ in types)))
    return Absence(found, tuple(other for other in others if other is not None))


async def _doubled(inquiry: Inquiry, server: Server, name: str, zone: str) -> Found | None:
    if not name or len(name) > LONGEST_HOST:
        return None
    reply = await inquiry.ask(Question(name, "NS"), server)
    seen = parent_answer(reply, server, name, zone)
    return Found("NS", seen.nameservers, seen.ttl) if seen.nameservers else None


async def _others(inquiry: Inquiry, server: Server, name: str, type_: str) -> Found | None:
    record = await _own(inquiry, server, name, type_)
    if record is None:
        return None
    # A name that nobody can have made answers too where a wildcard stands.
    sibling = f"{secrets.token_hex(8)}.{name.partition('.')[2]}"
    twin = await _own(inquiry, server, sibling, type_)
    wildcard = twin is not None and sorted(twin.values) == sorted(record.values)
    return Found(type_, record.values, record.ttl, wildcard)


async def _own(inquiry: Inquiry, server: Server, name: str, type_: str) -> RecordSet | None:
    reply = await inquiry.ask(Question(name, type_), server)
    if not isinstance(reply, Reply) or not reply.authoritative:
        return None
    return records(reply.answer, name, type_)
