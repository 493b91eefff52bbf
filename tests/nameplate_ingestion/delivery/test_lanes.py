"""Lanes: whatever names a person has, and in whatever order they become known, the person's events never overtake."""

import asyncio
import random

from nameplate_ingestion.delivery.lanes import Lanes
from nameplate_ingestion.delivery.sink import BatchLimits, Delivery
from nameplate_ingestion.position import Position
from tests.cluster.waiting import eventually

LIMITS = BatchLimits(deliveries=3, octets=1000)
ONE_SOURCE = LIMITS._replace(one_source=True)


def a_delivery(number, user, *others, source="web"):
    return Delivery(Position(1, number), "acme.example", source, user, f"m-{number}", b"{}", others)


async def serve(lanes, lane, limits, taken, turns):
    """Take as a sink of a speed of its own does."""
    while True:
        batch = await lane.take(limits)
        for _ in range(turns.randrange(4)):
            await asyncio.sleep(0)
        taken += batch
        lanes.settle(batch)


async def through(deliveries, limits=LIMITS, seed=7):
    """Return the deliveries as they arrive."""
    lanes, taken, turns = Lanes(8), [], random.Random(seed)  # noqa: S311 - repeatable, not secret
    serving = [asyncio.create_task(serve(lanes, lane, limits, taken, turns)) for lane in lanes.all]
    for delivery in deliveries:
        await lanes.add(delivery)
    await eventually(lambda: len(taken) == len(deliveries), "all to arrive", look_every=0.001)
    assert lanes._ties == {}
    for task in serving:
        task.cancel()
    await asyncio.wait(serving)
    return taken


def overtaken(deliveries, taken):
    """Return the pairs that share a name and arrived the other way round."""
    place = {delivery.message_id: index for index, delivery in enumerate(taken)}
    return [
        (first, second)
        for index, first in enumerate(deliveries)
        for second in deliveries[index + 1 :]
        if {first.user, *first.others} & {second.user, *second.others}
        and place[first.message_id] > place[second.message_id]
    ]


async def test_what_a_visitor_did_before_the_login_comes_first():
    visits = [(a_delivery(2 * n, f"a{n}"), a_delivery(2 * n + 1, f"u{n}", f"a{n}")) for n in range(100)]
    deliveries = [each for visit in visits for each in visit]
    assert overtaken(deliveries, await through(deliveries)) == []


async def test_no_names_however_they_are_tied_let_an_event_overtake(rng):
    for limits in (LIMITS, ONE_SOURCE):
        names = [f"n{number}" for number in range(12)]
        deliveries = [
            a_delivery(number, *rng.sample(names, rng.randint(1, 3)), source=rng.choice(["web", "app"]))
            for number in range(300)
        ]
        assert overtaken(deliveries, await through(deliveries, limits, rng.random())) == []


async def test_strangers_go_in_parallel():
    lanes = Lanes(8)
    for number in range(50):
        await lanes.add(a_delivery(number, f"u{number}"))
        await lanes.add(a_delivery(100 + number, ""))
    assert all(lane._waiting for lane in lanes.all)


async def test_an_event_that_ties_two_lanes_waits_until_one_is_empty():
    lanes = Lanes(8)
    first, second = a_delivery(0, "a1"), a_delivery(1, "u1")
    for delivery in (first, second):
        await lanes.add(delivery)
    adding = asyncio.create_task(lanes.add(a_delivery(2, "u1", "a1")))
    await asyncio.sleep(0)
    assert not adding.done()
    lanes.settle([first])
    await asyncio.wait_for(adding, 20)
