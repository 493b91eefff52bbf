"""Zone cuts as referrals show them, and a cache of them per TTL, shared by all who ask the DNS."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from nameplate_api.hostname import ancestors
from nameplate_operator.ports.dns import Server
from nameplate_operator.ports.expiring import Expiring


@dataclass(frozen=True, slots=True)
class Cut:
    """A zone and the name servers that the zone above lists for it, with the addresses given along."""

    zone: str
    nameservers: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()
    ttl: int = 0

    @classmethod
    def root(cls, servers: tuple[Server, ...]) -> "Cut":
        """Return the root with its servers."""
        names = tuple(dict.fromkeys(server.name for server in servers))
        return cls("", names, tuple((server.name, server.address) for server in servers))

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses given along for a name server."""
        return tuple(dict.fromkeys(address for name, address in self.glue if name == host))


class CutCache:
    """Remembers, for as long as TTLs allow, cuts, name servers' addresses, and whose addresses above were wrong.

    ``clock`` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.addresses: Expiring[tuple[str, ...]] = Expiring(clock)
        self.mismatches: Expiring[tuple[str, ...]] = Expiring(clock)
        self._cuts: Expiring[Cut] = Expiring(clock)

    def put(self, cut: Cut) -> None:
        """Remember a cut."""
        self._cuts.put(cut.zone, cut, cut.ttl)

    def above(self, name: str) -> tuple[Cut, ...]:
        """Return the remembered cuts strictly above the name, topmost first."""
        cuts = (self._cuts.get(zone) for zone in reversed(ancestors(name)))
        return tuple(cut for cut in cuts if cut is not None)

    def forget(self, name: str) -> None:
        """Forget every cut above the name, such as those whose servers turned out to be dead."""
        for zone in ancestors(name):
            self._cuts.forget(zone)
            self.mismatches.forget(zone)
