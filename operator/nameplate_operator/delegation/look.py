"""One look at a delegation: the parent's servers found and asked, an absence explained, the listed servers asked."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from nameplate_operator.delegation.absence import explain
from nameplate_operator.delegation.child_servers import ask_child, signatures, unasked
from nameplate_operator.delegation.classify import parent_answer, records
from nameplate_operator.delegation.facts import (
    ABSENT,
    HEARD,
    ChildAnswer,
    Facts,
    Host,
    ParentAnswer,
    Service,
    View,
)
from nameplate_operator.delegation.glue import disowned
from nameplate_operator.delegation.inquiry import Inquiry, gather
from nameplate_operator.delegation.walk import MOST_HOSTS, Descent, Walk, homeless
from nameplate_operator.ports import Cut, CutCache, Question, Reply, Resolver
from nameplate_operator.records import ADDRESS_TYPES


@dataclass(frozen=True, slots=True)
class DelegationLook:
    """Looks at delegations through a resolver; ``timeout`` in seconds bounds each look, the cache is shared by all."""

    resolver: Resolver
    timeout: float
    cache: CutCache

    async def look(self, name: str, expected: Iterable[str] = (), payer: str = "") -> Facts:
        """Look at parent and children; the expected name servers are asked even where they are not listed.

        Raises RateLimited where the query budget does not allow a whole look.
        """
        async with Inquiry(self.resolver, self.timeout, payer) as inquiry:
            facts = await self._parent(inquiry, name)
            listed = tuple(dict.fromkeys(host for answer in facts.parents for host in answer.nameservers))
            if listed:
                facts = await self._children(inquiry, facts, (*expected, *listed))
            elif facts.reached:
                facts = await self._absence(inquiry, facts, tuple(expected))
            return await _finished(inquiry, facts)

    async def look_at_parent(self, name: str, payer: str = "") -> Facts:
        """Look at what the parent's servers say, and no further. Raises RateLimited."""
        async with Inquiry(self.resolver, self.timeout, payer) as inquiry:
            return await _finished(inquiry, await self._parent(inquiry, name))

    async def _parent(self, inquiry: Inquiry, name: str) -> Facts:
        remembered = bool(self.cache.above(name))
        facts = await self._walk(inquiry, name)
        if remembered and not any(answer.view in HEARD for answer in facts.parents):
            # The zone may have moved to other servers since its cut was remembered.
            self.cache.forget(name)
            facts = await self._walk(inquiry, name)
        return facts

    async def _walk(self, inquiry: Inquiry, name: str) -> Facts:
        walk = Walk(inquiry, self.cache)
        descent = await walk.descend(name)
        facts = _walked(name, descent)
        if not descent.reached:
            return facts
        hosts = await walk.hosts(descent.zone)
        answers, mismatch = await asyncio.gather(
            _ask_parents(inquiry, hosts, facts), self._glue(inquiry, descent.zone, hosts)
        )
        return replace(facts, parents=answers, glue_mismatch=mismatch)

    async def _glue(self, inquiry: Inquiry, cut: Cut, hosts: tuple[Host, ...]) -> tuple[str, ...]:
        """Return the name servers of the zone whose addresses above it differ from their own."""
        known = self.cache.mismatches.get(cut.zone)
        if known is not None or not cut.zone:
            return known or ()
        servers = tuple(server for host in hosts for server in host.servers)
        mismatch = await disowned(inquiry, cut.zone, hosts, servers)
        if mismatch is not None:
            self.cache.mismatches.put(cut.zone, mismatch, cut.ttl)
        return mismatch or ()

    async def _absence(self, inquiry: Inquiry, facts: Facts, expected: tuple[str, ...]) -> Facts:
        first = next((answer for answer in facts.parents if answer.view in (*ABSENT, View.ALIAS)), None)
        if first is None:
            return facts
        absence = await explain(inquiry, first, facts.name, facts.zone)
        hosts: list[Host] = []
        if any(other.type in ADDRESS_TYPES for other in absence.others):
            # Are these the addresses of our name servers, entered where their names belong?
            walk = Walk(inquiry, self.cache)
            hosts = await gather(walk.addresses(host) for host in expected[:MOST_HOSTS])
        return replace(facts, absence=absence, hosts=tuple(hosts))

    async def _children(self, inquiry: Inquiry, facts: Facts, names: tuple[str, ...]) -> Facts:
        walk = Walk(inquiry, self.cache)
        given = tuple(pair for answer in facts.parents for pair in answer.glue)
        cut = Cut(facts.name, tuple(dict.fromkeys(names))[:MOST_HOSTS], given)
        signer, visits = await asyncio.gather(
            _delegation_signer(inquiry, facts), gather(_host(inquiry, walk, h, cut) for h in cut.nameservers)
        )
        children = tuple(child for _, answers in visits for child in answers)
        facts = replace(facts, hosts=tuple(host for host, _ in visits), children=children, **signer)
        serving = tuple(child.server for child in children if child.service is Service.AUTHORITATIVE)
        mismatch = await disowned(inquiry, facts.name, facts.hosts, serving)
        facts = replace(facts, own_glue_mismatch=mismatch or ())
        if facts.ds or any(child.signatures for child in children):
            facts = replace(facts, keys=await _keys(inquiry, facts))
        return facts


async def _host(inquiry: Inquiry, walk: Walk, name: str, cut: Cut) -> tuple[Host, tuple[ChildAnswer, ...]]:
    host = await walk.host(name, cut)
    answers = await gather(ask_child(inquiry, server, cut.zone) for server in host.servers)
    return host, tuple(answers) or (unasked(host),)


def _walked(name: str, descent: Descent) -> Facts:
    parents = (descent.alias,) if descent.alias is not None else descent.failed or descent.denials
    return Facts(name, descent.zone.zone, descent.reached, descent.missing, parents)


async def _ask_parents(inquiry: Inquiry, hosts: tuple[Host, ...], facts: Facts) -> tuple[ParentAnswer, ...]:
    servers = (server for host in hosts for server in host.servers)
    outcomes = await inquiry.ask_all(Question(facts.name, "NS"), servers)
    return tuple(
        parent_answer(reply, server, facts.name, facts.zone) for server, reply in (*outcomes, *homeless(hosts))
    )


async def _delegation_signer(inquiry: Inquiry, facts: Facts) -> dict[str, Any]:
    """Ask the servers that delegate for the DS records, which are the parent's to give (RFC 4035 3.1.4.1)."""
    servers = [answer.server for answer in facts.parents if answer.nameservers]

    def usable(reply: Reply) -> bool:
        return reply.authoritative and reply.rcode in ("NOERROR", "NXDOMAIN")

    reply, _ = await inquiry.ask_one(Question(facts.name, "DS", dnssec=True), servers, usable)
    if reply is None:
        return {}
    found = records(reply.answer, facts.name, "DS")
    if found is None:
        return {"ds": ()}
    return {"ds": found.values, "ds_ttl": found.ttl, "ds_signatures": signatures(reply.answer, facts.name)}


async def _keys(inquiry: Inquiry, facts: Facts) -> tuple[str, ...] | None:
    servers = [child.server for child in facts.children if child.service is Service.AUTHORITATIVE]

    def usable(reply: Reply) -> bool:
        return reply.authoritative and reply.rcode == "NOERROR"

    reply, _ = await inquiry.ask_one(Question(facts.name, "DNSKEY", dnssec=True), servers, usable)
    if reply is None:
        return None
    found = records(reply.answer, facts.name, "DNSKEY")
    return found.values if found else ()


async def _finished(inquiry: Inquiry, facts: Facts) -> Facts:
    if inquiry.starved is not None:
        raise inquiry.starved
    if not (inquiry.heard or inquiry.tried(inquiry.roots)):
        # Remembered cuts may have kept us from trying the root servers themselves.
        await inquiry.ask_one(Question("", "NS"), inquiry.roots, lambda _: True)
    return replace(facts, heard=inquiry.heard)
