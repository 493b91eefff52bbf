"""What follows at once: no timer lies between a creation and its first status, however many are created together."""

import asyncio
from datetime import timedelta

from nameplate_operator import wiring
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.lookout import Lookout
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Manifest, Ref
from nameplate_operator.work_queue import Time, WorkQueue
from tests.nameplate_operator.builders import domain_manifest, memory_ports, settings
from tests.nameplate_operator.leaping_time import run_leaping
from tests.nameplate_operator.memory_cluster import MemoryCluster, Stored
from tests.nameplate_operator.memory_ports import EPOCH


class WatchedCluster(MemoryCluster):
    """Tells a lookout of every change of our kinds, and notes when each generation was first answered by a status."""

    def __init__(self) -> None:
        self.lookout: Lookout | None = None
        self.answered: dict[tuple[str, int], float] = {}
        super().__init__()

    def _stamped(self, manifest: Manifest, before: Stored | None) -> Stored:
        stored = super()._stamped(manifest, before)
        kind = {each.kind: each for each in (CUSTOM_DOMAIN, DOMAIN_CLAIM)}.get(stored["kind"])
        if kind and self.lookout:
            type_ = "MODIFIED" if before else "ADDED"
            asyncio.get_running_loop().call_soon(self.lookout.heed, type_, kind, stored)
        return stored

    async def apply_status(self, manifest: Manifest, manager: str) -> Manifest:
        stored = await super().apply_status(manifest, manager)
        if stored["kind"] == CUSTOM_DOMAIN.kind:
            key = stored["metadata"]["name"], stored["status"]["observedGeneration"]
            self.answered.setdefault(key, asyncio.get_running_loop().time())
        return stored


class World:
    """The operator's own passes and queue over ports in memory, in the running loop's time."""

    def __init__(self) -> None:
        self.cluster = WatchedCluster()
        chosen, metrics, loop = settings(), Metrics(), asyncio.get_running_loop()
        passes = wiring.passes(memory_ports(self.cluster), chosen, metrics)
        passes.now = lambda: EPOCH + timedelta(seconds=loop.time())
        self.queue = WorkQueue(passes, slots=chosen.workers, metrics=metrics, time=Time.of_the_loop())
        self.cluster.lookout = Lookout(self.queue, metrics)

    def create(self, number: int) -> Ref:
        """Create a CustomDomain as a person does."""
        sources = [{"name": f"site-{number}", "type": "AnalyticsJS", "writeKey": f"k3y-{number}"}]
        return self.cluster.put(domain_manifest(f"web-{number}", domain=f"cdp.acme-{number}.com", sources=sources))


def test_of_ten_that_are_created_together_each_has_its_first_status_at_that_instant():
    async def ten_created_at_100() -> dict[tuple[str, int], float]:
        world = World()
        world.queue.start()
        await asyncio.sleep(100)
        for number in range(10):
            world.create(number)
        await asyncio.sleep(100)
        await world.queue.stop(1)
        return world.cluster.answered

    assert run_leaping(ten_created_at_100()) == {(f"web-{number}", 1): 100.0 for number in range(10)}


def test_an_edit_is_answered_at_that_instant_although_the_next_look_is_far_away():
    async def edited_at_700() -> dict[tuple[str, int], float]:
        world = World()
        world.queue.start()
        ref = world.create(1)
        # Ten minutes later nobody is at work any more, and looks have become rare.
        await asyncio.sleep(700)
        world.cluster.edit(ref, ingestion={"replicas": 3})
        await asyncio.sleep(100)
        await world.queue.stop(1)
        return world.cluster.answered

    assert run_leaping(edited_at_700()) == {("web-1", 1): 0.0, ("web-1", 2): 700.0}
