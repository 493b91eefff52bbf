"""Windows of one budget: what all domains of a worker have under way is bounded, and each has something."""

import asyncio

from nameplate_ingestion.delivery.budget import Budget
from nameplate_ingestion.delivery.sink import Delivery
from nameplate_ingestion.delivery.window import Window
from nameplate_ingestion.position import Position

KIB = 1024
MOST = 8 * KIB * KIB


def a_delivery(number: int, octets: int = 60) -> Delivery:
    return Delivery(Position(1, number), "d", "web", "u", f"m-{number}", b"x" * octets)


async def fill(window: Window, most: int = 100_000, octets: int = 60) -> list[Delivery]:
    """Put records of one event each on their way until one has to wait, or so many are."""
    taken = []
    for number in range(most):
        waiting = asyncio.ensure_future(window.wait_for_room())
        await asyncio.sleep(0)
        if not waiting.done():
            waiting.cancel()
            break
        delivery = a_delivery(number, octets)
        window.open(delivery.position, octets)
        window.add(delivery)
        window.close(delivery.position)
        taken.append(delivery)
    return taken


def windows(count: int) -> list[Window]:
    budget = Budget(MOST)
    return [Window(lambda _: None, budget) for _ in range(count)]


async def test_small_events_weigh_more_than_their_octets():
    (alone,) = windows(1)
    assert len(await fill(alone)) <= MOST // KIB


async def test_many_dead_sinks_together_have_little_more_under_way_than_one_budget():
    many = windows(60)
    for each in many:
        await fill(each)
    assert sum(each.octets for each in many) <= MOST + 60 * 65 * KIB


async def test_whoever_comes_when_others_have_taken_much_still_has_something_under_way():
    *dead, late = windows(60)
    for each in dead:
        assert len(await fill(each)) > 40
    assert len(await fill(late)) > 40


async def test_one_record_is_under_way_however_large_it_is():
    *dead, late = windows(60)
    for each in dead:
        await fill(each)
    assert len(await fill(late, octets=MOST)) == 1


async def test_what_is_settled_or_abandoned_makes_room_for_others():
    first, second, third = windows(3)
    alone = await fill(first)
    await fill(second)
    first.settle(alone)
    second.abandon()
    assert len(await fill(third)) == len(alone)


async def test_whoever_waits_goes_on_once_something_of_it_is_settled():
    (window,) = windows(1)
    taken = await fill(window)
    waiting = asyncio.ensure_future(window.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    window.settle(taken[:1])
    await asyncio.wait_for(waiting, 10)
