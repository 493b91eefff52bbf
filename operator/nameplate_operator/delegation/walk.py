"""The walk from the root: zone cuts label by label, and the addresses of name servers, by our own iteration alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nameplate_api.hostname import ancestors, registrable
from nameplate_operator.delegation.classify import parent_answer, records, refers_down
from nameplate_operator.delegation.facts import HEARD, Host, HostState, ParentAnswer, Silence, View, Why
from nameplate_operator.delegation.inquiry import Inquiry, Outcome, gather
from nameplate_operator.ports import Cut, CutCache, Question, Reply, Server
from nameplate_operator.records import ADDRESS_TYPES

MOST_HOSTS = 13
"""Name servers of one zone that are looked at."""
MOST_ADDRESSES = 4
"""Addresses of one name server that are asked, of each family."""
_DEEPEST = 6
"""Name servers whose addresses hang on one another, at most."""

Trail = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Descent:
    """How far down the walk came: the cuts passed, the root first, and what ended it early.

    ``denials`` is what every server of the deepest zone said of the name that is ``missing`` in it.
    """

    cuts: tuple[Cut, ...]
    missing: str = ""
    denials: tuple[ParentAnswer, ...] = ()
    alias: ParentAnswer | None = None
    failed: tuple[ParentAnswer, ...] = ()

    @property
    def zone(self) -> Cut:
        """Return the deepest zone found."""
        return self.cuts[-1]

    @property
    def reached(self) -> bool:
        """Say whether nothing kept it from looking further down."""
        return not (self.missing or self.alias or self.failed)


class Walk:
    """Walks on behalf of one check."""

    def __init__(self, inquiry: Inquiry, cache: CutCache) -> None:
        self._inquiry = inquiry
        self._cache = cache

    async def descend(self, name: str, trail: Trail = ()) -> Descent:
        """Find the deepest zone strictly above the name."""
        known = self._cache.above(name)
        descent = await self._descend(name, known, trail)
        if known and descent.failed:
            self._cache.forget(name)
            descent = await self._descend(name, (), trail)
        return descent

    async def hosts(self, cut: Cut, trail: Trail = ()) -> tuple[Host, ...]:
        """Look up every name server of the zone."""
        return tuple(await gather(self.host(name, cut, trail) for name in cut.nameservers[:MOST_HOSTS]))

    async def host(self, name: str, cut: Cut, trail: Trail = ()) -> Host:
        """Look up a name server of a zone: by what was given along, else by a walk of its own."""
        given = cut.addresses(name)
        if given:
            return Host(name, HostState.FOUND, _bounded(given))
        return await self.addresses(name, trail)

    async def addresses(self, name: str, trail: Trail = ()) -> Host:
        """Look up the addresses of a host; a name that hangs on itself has none."""
        if name in trail or len(trail) >= _DEEPEST:
            return Host(name, HostState.ABSENT)
        known = self._cache.addresses.get(name)
        if known is not None:
            return Host(name, HostState.FOUND, known)
        trail = (*trail, name)
        descent = await self.descend(name, trail)
        if not descent.reached:
            if descent.alias is not None:
                return Host(name, HostState.ABSENT, alias=descent.alias.detail)
            hopeless = bool(descent.missing) or all(answer.why is Why.NO_ADDRESS for answer in descent.failed)
            return Host(name, HostState.ABSENT if hopeless else HostState.UNKNOWN)
        replies = await gather(self._down(descent.zone, Question(name, type_), trail) for type_ in ADDRESS_TYPES)
        if any(isinstance(reply, Silence) and reply.why is Why.NO_ADDRESS for reply in replies):
            return Host(name, HostState.ABSENT)
        return await self._host(name, [reply for reply in replies if isinstance(reply, Reply)], trail)

    async def _host(self, name: str, replies: list[Reply], trail: Trail) -> Host:
        whole = len(replies) == len(ADDRESS_TYPES)
        found = [
            record for reply in replies for type_ in ADDRESS_TYPES if (record := records(reply.answer, name, type_))
        ]
        if found:
            addresses = _bounded(tuple(a for record in found for a in record.values))
            if whole:
                self._cache.addresses.put(name, addresses, min(record.ttl for record in found))
            return Host(name, HostState.FOUND, addresses, whole=whole)
        alias = next((record for reply in replies if (record := records(reply.answer, name, "CNAME"))), None)
        if alias is not None:
            target = await self.addresses(alias.values[0], trail)
            return Host(name, target.state, target.addresses, alias=alias.values[0], whole=target.whole)
        return Host(name, HostState.ABSENT if replies else HostState.UNKNOWN, whole=whole)

    async def _down(self, cut: Cut, question: Question, trail: Trail) -> Reply | Silence:
        """Ask the zone's servers, and those of a zone that they refer to for the very name."""
        for _ in range(2):
            zone = cut.zone

            def usable(reply: Reply, zone: str = zone) -> bool:
                answers = reply.authoritative and reply.rcode in ("NOERROR", "NXDOMAIN")
                return answers or refers_down(reply, question.name, zone) is not None

            reply, outcomes = await self._ask_one(question, cut, usable, trail)
            if reply is None:
                hopeless = all(said == Silence(Why.NO_ADDRESS) for _, said in outcomes)
                return Silence(Why.NO_ADDRESS if hopeless else Why.TIMEOUT)
            referral = refers_down(reply, question.name, zone)
            if referral is None:
                return reply
            answer = parent_answer(reply, Server("", ""), referral.name, zone)
            cut = _seen(referral.name, answer)
        return Silence(Why.TIMEOUT)

    async def _descend(self, name: str, known: tuple[Cut, ...], trail: Trail) -> Descent:
        cuts = (Cut.root(self._inquiry.roots), *known)
        # Below the registrable domain a missing name is no obstacle: the zone above can hold the record.
        needed = registrable(name) or name
        for label in reversed(ancestors(name)):
            if len(label) <= len(cuts[-1].zone):
                continue
            answer, failed = await self._step(cuts[-1], label, trail)
            if answer is None:
                return Descent(cuts, failed=failed)
            if answer.view is View.DNAME:
                return Descent(cuts, alias=answer)
            if answer.view is View.NXDOMAIN and len(label) <= len(needed):
                answers = await self._confirm(cuts[-1], label, trail)
                answer = next((each for each in answers if each.nameservers), answer)
                if not answer.nameservers:
                    return Descent(cuts, missing=label, denials=answers)
            if answer.view in (View.REFERRAL, View.HOSTED) and answer.nameservers:
                cut = _seen(label, answer)
                self._cache.put(cut)
                cuts = (*cuts, cut)
        return Descent(cuts)

    async def _confirm(self, cut: Cut, label: str, trail: Trail) -> tuple[ParentAnswer, ...]:
        """Ask every server of the zone: a name that is new may not have come to all of them."""
        hosts = await self.hosts(cut, trail)
        servers = [server for host in hosts for server in host.servers]
        outcomes = await self._inquiry.ask_all(Question(label, "NS"), servers)
        return tuple(parent_answer(reply, server, label, cut.zone) for server, reply in (*outcomes, *homeless(hosts)))

    async def _step(self, cut: Cut, label: str, trail: Trail) -> tuple[ParentAnswer | None, tuple[ParentAnswer, ...]]:
        """Ask the zone whether there is a cut at the next label; without any answer, return what was said instead."""

        def classify(outcome: Outcome) -> ParentAnswer:
            server, reply = outcome
            return parent_answer(reply, server, label, cut.zone)

        nobody = Server("", "")
        reply, outcomes = await self._ask_one(
            Question(label, "NS"), cut, lambda reply: classify((nobody, reply)).view in HEARD, trail
        )
        if reply is None:
            return None, tuple(classify(outcome) for outcome in outcomes)
        return classify(outcomes[-1]), ()

    async def _ask_one(
        self, question: Question, cut: Cut, usable: Callable[[Reply], bool], trail: Trail
    ) -> tuple[Reply | None, list[Outcome]]:
        """Ask those whose addresses came along first, the others only if these do not answer.

        The last outcome is the usable reply, if there is one.
        """
        given = tuple(Server(host, a) for host in cut.nameservers[:MOST_HOSTS] for a in _bounded(cut.addresses(host)))
        reply, outcomes = await self._inquiry.ask_one(question, given, usable)
        if reply is not None:
            return reply, outcomes
        others = [host for host in cut.nameservers[:MOST_HOSTS] if not cut.addresses(host)]
        hosts: list[Host] = await gather(self.addresses(host, trail) for host in others)
        found = tuple(server for host in hosts for server in host.servers)
        reply, further = await self._inquiry.ask_one(question, found, usable)
        if reply is not None:
            return reply, [*outcomes, *further]
        return None, [*outcomes, *further, *homeless(hosts)]


def homeless(hosts: Iterable[Host]) -> list[Outcome]:
    """Return what asking the hosts without addresses comes to."""
    return [
        (Server(host.name, ""), Silence(Why.NO_ADDRESS if host.state is HostState.ABSENT else Why.TIMEOUT))
        for host in hosts
        if not host.addresses
    ]


def _seen(zone: str, answer: ParentAnswer) -> Cut:
    """Return the cut that an answer shows."""
    return Cut(zone, answer.nameservers, answer.glue, answer.ttl)


def _bounded(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Return a few addresses of each family, IPv4 first."""
    found = tuple(dict.fromkeys(addresses))
    families = [[a for a in found if ":" not in a], [a for a in found if ":" in a]]
    return tuple(address for family in families for address in family[:MOST_ADDRESSES])
