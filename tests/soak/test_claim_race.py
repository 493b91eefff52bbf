"""Two operators without a Lease race for names: exactly one binds, and the loser's turn comes by itself."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from nameplate_operator.claims.teardown import Teardown
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.ports import Cluster, Conflict, Ports, Ref
from nameplate_operator.reconcile import Reconciler
from nameplate_operator.release import Releaser, release_phases
from tests.cluster.machine import Machine
from tests.cluster.soak_report import figures
from tests.nameplate_operator.builders import domain_manifest, settings
from tests.nameplate_operator.conftest import CRDS
from tests.nameplate_operator.memory_ports import MemoryAuthority, MemoryProber, MemoryResolver, MemoryZones
from tests.soak.claim_history import ClaimHistory
from tests.stories.api_server import cluster_of
from tests.stories.claim_world import Parent
from tests.stories.wrapped_cluster import WrappedCluster

ROUNDS = 1000
AT_ONCE = 5
BINDS_WITHIN = 5.0
REST_WITHIN = 60.0
QUARANTINE = 2.0
_IDLE = 2.0
_LOOK_EVERY = 0.3
_ZONE = {"provider": "powerdns", "nameservers": ["a.ns1.nameplate.example"], "delegated": True}
_PASS: ContextVar[datetime] = ContextVar("the time that a pass goes by")


class WatchedParent(Parent):
    """Remembers of each name the time of the earliest pass that saw it undelegated."""

    def __init__(self) -> None:
        super().__init__()
        self.undelegated: dict[str, datetime] = {}

    async def delegates(self, name: str, nameservers: tuple[str, ...], payer: str) -> bool:
        delegated = await super().delegates(name, nameservers, payer)
        if not delegated:
            self.undelegated[name] = min(self.undelegated.get(name, _PASS.get()), _PASS.get())
        return delegated


def delays(rng: random.Random) -> Callable[[str], Awaitable[None]]:
    """Return what delays a call at random: mostly a little, now and then so long that others overtake it."""

    async def delay(verb: str) -> None:
        await asyncio.sleep(rng.uniform(0.1, 0.4) if rng.random() < 0.03 else rng.uniform(0, 0.02))

    return delay


@dataclass
class Race:
    """One round: two CustomDomains of two namespaces, for one name or for a name and the one above it."""

    cluster: Cluster
    history: ClaimHistory
    rng: random.Random
    domain: str
    namespaces: tuple[str, str]

    def __post_init__(self) -> None:
        one = f"cdp.{self.domain}"
        hosts = [one, self.rng.choice([one, f"x.{one}"])]
        self.rng.shuffle(hosts)
        self.hosts = dict(zip(self.namespaces, hosts, strict=True))
        self.parent = WatchedParent()

    def ref(self, namespace: str) -> Ref:
        """Return the CustomDomain of that namespace."""
        return Ref(CUSTOM_DOMAIN, self.domain.split(".")[0], namespace)

    async def run(self, machine: Machine) -> tuple[float, float]:
        """Race, then release the winner and wait for the loser; return the seconds until one was bound, and net."""
        for name in self.namespaces:
            await self.cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        await asyncio.gather(*map(self._create, self.namespaces))
        async with self._operators():
            started = time.time()
            await self.history.until(self._one_is_bound, f"a claim below {self.domain} is bound", REST_WITHIN)
            bound_at = self.history.bound_at[self.domain][0][0]
            by_the_clock, took = bound_at - started, machine.net(started, bound_at)
            assert took <= BINDS_WITHIN, f"{self.domain} was bound after {by_the_clock:.2f} s by the clock"
            winner, loser = await self._told_apart()
            await self._release(winner)
            await self._until_accepted(loser)
        self._check_rest(self.hosts[winner])
        return by_the_clock, took

    def _check_rest(self, left: str) -> None:
        """Hold the loser's claim to have come no sooner than the quarantine, which counts from a whole second."""
        undelegated = self.parent.undelegated[left].replace(microsecond=0).timestamp()
        bound_at, name = self.history.bound_at[self.domain][-1]
        rested = bound_at - undelegated
        assert rested >= QUARANTINE, f"{name} was bound {rested:.2f} s after nothing led to {left} any more"

    def _one_is_bound(self) -> bool:
        return bool(self.history.bound(self.domain))

    async def _create(self, namespace: str) -> None:
        name = self.ref(namespace).name
        sources = [{"name": name, "type": "AnalyticsJS", "writeKey": "k3y"}]
        host = self.hosts[namespace]
        await self.cluster.create(domain_manifest(name=name, namespace=namespace, domain=host, sources=sources))

    async def _told_apart(self) -> tuple[str, str]:
        deadline = time.monotonic() + REST_WITHIN
        while True:
            told = {namespace: await self._accepted(namespace) for namespace in self.namespaces}
            by_verdict = {verdict: namespace for namespace, verdict in told.items()}
            if by_verdict.keys() == {("True", "Accepted"), ("False", "NameClaimed")}:
                return by_verdict["True", "Accepted"], by_verdict["False", "NameClaimed"]
            assert time.monotonic() < deadline, f"{self.hosts}: {told}"
            await asyncio.sleep(_LOOK_EVERY)

    async def _release(self, winner: str) -> None:
        host = self.hosts[winner]
        claim = self.history.claims[self.domain][host]
        self.parent.delegated.add(host)
        await self.cluster.patch(Ref(DOMAIN_CLAIM, host), {"spec": {"zone": _ZONE}})
        found = await self.cluster.get(self.ref(winner))
        assert found is not None
        await self.cluster.delete(self.ref(winner), uid=found["metadata"]["uid"])
        await self.history.until(lambda: "releaseTime" in self._spec(host), f"{host} is released", REST_WITHIN)
        assert self._spec(host)["token"] == claim["spec"]["token"], "a released name stays bound while it is delegated"
        self.parent.delegated.discard(host)

    async def _until_accepted(self, loser: str) -> None:
        host, deadline = self.hosts[loser], time.monotonic() + REST_WITHIN
        while await self._accepted(loser) != ("True", "Accepted"):
            assert time.monotonic() < deadline, await self._picture()
            await asyncio.sleep(_LOOK_EVERY)
        assert self.history.bound(self.domain) == [host]
        found = await self.cluster.get(self.ref(loser))
        assert found is not None
        assert found["metadata"]["generation"] == 1, "untouched"

    async def _picture(self) -> str:
        domains = {namespace: await self.cluster.get(self.ref(namespace)) for namespace in self.namespaces}
        return f"no way on: {self.hosts}\nclaims: {self.history.claims[self.domain]}\ndomains: {domains}"

    def _spec(self, host: str) -> dict[str, Any]:
        claim = self.history.claims[self.domain].get(host)
        return dict(claim["spec"]) if claim else {}

    async def _accepted(self, namespace: str) -> tuple[str, str]:
        found = await self.cluster.get(self.ref(namespace))
        conditions = (found or {}).get("status", {}).get("conditions", ())
        return next(((each["status"], each["reason"]) for each in conditions if each["type"] == "Accepted"), ("", ""))

    @asynccontextmanager
    async def _operators(self):
        refs = [self.ref(namespace) for namespace in self.namespaces]
        refs += [Ref(DOMAIN_CLAIM, host) for host in set(self.hosts.values())]
        machines = [self._operator(number) for number in range(2)]
        loops = [
            asyncio.create_task(_look_after(machine[ref.kind], ref, self.history, self.domain))
            for machine in machines
            for ref in refs
        ]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            ends = await asyncio.gather(*loops, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends

    def _operator(self, number: int) -> dict[Any, Any]:
        cluster = WrappedCluster(self.cluster, delays(random.Random(f"{self.rng.random()}:{number}")))  # noqa: S311
        ports = Ports(cluster, MemoryResolver(), MemoryZones(), MemoryAuthority(), MemoryProber())
        chosen = settings(release={"quarantine": QUARANTINE}, pace={"firstHourEvery": 1})
        domains = Reconciler((Acceptance(ports, chosen),), ports, chosen, Teardown(ports, chosen))
        return {
            CUSTOM_DOMAIN: domains,
            DOMAIN_CLAIM: Releaser(release_phases(ports, chosen, self.parent), ports, chosen),
        }


async def _look_after(machine: Reconciler | Releaser, ref: Ref, history: ClaimHistory, domain: str) -> None:
    while True:
        before = history.changes[domain]
        try:
            _PASS.set(now := datetime.now(UTC))
            pause = await machine.reconcile(ref, now)
        except Conflict:
            pause = 0.0
        # As the operator does: at the time that was asked for, or when a claim changed since the pass began.
        await history.news(domain, before, _IDLE if pause is None else min(pause, _IDLE))


@pytest.mark.soak
@pytest.mark.timeout(2 * 3600)
async def test_of_two_that_race_exactly_one_binds_and_the_loser_follows_it_untouched(
    own_control_plane, counted, seed, report
):
    slots = asyncio.Semaphore(AT_ONCE)
    plane = own_control_plane
    plane.kubectl("apply", "--server-side", "--filename", str(CRDS))
    async with cluster_of(plane) as cluster, plane.async_client() as client:
        history = ClaimHistory()
        machine = Machine()

        async def one_round(number: int) -> tuple[float, float]:
            async with slots:
                rng = random.Random(f"{seed}:{number}")  # noqa: S311 - repeatable, not secret
                namespaces = (f"one-{number}", f"two-{number}")
                return await Race(cluster, history, rng, f"r{number}.com", namespaces).run(machine)

        with machine:
            async with history.followed(client), asyncio.TaskGroup() as group:
                rounds = [group.create_task(one_round(number)) for number in counted(ROUNDS)]
        assert history.doubles == []
    by_the_clock, took = zip(*(each.result() for each in rounds), strict=True)
    report(
        "Two operators race for a name",
        f"In {len(rounds)} races, {AT_ONCE} at a time, two names were never bound at once. One was bound after "
        f"{figures(by_the_clock)} by the clock; less what other programs on the machine took: {figures(took)}. "
        f"The bar is {BINDS_WITHIN:.0f} s. "
        "Every loser followed once the winner's name had rested, its object untouched.",
    )
