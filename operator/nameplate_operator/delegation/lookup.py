"""Looks up addresses without any resolver between: a host's by our own walk, a domain's at its own name servers."""

from collections.abc import Iterable

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.classify import records
from nameplate_operator.delegation.facts import HostState
from nameplate_operator.delegation.inquiry import Inquiry, gather
from nameplate_operator.delegation.walk import Walk
from nameplate_operator.ports import CutCache, ProviderError, Question, Resolver, Server
from nameplate_operator.records import ADDRESS_TYPES


class AddressLookup:
    """Looks up through a resolver; ``timeout`` in seconds bounds each lookup, the cache is shared by all."""

    def __init__(self, resolver: Resolver, timeout: float, cache: CutCache) -> None:
        self._resolver = resolver
        self._timeout = timeout
        self._cache = cache

    async def resolve(self, hosts: Iterable[str], payer: str) -> tuple[str, ...]:
        """Return the addresses of the hosts, found from the root.

        Raises ProviderError unless all of them were told, or denied, in full.
        """
        async with Inquiry(self._resolver, self._timeout, payer) as inquiry:
            walk = Walk(inquiry, self._cache)
            found = await gather(walk.addresses(host) for host in hosts)
        if inquiry.starved is not None:
            raise inquiry.starved
        unknown = next((host.name for host in found if not host.whole or host.state is HostState.UNKNOWN), None)
        if unknown is not None:
            raise ProviderError(
                Reason.NS_TIMEOUT, f"The addresses of {unknown} could not be looked up; they are asked for again."
            )
        return tuple(sorted({address for host in found for address in host.addresses}))

    async def resolve_at(
        self, nameservers: Iterable[str], names: Iterable[str], payer: str
    ) -> dict[str, tuple[str, ...]]:
        """Return what the name servers say with authority: the addresses of each name, () where they give none.

        Raises ProviderError if none of them answers, or the budget is used up.
        """
        async with Inquiry(self._resolver, self._timeout, payer) as inquiry:
            walk = Walk(inquiry, self._cache)
            hosts = await gather(walk.addresses(nameserver) for nameserver in nameservers)
            servers = [server for host in hosts for server in host.servers]
            names = tuple(names)
            said = await gather(_said(inquiry, servers, name) for name in names)
        if inquiry.starved is not None:
            raise inquiry.starved
        if any(addresses is None for addresses in said):
            message = f"Our own name servers did not answer. {Reason.NS_TIMEOUT.remedy}"
            raise ProviderError(Reason.NS_TIMEOUT, message)
        return {name: addresses or () for name, addresses in zip(names, said, strict=True)}


async def _said(inquiry: Inquiry, servers: list[Server], name: str) -> tuple[str, ...] | None:
    """Return the addresses, or None if nobody said anything with authority about one of the types."""
    found = await gather(_values(inquiry, servers, Question(name, type_)) for type_ in ADDRESS_TYPES)
    heard = [addresses for addresses in found if addresses is not None]
    return tuple(address for addresses in heard for address in addresses) if len(heard) == len(found) else None


async def _values(inquiry: Inquiry, servers: list[Server], question: Question) -> tuple[str, ...] | None:
    reply, _ = await inquiry.ask_one(question, servers, lambda said: said.authoritative)
    if reply is None:
        return None
    record = records(reply.answer, question.name, question.type)
    return record.values if record is not None else ()
