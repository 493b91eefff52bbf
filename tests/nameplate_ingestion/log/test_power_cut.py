"""The log against a model of it, through kills, power cuts and rot: an acknowledged record is lost only if it rots."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from nameplate_api.custom_domain import Durability
from nameplate_ingestion.log.durable_log import DurableLog
from nameplate_ingestion.log.terms import Caps, NotTaken
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.log.forgetful_files import ForgetfulFiles
from tests.nameplate_ingestion.log.using import STOPPED

CAPS = Caps(segment=1 << 13)
DIRECTORY = Path("/log")


class Lives(RuleBasedStateMachine):
    """One log through many lives; the model is a list of records and the set of those that must still be there."""

    seen: ClassVar[Counter[str]] = Counter()
    """Of all logs together, for the report."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.appended: list[bytes] = []
        self.owed: set[int] = set()
        self.waiting: set[int] = set()
        self.rotten: set[int] = set()
        self.begin(ForgetfulFiles())

    def begin(self, files: ForgetfulFiles) -> None:
        self.files = files
        self.waiting = set()
        self.log = DurableLog.open(DIRECTORY, CAPS, self.loop, files, STOPPED)
        assert self.rotten or self.log.losses.damaged == ()

    def take(self, level: Durability, size: int) -> int:
        number, log = len(self.appended), self.log
        octets = b"<%08d>" % number + bytes([number % 256]) * size
        self.appended.append(octets)
        if level is Durability.DISK:
            self.waiting.add(number)

        def done(reason: NotTaken | None) -> None:
            if log is self.log and level is Durability.DISK:
                assert reason is None, log.failure
                self.waiting.remove(number)
                self.owed.add(number)
                self.seen["acknowledged"] += 1

        assert log.append(octets, level, done) is None, log.failure
        return number

    async def settle(self) -> None:
        await eventually(lambda: not self.waiting, "all are told", look_every=0.001)

    @rule(level=st.sampled_from(Durability), size=st.integers(0, 5000), count=st.integers(1, 6))
    def append(self, level: Durability, size: int, count: int) -> None:
        for _ in range(count):
            self.take(level, size)

    @rule(turns=st.integers(1, 20))
    def go_on(self, turns: int) -> None:
        for _ in range(turns):
            self.loop.run_until_complete(asyncio.sleep(0))

    @rule()
    def wait_for_all(self) -> None:
        self.loop.run_until_complete(self.settle())

    # What is owed by now depends on the log's threads: no choice of what comes next may depend on it.
    @rule(which=st.integers(0, 1000))
    def rot(self, which: int) -> None:
        whole = sorted(self.owed - self.rotten)
        if not whole:
            return
        number = whole[which % len(whole)]
        assert self.files.rot(self.appended[number]), "an acknowledged record is in none of the files"
        self.rotten.add(number)

    @rule(most_octets=st.integers(0, 10_000), share=st.floats(0, 1))
    def deliver(self, most_octets: int, share: float) -> None:
        if not self.owed - self.rotten:
            return
        records = self.loop.run_until_complete(self.log.read(self.log.retired, most_octets))
        for position, octets in records[: int(len(records) * share) + 1]:
            assert octets == self.appended[number_of(octets)]
            self.log.retire(position)
            self.owed.discard(number_of(octets))

    @rule(seed=st.integers(0, 2**32))
    def cut_the_power(self, seed: int) -> None:
        self.seen["power cuts"] += 1
        self.end_life(self.files.after_power_cut(random.Random(seed)))  # noqa: S311 - repeatable, not secret

    @rule()
    def kill(self) -> None:
        self.seen["kills"] += 1
        self.end_life(self.files.after_kill())

    @rule()
    def restart(self) -> None:
        self.loop.run_until_complete(self.log.close())
        assert not self.waiting
        self.end_life(self.files.after_kill())

    def end_life(self, left: ForgetfulFiles) -> None:
        dead = self.log
        self.begin(left)
        self.loop.run_until_complete(dead.close())
        self.loop.run_until_complete(self.compare())

    async def compare(self) -> None:
        """Read all that there is: each as it was appended, in order, once, and none missing that is owed."""
        last = self.take(Durability.DISK, 0)
        found: list[int] = []
        after = self.log.retired
        while last not in found:
            async with asyncio.timeout(20):
                records = await self.log.read(after, 3000)
            for position, octets in records:
                assert octets == self.appended[number_of(octets)]
                assert position > after
                found.append(number_of(octets))
                after = position
        assert found == sorted(set(found))
        assert self.owed - self.rotten <= set(found)
        assert self.rotten.isdisjoint(found)
        await self.settle()

    def teardown(self) -> None:
        self.loop.run_until_complete(self.log.close())
        self.loop.close()


def number_of(octets: bytes) -> int:
    return int(octets[1:9])


def test_no_acknowledged_record_is_lost(pytestconfig: pytest.Config, report: Callable[[str, str], None]):
    Lives.seen.clear()
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=400 if pytestconfig.getoption("soak") else 25,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    seen = Lives.seen
    assert seen["acknowledged"]
    report(
        "Power cuts under the log",
        f"Random lives of logs: {seen['power cuts']} power cuts and {seen['kills']} kills. Of {seen['acknowledged']} "
        "acknowledged records, none was missing that had neither been delivered nor rotted.",
    )
