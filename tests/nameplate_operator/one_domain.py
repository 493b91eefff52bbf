"""A reconciler over toy phases and one CustomDomain, with time that moves a second with each pass."""

from datetime import UTC, datetime, timedelta

from nameplate_operator.reconcile import Reconciler
from tests.nameplate_operator.builders import DOMAIN_REF, domain_manifest, memory_ports, settings

NOW = datetime(2030, 1, 2, tzinfo=UTC)


class World:
    """A cluster in memory with one CustomDomain, and a reconciler over toy phases."""

    def __init__(self, *phases, spec=None, **changes):
        self.ports = memory_ports()
        self.cluster = self.ports.cluster
        self.cluster.put(domain_manifest(**(spec or {})))
        self.torn_down = []
        self.reconciler = Reconciler(phases, self.ports, settings(**changes), self.tear_down)
        self.now = NOW

    async def tear_down(self, domain, now):
        self.torn_down.append(domain.ref)

    async def run(self, passes=1):
        """Make passes, a second apart; return the last pause."""
        pause = None
        for _ in range(passes):
            self.cluster.writes.clear()
            pause = await self.reconciler.reconcile(DOMAIN_REF, self.now)
            self.now += timedelta(seconds=1)
        return pause

    @property
    def status(self):
        return self.cluster.objects[DOMAIN_REF]["status"]

    @property
    def conditions(self):
        """Return (status, reason) of each condition, in order."""
        return {c["type"]: (c["status"], c["reason"]) for c in self.status["conditions"]}
