"""A look and what was expected of it, with the readings that several groups of reasons share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.facts import ABSENT, HEARD, ChildAnswer, Facts, ParentAnswer, Service, View
from nameplate_operator.delegation.problem import TTL, Action, Record, bounded

_PLATFORM = "Platform team: "
Position = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """What was seen, what should have been, and the time; without ``nameservers`` whatever is listed will do."""

    facts: Facts
    now: datetime
    nameservers: tuple[str, ...] = ()
    token: str | None = None

    @property
    def expected(self) -> frozenset[str]:
        """Return the name servers that the parent should list."""
        return frozenset(self.nameservers)

    @property
    def heard(self) -> tuple[ParentAnswer, ...]:
        """Return the answers of those parent servers that serve the parent zone."""
        return tuple(answer for answer in self.facts.parents if answer.view in HEARD)

    @property
    def twins(self) -> tuple[ParentAnswer, ...]:
        """Return the parent's servers that serve another zone of the name, which hides the delegation."""
        return tuple(answer for answer in self.heard if answer.view is View.HOSTED and not self._is_listed(answer))

    @property
    def delegating(self) -> tuple[ParentAnswer, ...]:
        """Return the answers by which a resolver would find the way down."""
        return tuple(a for a in self.heard if a.view in (View.REFERRAL, View.HOSTED) and a not in self.twins)

    @property
    def best(self) -> ParentAnswer | None:
        """Return the delegation nearest to what is expected: the others may just lag behind."""
        return min(self.delegating, key=self._distance, default=None)

    @property
    def found(self) -> frozenset[str]:
        """Return the name servers that the parent lists."""
        return frozenset(self.best.nameservers) if self.best else frozenset()

    @property
    def ours(self) -> tuple[ChildAnswer, ...]:
        """Return the answers of the servers that ought to serve the zone: the expected ones, else all listed."""
        wanted = self.expected or self.found
        return tuple(child for child in self.facts.children if child.server.name in wanted)

    @property
    def serving(self) -> tuple[ChildAnswer, ...]:
        """Return those of them that do."""
        return tuple(child for child in self.ours if child.service is Service.AUTHORITATIVE)

    @property
    def host_label(self) -> str:
        """Return the name relative to the parent zone."""
        return self.relative(self.facts.name)

    def relative(self, name: str) -> str:
        """Return a name relative to the parent zone, as an editor of that zone wants it."""
        zone = self.facts.zone
        return "@" if name == zone else name.removesuffix(f".{zone}") if zone else name

    def todo(self, reason: Reason) -> str:
        """Return what must be done at the zone's own servers; the platform runs those that it wants listed."""
        who, what = "Platform team" if self.expected else "Whoever runs it", reason.remedy.removeprefix(_PLATFORM)
        return f"{who}: {what}"

    def position(self, answer: ParentAnswer) -> Position:
        """Return what an answer comes to: servers with equal positions agree."""
        if answer.view in ABSENT:
            return "absent", frozenset()
        if answer.nameservers:
            return "delegated", frozenset(answer.nameservers)
        return answer.view, frozenset({answer.detail})

    def add(self, type_: str, values: Iterable[str], name: str = "") -> tuple[Record, ...]:
        """Return the record to add at the name, if there is anything to put there."""
        return self._record(Action.ADD, type_, values, name or self.facts.name, TTL)

    def remove(self, type_: str, values: Iterable[str], ttl: int, name: str = "") -> tuple[Record, ...]:
        """Return the record to remove at the name."""
        return self._record(Action.REMOVE, type_, values, name or self.facts.name, ttl)

    def _record(self, action: Action, type_: str, values: Iterable[str], name: str, ttl: int) -> tuple[Record, ...]:
        shown = bounded(values)
        return (Record(action, name, self.relative(name), type_, shown, ttl),) if shown else ()

    def _is_listed(self, answer: ParentAnswer) -> bool:
        """Say whether a parent's server that serves the zone itself is one of the zone's own name servers."""
        listed = set(answer.nameservers) & self.expected if self.expected else set(answer.nameservers)
        addresses = {a for host in self.facts.hosts if host.name in listed for a in host.addresses}
        return answer.server.name in listed or answer.server.address in addresses

    def _distance(self, answer: ParentAnswer) -> tuple[int, int, int]:
        found = set(answer.nameservers)
        agreeing = sum(self.position(other) == self.position(answer) for other in self.delegating)
        return len(self.expected - found), len(found - self.expected) if self.expected else 0, -agreeing
