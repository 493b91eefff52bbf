"""Slots are for all: passes of one namespace that take long, and however many, hold up nobody else's."""

import asyncio

import pytest

from nameplate_operator.kinds import CUSTOM_DOMAIN
from nameplate_operator.observability import Metrics
from nameplate_operator.ports import Ref
from nameplate_operator.work_queue import Time, WorkQueue
from tests.nameplate_operator.leaping_time import run_leaping

SLOW = 12.0
GOOD = Ref(CUSTOM_DOMAIN, "good", "ours")


@pytest.mark.parametrize(
    ("slots", "bad", "most"),
    [
        pytest.param(8, 3, 3, id="a few bad ones"),
        pytest.param(8, 24, 4, id="many more bad ones than slots"),
        pytest.param(3, 24, 1, id="few slots"),
    ],
)
def test_beside_bad_objects_of_another_namespace_a_good_one_is_looked_at_at_once(slots: int, bad: int, most: int):
    async def story() -> tuple[list[float], int]:
        started: list[float] = []
        under_way = peak = 0

        async def run(ref: Ref) -> float | None:
            nonlocal under_way, peak
            if ref == GOOD:
                started.append(asyncio.get_running_loop().time())
                return None
            under_way += 1
            peak = max(peak, under_way)
            await asyncio.sleep(SLOW)
            under_way -= 1
            return 5.0

        queue = WorkQueue(run, slots=slots, metrics=Metrics(), time=Time.of_the_loop())
        queue.start()
        for number in range(bad):
            queue.wake(Ref(CUSTOM_DOMAIN, f"bad{number}", "theirs"))
        for _ in range(5):
            await asyncio.sleep(7)
            queue.wake(GOOD)
        await asyncio.sleep(1)
        await queue.stop(0)
        return started, peak

    assert run_leaping(story()) == ([7, 14, 21, 28, 35], most)


def test_every_bad_object_has_its_turn_too():
    async def story() -> set[str]:
        seen: set[str] = set()

        async def run(ref: Ref) -> float | None:
            seen.add(ref.name)
            await asyncio.sleep(SLOW)
            return 5.0

        queue = WorkQueue(run, slots=8, metrics=Metrics(), time=Time.of_the_loop())
        queue.start()
        for number in range(24):
            queue.wake(Ref(CUSTOM_DOMAIN, f"bad{number}", "theirs"))
        # Of four turns one goes to those whose time has come again.
        await asyncio.sleep(24 / 3 * SLOW)
        await queue.stop(0)
        return seen

    assert run_leaping(story()) == {f"bad{number}" for number in range(24)}
