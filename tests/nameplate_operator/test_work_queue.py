"""The work queue: slots, requeues, backoff, one bad object beside good ones, and the orderly end."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import ProviderError, Ref
from nameplate_operator.work_queue import LONGEST_RETRY_AFTER, WorkQueue
from tests.nameplate_operator.fake_time import FakeTime, settle

A, B, C = (Ref(CUSTOM_DOMAIN, name, f"team-{name}") for name in "abc")


class Runs:
    """Notes who was run when; each run returns, raises or waits for what the test set for its object."""

    def __init__(self, time: FakeTime) -> None:
        self.time = time
        self.log: list[tuple[str, float]] = []
        self.outcomes: dict[Ref, Any] = {}
        self.gates: dict[Ref, asyncio.Event] = {}
        self.under_way = 0
        self.most = 0

    async def __call__(self, ref: Ref) -> float | None:
        self.log.append((ref.name, self.time.instant))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if ref in self.gates:
                await self.gates[ref].wait()
            outcome = self.outcomes.get(ref)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        finally:
            self.under_way -= 1

    def of(self, ref: Ref) -> list[float]:
        return [instant for name, instant in self.log if name == ref.name]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def runs(time: FakeTime) -> Runs:
    return Runs(time)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def queue(time: FakeTime, runs: Runs, metrics: Metrics) -> WorkQueue:
    return WorkQueue(runs, slots=2, metrics=metrics, time=time.time)


@pytest.fixture
def value(metrics: Metrics) -> Callable[..., float | None]:
    def of(metric: str, /, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(metric, labels)

    return of


async def test_nothing_runs_before_the_start(queue: WorkQueue, runs: Runs):
    queue.wake(A)
    await settle()
    assert runs.log == []
    queue.start()
    await settle()
    assert runs.of(A) == [0]


async def test_no_more_passes_run_at_a_time_than_there_are_slots(queue: WorkQueue, runs: Runs):
    runs.gates = {each: asyncio.Event() for each in (A, B, C)}
    queue.start()
    for each in (A, B, C):
        queue.wake(each)
    await settle()
    assert [name for name, _ in runs.log] == ["a", "b"]
    runs.gates[B].set()
    await settle()
    assert [name for name, _ in runs.log] == ["a", "b", "c"]
    for gate in runs.gates.values():
        gate.set()
    await queue.stop(1)
    assert runs.most == 2


async def test_an_object_woken_while_it_runs_runs_once_more(queue: WorkQueue, runs: Runs):
    runs.gates = {A: asyncio.Event()}
    queue.start()
    for _ in range(3):
        queue.wake(A)
        await settle()
    assert len(runs.log) == 1
    runs.gates[A].set()
    await settle()
    assert len(runs.log) == 2


async def test_a_pass_says_when_the_next_one_is_due(queue: WorkQueue, runs: Runs, time: FakeTime):
    runs.outcomes[A] = 30.0
    queue.start()
    queue.wake(A)
    await time.move(95)
    assert runs.of(A) == [0, 30, 60, 90]


async def test_a_wake_runs_at_once_and_the_pause_begins_anew(queue: WorkQueue, runs: Runs, time: FakeTime):
    runs.outcomes[A] = 30.0
    queue.start()
    queue.wake(A)
    await time.move(10)
    queue.wake(A)
    await time.move(40)
    assert runs.of(A) == [0, 10, 40]


async def test_an_object_without_a_next_pass_rests(queue: WorkQueue, runs: Runs, time: FakeTime):
    queue.start()
    queue.wake(A)
    await time.move(1000)
    assert runs.of(A) == [0]
    assert A not in queue


async def test_failures_back_off_by_doubling_up_to_ten_minutes(queue: WorkQueue, runs: Runs, time: FakeTime):
    runs.outcomes[A] = RuntimeError("broken")
    queue.start()
    queue.wake(A)
    await time.move(3000)
    times = runs.of(A)
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[LONGEST_RETRY_AFTER] * 3]


async def test_chance_shortens_a_backoff_by_up_to_a_quarter(runs: Runs, metrics: Metrics):
    time = FakeTime(chance=1.0)
    runs.time = time
    queue = WorkQueue(runs, slots=1, metrics=metrics, time=time.time)
    runs.outcomes[A] = RuntimeError("broken")
    queue.start()
    queue.wake(A)
    await time.move(3)
    assert runs.of(A) == [0, 0.75, 2.25]


async def test_a_success_ends_the_backoff(queue: WorkQueue, runs: Runs, time: FakeTime):
    runs.outcomes[A] = RuntimeError("broken")
    queue.start()
    queue.wake(A)
    await time.move(7.5)
    runs.outcomes[A] = None
    queue.wake(A)
    await settle()
    runs.outcomes[A] = RuntimeError("broken")
    queue.wake(A)
    await time.move(1.5)
    assert runs.of(A) == [0, 1, 3, 7, 7.5, 7.5, 8.5]


async def test_one_bad_object_never_holds_up_another(queue: WorkQueue, runs: Runs, time: FakeTime):
    runs.outcomes = {A: RuntimeError("broken"), B: 10.0}
    runs.gates = {C: asyncio.Event()}
    queue.start()
    for each in (A, B, C):
        queue.wake(each)
    await time.move(30)
    assert runs.of(B) == [0, 10, 20, 30]
    runs.gates[C].set()
    await queue.stop(1)


async def test_all_waits_together_cost_one_timer(queue: WorkQueue, time: FakeTime):
    queue.start()
    for number in range(1000):
        queue.later(Ref(CUSTOM_DOMAIN, f"d{number}", "acme"), 1000 - number / 2)
    await settle()
    assert time.waiting == [500.5]
    assert len(asyncio.all_tasks()) == 1


async def test_the_end_waits_for_the_pass_in_hand_and_takes_no_other(queue: WorkQueue, runs: Runs):
    runs.gates = {A: asyncio.Event()}
    queue.start()
    queue.wake(A)
    await settle()
    ending = asyncio.create_task(queue.stop(60))
    await settle()
    queue.wake(B)
    assert not ending.done()
    runs.gates[A].set()
    await ending
    assert runs.log == [("a", 0)]
    assert runs.under_way == 0


async def test_the_end_cancels_a_pass_that_does_not_finish_in_time(queue: WorkQueue, runs: Runs):
    runs.gates = {A: asyncio.Event()}
    queue.start()
    queue.wake(A)
    await settle()
    await queue.stop(0.01)
    assert runs.under_way == 0


async def test_metrics_tell_waiting_from_running_and_failures_from_mistakes(
    queue: WorkQueue, runs: Runs, time: FakeTime, value: Callable[..., float | None]
):
    runs.outcomes = {A: RuntimeError("a mistake"), B: ProviderError(Reason.PROVIDER_UNAVAILABLE, "It is away.")}
    runs.gates = {C: asyncio.Event()}
    queue.start()
    for each in (A, B):
        queue.wake(each)
    await settle()
    by = {"controller": "customdomain"}
    assert value("controller_runtime_reconcile_errors_total", **by) == 2
    assert value("controller_runtime_reconcile_panics_total", **by) == 1
    assert value("controller_runtime_reconcile_total", result="error", **by) == 2
    assert value("workqueue_adds_total", name="customdomain") == 2
    runs.gates = {A: asyncio.Event(), B: asyncio.Event(), C: asyncio.Event()}
    for each in (A, B, C):
        queue.wake(each)
    await time.move(3)
    assert value("workqueue_depth", name="customdomain") == 1
    assert value("controller_runtime_active_workers", **by) == 2
    assert value("workqueue_longest_running_processor_seconds", name="customdomain") == 3
    assert value("workqueue_unfinished_work_seconds", name="customdomain") == 6
    assert queue.stuck_for == 3
    await queue.stop(0.01)
