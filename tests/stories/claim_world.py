"""A cluster with the operator's passes over claims, a clock of its own, and a parent zone that a story can edit.

The passes are those of the operator; only time, the parent's answer and the list of what is due are played here.
"""

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from nameplate_api.conditions import Reason
from nameplate_operator.claims.sweep import Sweep
from nameplate_operator.claims.teardown import Teardown
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.phases.zone import ZoneHosting
from nameplate_operator.ports import Cluster, Conflict, Kind, Ports, ProviderError, Ref, ZoneProvider
from nameplate_operator.reconcile import Reconciler
from nameplate_operator.records import address_records
from nameplate_operator.release import Releaser, release_phases
from tests.nameplate_operator.builders import domain_manifest, settings
from tests.nameplate_operator.memory_ports import MemoryAuthority, MemoryProber, MemoryResolver, MemoryZones
from tests.stories.wrapped_cluster import WRITES, WrappedCluster

NAMESPACE = Kind("v1", "Namespace", "namespaces")
QUARANTINE = 7 * 86400.0
_MOST_ROUNDS = 60


class Parent:
    """The zone above: the names that it delegates to us; ``silent`` while its servers do not answer."""

    def __init__(self) -> None:
        self.delegated: set[str] = set()
        self.silent = False

    async def delegates(self, name: str, nameservers: tuple[str, ...], payer: str) -> bool:
        if self.silent:
            raise ProviderError(Reason.PARENT_UNREACHABLE, "No server of the zone above answered.")
        return name in self.delegated


class Operator:
    """The passes of one operator, run until all is at rest."""

    def __init__(self, cluster: Cluster, zones: ZoneProvider, parent: Parent, **changes: Any) -> None:
        self.settings = settings(**changes)
        self._writes = 0

        async def note(verb: str) -> None:
            self._writes += verb in WRITES

        async def ignore(verb: str) -> None:
            pass

        cluster = WrappedCluster(cluster, note, ignore)
        self.ports = Ports(cluster, MemoryResolver(), zones, MemoryAuthority(), MemoryProber())
        phases = (Acceptance(self.ports, self.settings), ZoneHosting(self.ports, self.settings))
        teardown = Teardown(self.ports, self.settings)
        self.domains = Reconciler(phases, self.ports, self.settings, teardown)
        self.releaser = Releaser(release_phases(self.ports, self.settings, parent), self.ports, self.settings)
        self.halts: list[bool] = []
        self.sweep = Sweep(self.ports, self.settings, self.halts.append)

    async def settle(self, refs: set[Ref], now: datetime) -> None:
        """Make passes over these objects until a round writes nothing and nobody asks to be looked at again at once."""
        for _ in range(_MOST_ROUNDS):
            before = self._writes
            busy = [ref for ref in refs if await self._pass(ref, now)]
            if not busy and self._writes == before:
                return
        raise AssertionError(f"no rest after {_MOST_ROUNDS} rounds; busy: {sorted(map(str, busy))}")

    async def _pass(self, ref: Ref, now: datetime) -> bool:
        machine = self.domains if ref.kind == CUSTOM_DOMAIN else self.releaser
        try:
            return await machine.reconcile(ref, now) == 0
        except Conflict:
            return True


class ClaimWorld:
    """Namespaces, names and claims of one story, in a cluster that others use too."""

    def __init__(self, cluster: Cluster, zones: MemoryZones) -> None:
        self.cluster = cluster
        self.zones = zones
        self.parent = Parent()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self._mark = uuid.uuid4().hex[:8]
        self._refs: set[Ref] = set()
        self.operator = self.new_operator(f"here-{self._mark}")

    def new_operator(self, cluster_name: str) -> Operator:
        """Return another operator, as after a restart or with another setting."""
        release = {"quarantine": QUARANTINE, "releaseAfter": 3600}
        return Operator(self.cluster, self.zones, self.parent, clusterName=cluster_name, release=release)

    def host(self, label: str = "cdp") -> str:
        """Return a name of this story alone."""
        return f"{label}.acme-{self._mark}.com"

    @property
    def registrable(self) -> dict[str, str]:
        """Return the label that all names of this story share."""
        return {"nameplate.dev/registrable": f"acme-{self._mark}.com"}

    async def namespace(self, name: str) -> str:
        """Make a namespace of this story alone."""
        full = f"{name}-{self._mark}"
        await self.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": full}})
        return full

    async def apply(self, namespace: str, host: str, name: str = "web", **spec: Any) -> Ref:
        """Create a CustomDomain as a person does, and let the operator come to rest."""
        await self.cluster.create(domain_manifest(name=name, namespace=namespace, domain=host, **spec))
        ref = Ref(CUSTOM_DOMAIN, name, namespace)
        self._refs |= {ref, Ref(DOMAIN_CLAIM, host)}
        await self.settle()
        return ref

    async def write_claim(self, host: str, spec: dict[str, Any], labels: dict[str, str] | None = None) -> Ref:
        """Write a claim as an admin or a restore does, and let the operator come to rest."""
        metadata = {"name": host, "labels": labels or {}}
        manifest = {"apiVersion": DOMAIN_CLAIM.api_version, "kind": DOMAIN_CLAIM.kind}
        await self.cluster.create({**manifest, "metadata": metadata, "spec": spec})
        ref = Ref(DOMAIN_CLAIM, host)
        self._refs.add(ref)
        await self.settle()
        return ref

    async def edit(self, ref: Ref, **spec: Any) -> None:
        """Edit fields of a spec."""
        await self.cluster.patch(ref, {"spec": spec})
        await self.settle()

    async def delete(self, ref: Ref) -> None:
        """Delete an object as `kubectl delete` does."""
        found = await self.cluster.get(ref)
        assert found is not None, f"{ref} does not exist"
        await self.cluster.delete(ref, uid=found["metadata"]["uid"])
        await self.settle()

    async def end_namespace(self, name: str, within: float = 30.0) -> None:
        """Delete a namespace and let the operator work until it is gone."""
        ref = Ref(NAMESPACE, name)
        await self.delete(ref)
        async with asyncio.timeout(within):
            while await self.cluster.get(ref) is not None:
                await self.settle()
                await asyncio.sleep(0.1)

    async def vanish(self, ref: Ref) -> None:
        """Remove a CustomDomain with its finalizer, as somebody who forces it away."""
        await self.cluster.patch(ref, {"metadata": {"finalizers": []}})
        found = await self.cluster.get(ref)
        if found is not None:
            await self.cluster.delete(ref, uid=found["metadata"]["uid"])

    async def see_delegated(self, host: str) -> None:
        """Have the parent delegate the name, and the claim say so, as the phase Delegated records it."""
        self.parent.delegated.add(host)
        await self.edit(Ref(DOMAIN_CLAIM, host), zone={"delegated": True})

    async def serve_addresses(self, host: str) -> None:
        """Put address records into the zone, as the phase Routed does."""
        zone = await self.zones.find(host)
        assert zone is not None, f"there is no zone {host}"
        await self.zones.write(zone, address_records(host, ["192.0.2.1"], 300))

    def provider_away(self) -> None:
        """Have the DNS provider fail."""
        self.zones.failing = ProviderError(Reason.PROVIDER_UNAVAILABLE, "The DNS provider is away.")

    def provider_back(self) -> None:
        """Have it answer again."""
        self.zones.failing = None

    async def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        await self.settle()

    async def settle(self) -> None:
        """Let the operator come to rest."""
        await self.operator.settle(self._refs, self.now)

    async def sweep(self) -> None:
        """Have the operator look for absent holders, then come to rest."""
        await self.operator.sweep(self.now)
        await self.settle()

    async def claim(self, host: str) -> dict[str, Any] | None:
        """Return the spec of a claim, None if there is none."""
        found = await self.cluster.get(Ref(DOMAIN_CLAIM, host))
        return dict(found["spec"]) if found else None

    async def condition(self, ref: Ref, type_: str) -> tuple[str, str]:
        """Return (status, reason) of a condition."""
        found = await self.cluster.get(ref)
        assert found is not None, f"{ref} does not exist"
        conditions = {each["type"]: each for each in found["status"].get("conditions", ())}
        return (conditions[type_]["status"], conditions[type_]["reason"]) if type_ in conditions else ("", "")

    async def end(self) -> None:
        """Leave nothing behind in the cluster."""
        for ref in self._refs:
            with suppress(Conflict):
                if await self.cluster.get(ref) is not None:
                    await self.vanish(ref)
