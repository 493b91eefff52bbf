"""How long a sink is left alone."""

import pytest

from nameplate_ingestion.delivery.timing import Pause, Timing


class Clock:
    """Sleeping moves it, and it remembers by how much."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def pause(self, random=1.0):
        return Pause(Timing(lambda: self.now, self.sleep, lambda: random))


async def test_nobody_waits_for_a_sink_that_did_not_fail():
    clock = Clock()
    await clock.pause().wait()
    assert clock.slept == []


async def test_the_pause_doubles_up_to_a_minute_and_begins_anew_after_a_success():
    clock = Clock()
    pause = clock.pause()
    for _ in range(11):
        pause.failed(None)
        await pause.wait()
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    pause.succeeded()
    pause.failed(None)
    await pause.wait()
    assert clock.slept[-1] == 0.25


async def test_chance_takes_away_up_to_half_of_it():
    clock = Clock()
    pause = clock.pause(random=0.0)
    pause.failed(None)
    await pause.wait()
    assert clock.slept == [0.125]


async def test_lanes_that_fail_at_the_same_time_make_one_failure():
    clock = Clock()
    pause = clock.pause()
    for _ in range(8):
        pause.failed(None)
    await pause.wait()
    pause.failed(None)
    await pause.wait()
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize(("asked", "waited"), [(42.0, 42.25), (0.0, 0.25), (1e9, 300.25)])
async def test_what_the_sink_asks_for_is_waited_at_least_within_reason(asked, waited):
    clock = Clock()
    pause = clock.pause()
    pause.failed(asked)
    await pause.wait()
    assert clock.slept == [waited]


async def test_what_the_sink_asks_of_one_lane_counts_for_all():
    clock = Clock()
    pause = clock.pause()
    pause.failed(None)
    pause.failed(42.0)
    pause.failed(7.0)
    await pause.wait()
    assert clock.slept == [42.5]
