"""Zone cuts as referrals show them, and a cache of them per TTL, shared by all domains."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from nameplate_api.hostname import ancestors
from nameplate_operator.delegation.facts import ParentAnswer
from nameplate_operator.ports import Server

_LONGEST = 6 * 3600.0
"""Longest stay of an entry in seconds, whatever its TTL: a moved zone is noticed within that time."""
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Cut:
    """A zone and the name servers that the zone above lists for it, with the addresses given along."""

    zone: str
    nameservers: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()
    ttl: int = 0

    @classmethod
    def seen(cls, zone: str, answer: ParentAnswer) -> "Cut":
        """Return the cut that an answer shows."""
        return cls(zone, answer.nameservers, answer.glue, answer.ttl)

    @classmethod
    def root(cls, servers: tuple[Server, ...]) -> "Cut":
        """Return the root with its servers."""
        names = tuple(dict.fromkeys(server.name for server in servers))
        return cls("", names, tuple((server.name, server.address) for server in servers))

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses given along for a name server."""
        return tuple(dict.fromkeys(address for name, address in self.glue if name == host))


class CutCache:
    """Remembers cuts for as long as their TTL allows; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cuts: OrderedDict[str, tuple[float, Cut]] = OrderedDict()

    def put(self, cut: Cut) -> None:
        """Remember a cut."""
        self._cuts[cut.zone] = (self._clock() + min(cut.ttl, _LONGEST), cut)
        self._cuts.move_to_end(cut.zone)
        if len(self._cuts) > _MOST:
            self._cuts.popitem(last=False)

    def above(self, name: str) -> tuple[Cut, ...]:
        """Return the remembered cuts strictly above the name, topmost first."""
        found = []
        for zone in reversed(ancestors(name)):
            expires, cut = self._cuts.get(zone, (0.0, None))
            if cut is not None and expires > self._clock():
                found.append(cut)
        return tuple(found)

    def forget(self, name: str) -> None:
        """Forget every cut above the name, such as those whose servers turned out to be dead."""
        for zone in ancestors(name):
            self._cuts.pop(zone, None)
