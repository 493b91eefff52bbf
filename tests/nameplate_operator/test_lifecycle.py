"""The order in which the operator begins and ends, and its exit code, with parts that note what happens to them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from nameplate_operator.health import Health, HealthServer
from nameplate_operator.kopf_watch import WATCHED
from nameplate_operator.lifecycle import Life, Parts
from nameplate_operator.lookout import Lookout
from nameplate_operator.observability import Metrics
from nameplate_operator.resync import Resync
from nameplate_operator.work_queue import Time, WorkQueue
from tests.cluster.waiting import eventually
from tests.nameplate_operator.builders import DOMAIN_REF
from tests.nameplate_operator.memory_cluster import MemoryCluster


class World:
    """Every part, each with a gate or a fault for the test to use."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.gates = {name: asyncio.Event() for name in ("kinds", "lease", "children", "run")}
        for name in ("kinds", "lease", "children", "run"):
            self.gates[name].set()
        self.lost = asyncio.Event()
        self.watch_fails = asyncio.Event()
        self.sweep_ends = asyncio.Event()
        metrics = Metrics()
        self.health = Health()
        self.server = HealthServer(self.health, metrics, 0, "127.0.0.1")
        self.queue = WorkQueue(self.run_pass, slots=1, metrics=metrics, time=Time.of_the_loop())
        resync = Resync(MemoryCluster(), Lookout(self.queue, metrics), WATCHED, every=600)
        outside = self.kinds, Lease(self), Children(self)
        parts = Parts(self.health, self.server, *outside, self.queue, Watch(self), resync, self.sweep)
        self.leading: list[bool] = []
        self.life = Life(parts, self.leading.append)

    async def step(self, name: str, note: str) -> None:
        await self.gates[name].wait()
        self.log.append(note)

    async def kinds(self) -> None:
        await self.step("kinds", "kinds served")

    async def sweep(self) -> None:
        await self.sweep_ends.wait()

    async def run_pass(self, ref: Any) -> None:
        self.log.append("pass begins")
        await self.gates["run"].wait()
        self.log.append("pass ends")

    async def ready(self) -> tuple[int, str]:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{self.server.port}/readyz")
        return answer.status_code, answer.text


class Lease:
    def __init__(self, world: World) -> None:
        self.world = world

    async def acquire(self) -> None:
        await self.world.step("lease", "lease acquired")

    async def keep(self) -> None:
        await self.world.lost.wait()

    async def release(self) -> None:
        self.world.log.append("lease released")


class Watch:
    def __init__(self, world: World) -> None:
        self.world = world

    async def serve(self) -> None:
        self.world.log.append("watch begins")
        await self.world.watch_fails.wait()
        raise RuntimeError("Error in the watch-stream")

    async def answers(self) -> bool:
        return True


class Children:
    def __init__(self, world: World) -> None:
        self.world = world

    async def serve(self) -> None:
        await asyncio.Event().wait()

    async def wait_for_lists(self) -> None:
        await self.world.step("children", "children listed")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    yield World()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(number)


@pytest.fixture
async def running(world: World) -> AsyncIterator["asyncio.Task[int]"]:
    task = asyncio.create_task(world.life.run())
    yield task
    if not task.done():
        world.life.stop()
        world.gates["run"].set()
        await task


async def up(world: World) -> None:
    await eventually(lambda: "watch begins" in world.log, "the watch to begin")


async def test_parts_begin_in_order_and_the_watch_last(world: World, running: "asyncio.Task[int]"):
    await up(world)
    assert world.log == ["kinds served", "lease acquired", "children listed", "watch begins"]
    await eventually(lambda: world.life.parts.resync.listed, "the first list")
    code, text = await world.ready()
    assert (code, text) == (200, "[+] kinds served\n[+] children listed\n[+] domains listed\n")
    assert world.leading == [True]


@pytest.mark.parametrize(
    ("gate", "ready"),
    [
        pytest.param("kinds", (503, "[-] kinds served\n"), id="until the kinds are served it is not ready"),
        pytest.param(
            "lease", (200, "[+] kinds served\n[+] waiting for the Lease\n"), id="it is ready to wait its turn"
        ),
        pytest.param(
            "children",
            (503, "[+] kinds served\n[-] children listed\n[-] domains listed\n"),
            id="until the children are listed it is not ready",
        ),
    ],
)
async def test_readiness_and_an_end_at_every_step(world: World, gate: str, ready: tuple[int, str]):
    world.gates[gate].clear()
    world.queue.wake(DOMAIN_REF)
    task = asyncio.create_task(world.life.run())
    await eventually(lambda: len(world.health.ready) >= len(ready[1].splitlines()), "the step")
    for _ in range(20):
        await asyncio.sleep(0)
    assert await world.ready() == ready
    os.kill(os.getpid(), signal.SIGTERM)
    assert await task == 0
    assert "pass begins" not in world.log
    assert world.log[-1] == "lease released"


async def test_at_sigterm_the_pass_in_hand_ends_before_the_lease_goes(world: World, running: "asyncio.Task[int]"):
    await up(world)
    world.gates["run"].clear()
    world.queue.wake(DOMAIN_REF)
    await eventually(lambda: "pass begins" in world.log, "the pass to begin")
    os.kill(os.getpid(), signal.SIGTERM)
    await eventually(lambda: world.health.ending, "the end to begin")
    assert (await world.ready())[0] == 503
    assert not running.done()
    world.gates["run"].set()
    assert await running == 0
    assert world.log[-2:] == ["pass ends", "lease released"]
    assert world.leading == [True, False]


async def test_a_lost_lease_ends_the_process_at_once_and_with_an_error(world: World, running: "asyncio.Task[int]"):
    await up(world)
    world.gates["run"].clear()
    world.queue.wake(DOMAIN_REF)
    await eventually(lambda: "pass begins" in world.log, "the pass to begin")
    world.lost.set()
    assert await asyncio.wait_for(running, 5) == 1
    assert "pass ends" not in world.log


async def test_a_watch_that_ends_ends_the_process_with_an_error(
    world: World, running: "asyncio.Task[int]", caplog: pytest.LogCaptureFixture
):
    await up(world)
    world.watch_fails.set()
    assert await asyncio.wait_for(running, 5) == 1
    assert "Error in the watch-stream" in caplog.text
    assert world.log[-1] == "lease released"


async def test_a_sweep_that_ends_ends_the_process_with_an_error(
    world: World, running: "asyncio.Task[int]", caplog: pytest.LogCaptureFixture
):
    await up(world)
    world.sweep_ends.set()
    assert await asyncio.wait_for(running, 5) == 1
    assert "Ending: sweep ended" in caplog.text
