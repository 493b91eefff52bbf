"""Strangers choose what an upstream is asked for: requests, waiting, memory and disk have bounds all the same."""

import asyncio

from nameplate_ingestion.library.upstream.terms import Fetched, Found, Missing, NotThere
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.library.upstream.played import BASE, Played, a_copy

KIB = 1024


async def test_few_fetches_are_under_way_at_once_and_others_wait_for_their_turn():
    played = Played()
    played.flowing.clear()
    waiting = [asyncio.create_task(played.get(f"/{number}")) for number in range(60)]
    await eventually(lambda: played.under_way == 6, "as many to be under way as may be")
    played.flowing.set()
    assert await asyncio.gather(*waiting) == [Found(a_copy(), 600.0)] * 60
    assert (played.at_once, len(played.asked)) == (6, 60)


async def test_more_of_a_domain_than_can_wait_for_their_turn_are_told_at_once():
    played = Played()
    played.flowing.clear()
    waiting = [asyncio.create_task(played.get(f"/{number}")) for number in range(64)]
    await asyncio.sleep(0)
    assert await played.get("/one-more") is Missing.BUSY
    other = asyncio.create_task(played.get("/one-more", "cdp.other.com"))
    await asyncio.sleep(0)
    played.flowing.set()
    assert await asyncio.gather(*waiting, other) == [Found(a_copy(), 600.0)] * 65
    assert await played.get("/one-more") == Found(a_copy(), 600.0)


async def test_what_is_kept_is_served_stale_while_too_much_else_is_asked_for():
    played = Played()
    await played.get("/kept")
    played.now += 600
    played.flowing.clear()
    waiting = [asyncio.create_task(played.get(f"/{number}")) for number in range(64)]
    await asyncio.sleep(0)
    assert await played.get("/kept") == Found(a_copy(), 0.0)
    await played.cache.close()
    await asyncio.gather(*waiting)


async def test_only_so_many_of_a_domain_wait():
    played = Played()
    played.flowing.clear()
    waiting = [asyncio.create_task(played.get()) for _ in range(1024)]
    await asyncio.sleep(0)
    assert await played.get() is Missing.BUSY
    waiting.append(asyncio.create_task(played.get(domain="cdp.other.com")))
    await asyncio.sleep(0)
    played.flowing.set()
    assert set(await asyncio.gather(*waiting)) == {Found(a_copy(), 600.0)}
    assert await played.get() == Found(a_copy(), 600.0)


async def test_paths_that_nobody_has_are_asked_for_at_a_bounded_rate_and_never_in_the_way_of_what_is_kept():
    played = Played()
    await played.get("/kept")
    played.answer = NotThere()
    answers = [await played.get(f"/{number}") for number in range(10_000)]
    assert answers == [Missing.ABSENT] * 99 + [Missing.BUSY] * 9_901
    assert len(played.asked) == 100
    assert await played.get("/kept") == Found(a_copy(), 600.0)
    # What is kept is asked for again although nothing new may be.
    played.now += 600
    assert [await played.get(f"/again/{number}") for number in range(101)] == [Missing.ABSENT] * 100 + [Missing.BUSY]
    played.answer = Fetched(None, 600.0)
    assert await played.get("/kept") == Found(a_copy(), 600.0)
    # Nor is another domain in its way.
    assert await played.get("/new", "cdp.other.com") is not Missing.BUSY
    # What we ask for ourselves is not charged.
    assert await played.get("/own", None) is not Missing.BUSY


async def test_files_are_kept_up_to_a_number_and_to_a_number_of_octets():
    played = Played(entries=10)
    for number in range(50):
        await played.get(f"/{number}")
    assert set(played.backing.kept) == {f"{BASE}/{number}" for number in range(40, 50)}
    played = Played(octets=100 * KIB)
    played.answer = Fetched(a_copy(bytes(30 * KIB)), 600.0)
    for number in range(50):
        await played.get(f"/{number}")
    assert set(played.backing.kept) == {f"{BASE}/{number}" for number in range(47, 50)}


async def test_what_somebody_asks_for_stays_and_what_nobody_does_goes():
    played = Played(entries=10)
    for number in range(50):
        await played.get(f"/{number}")
        await played.get("/wanted")
    assert [path for path, _ in played.asked].count("/wanted") == 1


async def test_a_larger_version_of_a_file_takes_the_place_of_others_and_not_more():
    played = Played(octets=100 * KIB)
    for number in range(3):
        played.answer = Fetched(a_copy(bytes(20 * KIB)), 600.0)
        await played.get(f"/{number}")
    for _ in range(10):
        played.now += 600
        played.answer = Fetched(a_copy(bytes(70 * KIB)), 600.0)
        await played.get("/2")
    assert {url: len(copy.body) for url, copy in played.backing.kept.items()} == {
        f"{BASE}/1": 20 * KIB,
        f"{BASE}/2": 70 * KIB,
    }


async def test_a_file_larger_than_all_may_be_is_served_once_and_not_kept():
    played = Played(octets=10 * KIB)
    played.answer = Fetched(a_copy(bytes(20 * KIB)), 600.0)
    assert (await played.get()).copy.body == bytes(20 * KIB)
    assert played.backing.kept == {}


async def test_what_is_not_there_is_remembered_for_a_bounded_number_of_paths():
    played = Played()
    played.answer = NotThere()
    for number in range(5000):
        await played.get(f"/{number}", f"d{number // 50}.example")
    assert len(played.cache._refusals) == 2048
    asked = len(played.asked)
    assert await played.get("/4999") is Missing.ABSENT
    assert len(played.asked) == asked
