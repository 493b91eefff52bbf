"""Another cluster in the world of a first one: an operator of its own, before the same DNS and the same PowerDNS.

with AnotherCluster(world, {"clusterName": "recovery"}) as another:
    theirs = another.tenant(namespace=ours.namespace, host=ours.host)
    another.powerdns_proxy.exchanges                     # what this operator alone asked PowerDNS
"""

from tests.operated.world import OperatedWorld
from tests.world.dns.world import DnsWorld
from tests.world.operator_process_manifests import Json
from tests.world.powerdns import PowerDNS


class AnotherCluster(OperatedWorld):
    """A world whose DNS servers and provider are those of `first`, and outlive it."""

    def __init__(self, first: OperatedWorld, settings: Json | None = None) -> None:
        super().__init__(settings, built=first._built)
        self._first = first

    def _enter_outside(self) -> tuple[DnsWorld, PowerDNS]:
        return self._first.dns, self._first.powerdns
