"""The lookout and the resync over a cluster in memory, on fake time: lanes, gauges, what was missed, what is spread."""

import asyncio
import contextlib
import time
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.lookout import Lookout
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Kind, Manifest, ProviderError, Ref
from nameplate_operator.resync import Resync
from nameplate_operator.work_queue import WorkQueue
from tests.cluster.waiting import eventually
from tests.nameplate_operator.builders import a_condition, claim_manifest, domain_manifest
from tests.nameplate_operator.fake_time import FakeTime, settle
from tests.nameplate_operator.memory_cluster import MemoryCluster

EVERY = 600.0


class ListedCluster(MemoryCluster):
    """Says of which kinds it was asked for a list."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: set[Kind] = set()

    async def list(self, kind: Kind, **where: Any) -> list[Manifest]:
        self.listed.add(kind)
        return await super().list(kind, **where)


class World:
    """A lookout before a cluster in memory; `passes` are what it had looked at, with the instant of each."""

    def __init__(self) -> None:
        self.time = FakeTime()
        self.metrics = Metrics()
        self.cluster = ListedCluster()
        self.passes: list[tuple[str, float]] = []
        self.queue = WorkQueue(self._note, slots=1, metrics=self.metrics, time=self.time.time)
        self.lookout = Lookout(self.queue, self.metrics)
        self.resync = Resync(self.cluster, self.lookout, (CUSTOM_DOMAIN, DOMAIN_CLAIM), every=EVERY, missed_after=0)

    async def _note(self, ref: Ref) -> None:
        self.passes.append((ref.name, self.time.instant))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.passes]

    def tell(self, type_: str | None, ref: Ref) -> None:
        """Say about an object what a watch says."""
        self.lookout.heed(type_, ref.kind, self.cluster.objects[ref])

    def put(self, name: str, **meta: Any) -> Ref:
        manifest = domain_manifest(name, domain=f"{name}.acme.com")
        manifest["metadata"] |= meta
        return self.cluster.put(manifest)

    def gauge(self, metric: str, /, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(metric, labels)


@pytest.fixture
async def world() -> World:
    return World()


async def test_edits_go_before_a_listing(world: World):
    for name in ("listed1", "listed2"):
        world.tell(None, world.put(name))
    world.tell("ADDED", world.put("new"))
    world.queue.start()
    await settle()
    assert world.names == ["new", "listed1", "listed2"]


async def test_the_gauges_of_a_domain_follow_every_event_even_one_that_wakes_nobody(world: World):
    labels = {"namespace": "acme", "name": "web"}
    ref = world.put("web")
    world.tell("ADDED", ref)
    assert world.gauge("nameplate_domain_ready", **labels) == 0
    world.cluster.objects[ref]["status"] = {"conditions": [a_condition("Ready", "True", "Serving")]}
    world.tell("MODIFIED", ref)
    assert world.gauge("nameplate_domain_ready", **labels) == 1
    world.tell("DELETED", ref)
    assert world.gauge("nameplate_domain_ready", **labels) is None


async def test_a_namespace_is_watched_while_it_has_a_domain(world: World):
    told: list[str] = []

    class Namespaces:
        def watch_namespace(self, namespace: str) -> None:
            told.append(f"watch {namespace}")

        def leave_namespace(self, namespace: str) -> None:
            told.append(f"leave {namespace}")

    world.lookout = Lookout(world.queue, world.metrics, Namespaces())
    first, second = world.put("first"), world.put("second")
    world.tell("ADDED", first)
    world.tell(None, second)
    world.tell("ADDED", world.cluster.put(claim_manifest()))
    world.tell("DELETED", first)
    assert set(told) == {"watch acme"}
    world.tell("DELETED", second)
    assert told[-1] == "leave acme"


async def test_a_claim_that_is_gone_wakes_the_loser_of_its_name(world: World):
    world.queue.start()
    world.tell(None, world.cluster.put(domain_manifest("loser", "other")))
    claim = world.cluster.put(claim_manifest())
    world.tell("ADDED", claim)
    await settle()
    world.passes.clear()
    world.tell("DELETED", claim)
    await settle()
    assert sorted(world.names) == ["cdp.acme.com", "loser"]


async def test_a_resync_that_finds_all_as_seen_wakes_nobody_at_once_and_everybody_within_its_period(world: World):
    world.queue.start()
    refs = [world.put(f"d{number}") for number in range(50)]
    for ref in refs:
        world.tell(None, ref)
    await eventually(lambda: len(world.passes) == len(refs), "a pass over each")
    world.passes.clear()
    assert await world.resync.once() == 0
    await settle()
    assert world.passes == []
    await world.time.move(EVERY)
    assert sorted(world.names) == sorted(ref.name for ref in refs)
    instants = sorted(instant for _, instant in world.passes)
    assert max(later - earlier for earlier, later in zip([0.0, *instants], [*instants, EVERY], strict=True)) < EVERY / 5


async def test_a_resync_leaves_alone_what_is_due_anyway(world: World):
    world.queue.start()
    ref = world.put("web")
    world.tell("ADDED", ref)
    await settle()
    world.queue.later(ref, 3 * EVERY)
    assert await world.resync.once() == 0
    await world.time.move(2 * EVERY)
    assert world.names == ["web"]


async def test_a_resync_finds_what_came_changed_and_went_unseen(world: World):
    world.queue.start()
    for name in ("changes", "goes", "stays"):
        world.tell("ADDED", world.put(name))
    await settle()
    world.passes.clear()
    world.put("comes")
    world.put("changes", generation=7)
    del world.cluster.objects[Ref(CUSTOM_DOMAIN, "goes", "acme")]
    assert await world.resync.once() == 3
    await settle()
    assert sorted(world.names) == ["changes", "comes", "goes"]
    assert world.gauge("nameplate_missed_events_total") == 3
    assert await world.resync.once() == 0


async def test_what_is_told_of_while_a_list_is_under_way_was_not_missed(world: World):
    world.queue.start()
    old = world.put("old")
    world.tell("ADDED", old)
    before = dict(world.lookout.sightings.seen)
    new = world.put("new")
    live = [(ref, world.cluster.objects[ref]) for ref in (old, new)]
    world.tell("ADDED", new)
    world.tell("DELETED", old)
    assert world.lookout.compare(before, live, EVERY) == 0
    assert old not in world.lookout.sightings.seen


async def test_the_first_list_counts_as_seen_only_when_the_watch_has_shown_it(world: World):
    ref = world.put("web")
    world.resync.missed_after = 60
    serving = asyncio.create_task(world.resync.serve())
    await eventually(lambda: world.cluster.listed >= {CUSTOM_DOMAIN, DOMAIN_CLAIM}, "the first list")
    # What was listed is compared in the same turn.
    await settle()
    assert not world.resync.listed
    world.tell(None, ref)
    await eventually(lambda: world.resync.listed, "the watch to have shown what was listed")
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def test_after_a_first_list_that_fails_it_waits_and_lists_again(world: World, caplog: pytest.LogCaptureFixture):
    world.tell(None, world.put("web"))
    world.resync.missed_after = 0.3
    world.cluster.failing["DomainClaim"] = ProviderError(Reason.PROVIDER_UNAVAILABLE, "The API server is away.")
    began = time.monotonic()
    serving = asyncio.create_task(world.resync.serve())
    await eventually(lambda: len(caplog.messages) == 3, "three attempts")
    assert time.monotonic() - began >= 2 * 0.3
    del world.cluster.failing["DomainClaim"]
    await eventually(lambda: world.resync.listed, "a list that the watch has shown")
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    assert set(caplog.messages) == {"The first list failed: The API server is away."}
