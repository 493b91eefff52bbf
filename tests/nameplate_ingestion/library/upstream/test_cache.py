"""What is served of an upstream while it answers, while it does not, and again afterwards."""

import asyncio

import pytest

from nameplate_ingestion.library.upstream.terms import Fetched, Found, Missing, NotThere, UpstreamTrouble
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.library.upstream.played import BASE, Played, a_copy, at

AWAY = UpstreamTrouble("ConnectError", everything=True)


@pytest.fixture
async def played():
    played = Played()
    yield played
    await played.cache.close()


async def test_a_file_is_asked_for_once_while_it_is_fresh(played):
    assert played.cache.known(at()) is None
    assert await played.get() == Found(a_copy(), 600.0)
    played.now += 599
    assert played.cache.known(at()) == await played.get() == Found(a_copy(), 1.0)
    assert played.asked == [("/a", "")]
    assert played.told == ["fetched"]


async def test_a_file_that_is_fresh_no_more_is_asked_for_by_its_etag(played):
    await played.get()
    played.now += 600
    played.answer = Fetched(None, 700.0)
    assert played.cache.known(at()) is None
    assert await played.get() == Found(a_copy(), 700.0)
    played.now += 700
    played.answer = Fetched(a_copy(b"2", '"w"'), 600.0)
    assert (await played.get()).copy.body == b"2"
    assert played.asked == [("/a", ""), ("/a", '"v"'), ("/a", '"v"')]
    assert played.told == ["fetched", "unchanged", "fetched"]


@pytest.mark.parametrize(("said", "fresh"), [(0.0, 60.0), (600.0, 600.0), (1e9, 86_400.0)])
async def test_the_upstream_s_lifetime_is_kept_within_bounds(played, said, fresh):
    played.answer = Fetched(a_copy(), said)
    assert await played.get() == Found(a_copy(), fresh)


async def test_many_who_want_the_same_file_make_one_request(played):
    played.flowing.clear()
    waiting = [asyncio.create_task(played.get()) for _ in range(500)]
    await asyncio.sleep(0)
    played.flowing.set()
    assert set(await asyncio.gather(*waiting)) == {Found(a_copy(), 600.0)}
    assert len(played.asked) == 1


async def test_who_gives_up_waiting_does_not_end_it_for_the_others(played):
    played.flowing.clear()
    first, second = asyncio.create_task(played.get()), asyncio.create_task(played.get())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    played.flowing.set()
    assert await second == Found(a_copy(), 600.0)
    assert first.cancelled()
    assert len(played.asked) == 1


async def test_a_file_that_is_not_there_is_asked_for_once_a_minute(played):
    played.answer = NotThere()
    assert await played.get() is Missing.ABSENT
    assert played.cache.known(at()) is Missing.ABSENT
    played.now += 59
    assert await played.get() is Missing.ABSENT
    played.now += 1
    played.answer = Fetched(a_copy(), 600.0)
    assert await played.get() == Found(a_copy(), 600.0)
    assert (len(played.asked), played.told) == (2, ["absent", "fetched"])


async def test_a_file_that_is_there_no_more_is_served_no_more(played):
    await played.get()
    assert played.backing.kept == {f"{BASE}/a": a_copy()}
    played.now += 600
    played.answer = NotThere()
    assert await played.get() is Missing.ABSENT
    assert played.backing.kept == {}


@pytest.mark.parametrize("trouble", [AWAY, UpstreamTrouble("it answered 500"), RuntimeError("a fault of ours")])
async def test_a_stale_copy_is_served_while_the_upstream_is_of_no_use_and_it_is_asked_every_quarter_minute(
    played, trouble
):
    await played.get()
    played.now += 1000
    played.answer = trouble
    for _ in range(100):
        assert await played.get() == Found(a_copy(), 0.0)
    assert len(played.asked) == 2
    played.now += 15
    for _ in range(100):
        assert await played.get() == Found(a_copy(), 0.0)
    assert len(played.asked) == 3
    played.now += 15
    played.answer = Fetched(None, 600.0)
    assert await played.get() == Found(a_copy(), 600.0)


async def test_what_nobody_has_a_copy_of_is_away_for_a_quarter_minute(played):
    played.answer = UpstreamTrouble("it answered 500")
    assert [await played.get() for _ in range(100)] == [Missing.AWAY] * 100
    assert len(played.asked) == 1
    # It may be like that with this file alone.
    played.answer = Fetched(a_copy(), 600.0)
    assert await played.get("/b") == Found(a_copy(), 600.0)
    played.now += 15
    assert await played.get() == Found(a_copy(), 600.0)


async def test_an_upstream_that_cannot_be_reached_is_asked_for_no_other_file_either(played, caplog):
    await played.get("/kept")
    played.now += 1000
    played.answer = AWAY
    assert await played.get() is Missing.AWAY
    assert [await played.get(f"/{number}") for number in range(100)] == [Missing.AWAY] * 100
    assert await played.get("/kept") == Found(a_copy(), 0.0)
    assert len(played.asked) == 2
    played.now += 15
    played.answer = Fetched(a_copy(), 600.0)
    assert await played.get("/b") == Found(a_copy(), 600.0)
    assert [record.message for record in caplog.records] == [f"The upstream CDN {BASE} is away: ConnectError"]


@pytest.mark.parametrize(("asked", "after"), [(5.0, 15), (100.0, 100), (1e9, 300)])
async def test_an_upstream_is_left_alone_for_as_long_as_it_asks_within_bounds(played, asked, after):
    played.answer = UpstreamTrouble("it answered 429", everything=True, retry_after=asked)
    assert await played.get() is Missing.AWAY
    played.answer = Fetched(a_copy(), 600.0)
    played.now += after - 1
    assert await played.get("/b") is Missing.AWAY
    played.now += 1
    assert await played.get("/b") == Found(a_copy(), 600.0)


async def test_whoever_could_have_a_stale_copy_waits_a_second_for_a_slow_upstream(played):
    await played.get()
    played.now += 600
    played.flowing.clear()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await played.get() == Found(a_copy(), 0.0)
    assert loop.time() - begun >= 0.95
    # The fetch goes on, and nobody who comes later waits for it again.
    begun = loop.time()
    assert await asyncio.gather(*[played.get() for _ in range(100)]) == [Found(a_copy(), 0.0)] * 100
    assert loop.time() - begun < 0.9
    played.answer = Fetched(a_copy(b"2"), 600.0)
    played.flowing.set()
    fresh = Found(a_copy(b"2"), 600.0)
    await eventually(lambda: played.cache.known(at()) == fresh, "the new version to be kept")
    assert len(played.asked) == 2


async def test_whoever_has_no_copy_waits_as_long_as_is_set_and_the_next_one_has_it():
    played = Played(wait_timeout=0.05)
    played.flowing.clear()
    assert await played.get() is Missing.AWAY
    played.flowing.set()
    fresh = Found(a_copy(), 600.0)
    await eventually(lambda: played.cache.known(at()) == fresh, "the file to be kept")
    assert len(played.asked) == 1


async def test_what_an_earlier_process_kept_is_checked_and_serves_while_the_upstream_is_away(played):
    played.cache.restore(f"{BASE}/a", a_copy())
    played.cache.restore(f"{BASE}/b", a_copy())
    played.answer = Fetched(None, 600.0)
    assert await played.get("/a") == Found(a_copy(), 600.0)
    assert played.asked == [("/a", '"v"')]
    played.answer = AWAY
    assert await played.get("/b") == Found(a_copy(), 0.0)


async def test_an_answer_that_says_unchanged_to_nobody_is_of_no_use(played):
    played.answer = Fetched(None, 600.0)
    assert await played.get() is Missing.AWAY
    assert played.told == ["unusable"]


async def test_an_end_leaves_no_fetch_behind_and_those_who_wait_get_an_answer(played):
    played.flowing.clear()
    waiting = asyncio.create_task(played.get())
    await asyncio.sleep(0)
    await played.cache.close()
    assert await waiting is Missing.AWAY
    assert played.under_way == 0
