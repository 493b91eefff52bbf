"""Puts together the outside systems other than the Kubernetes API, and the passes over them."""

import contextlib
from collections.abc import AsyncIterator

from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dnspython_resolver import DnspythonResolver
from nameplate_operator.adapters.httpx_prober import HttpxProber
from nameplate_operator.adapters.paced_resolver import PacedResolver
from nameplate_operator.adapters.powerdns_zones import PowerDnsZones
from nameplate_operator.adapters.root_hints import public_roots, read_root_hints
from nameplate_operator.adapters.self_signed_authority import SelfSignedAuthority
from nameplate_operator.claims.sweep import Sweep
from nameplate_operator.claims.teardown import Teardown
from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.delegation.parents import ParentServers
from nameplate_operator.observability import Metrics
from nameplate_operator.passes import Passes
from nameplate_operator.phases import ORDER
from nameplate_operator.ports import Cluster, Ports
from nameplate_operator.reconcile import Reconciler
from nameplate_operator.release import Releaser, release_phases
from nameplate_operator.settings import OperatorSettings


@contextlib.asynccontextmanager
async def outside(settings: OperatorSettings, cluster: Cluster) -> AsyncIterator[Ports]:
    """Open the outside systems that the settings name."""
    dns = settings.dns
    roots = read_root_hints(dns.root_hints_file) if dns.root_hints_file else public_roots()
    own = frozenset(root.address for root in roots) if dns.root_hints_file else frozenset()
    zones = PowerDnsZones(settings.zones.power_dns)
    ports = Ports(
        cluster=cluster,
        resolver=PacedResolver(
            DnspythonResolver(
                roots=roots,
                port=dns.port,
                # Servers that are dead at several steps of one check must not use up its time.
                join_after=min(dns.query_timeout, dns.check_timeout / 10),
                guard=AddressGuard(allowed=dns.allowed_private_ranges, addresses=own),
            ),
            dns.queries_per_second,
        ),
        zones=zones,
        authority=SelfSignedAuthority(cluster, settings.namespace),
        prober=HttpxProber(settings.prober),
    )
    try:
        yield ports
    finally:
        await zones.close()


def passes(ports: Ports, settings: OperatorSettings, metrics: Metrics) -> Passes:
    """Return the passes over our kinds."""
    phases = tuple(each(ports, settings) for each in ORDER)
    parents = ParentServers(DelegationLook(ports.resolver, settings.dns.check_timeout, ports.cuts))
    return Passes(
        domains=Reconciler(phases, ports, settings, Teardown(ports, settings), metrics.look_failed),
        claims=Releaser(release_phases(ports, settings, parents), ports, settings, metrics.look_failed),
        sweep=Sweep(ports, settings, metrics.sweep_halted.set),
        sweep_every=settings.release.sweep_every,
    )
