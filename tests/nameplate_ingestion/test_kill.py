"""No acknowledged event is lost, however often and whenever the whole service is killed."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.waiting import eventually, until
from tests.nameplate_ingestion.load import Load
from tests.nameplate_ingestion.mounted import WEBSITE, Mounts, document
from tests.world.ingestion_process import IngestionProcess, SinkLines, delivered

ROUNDS = 200
LONGEST = 0.6
"""Seconds of load before the end comes; all moments are as likely."""
LEAST_BUSY = 0.75
"""The share of rounds in which at least one event must have been acknowledged before the end."""
IDLE_EVERY = 5
"""Rounds, in one of which the moment counts from the start of the load; in all others from its first acknowledgement.

How long the first takes is a matter of the machine: were it in every round, a slow one would have few of them busy.
"""
UNDRAINED_EVERY = 4
"""Rounds, in one of which the end comes while what is left of earlier ones may still be under way."""


async def under_load(load: Load, seconds: float) -> None:
    """Let the load run for a while."""
    running = asyncio.create_task(load.run())
    await asyncio.wait({running}, timeout=seconds)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def killed_in(service: IngestionProcess, load: Load, seconds: float, *, busy: bool) -> None:
    """Kill the service in the midst of load, which goes on a little; if busy, once something was acknowledged."""
    before = len(load.acknowledged)

    async def both() -> None:
        running = asyncio.create_task(load.run())
        if busy:
            await eventually(lambda: len(load.acknowledged) > before, "an event to be acknowledged")
        await asyncio.wait({running}, timeout=seconds)
        await asyncio.to_thread(service.kill)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(both())


class Arrivals:
    """The ids of what the file sink has, read on each time from where the last look ended."""

    def __init__(self, data: Path) -> None:
        self.ids: set[str] = set()
        self._lines = SinkLines(data)

    def hold(self, ids: set[str]) -> bool:
        """Look again, and say whether all of these are there."""
        self.ids |= {line["event"]["messageId"] for line in self._lines.read_on()}
        return ids <= self.ids


def lines_by_id(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what the file sink has, by messageId."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in delivered(data):
        found.setdefault(line["event"]["messageId"], []).append(line)
    return found


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("workers", [1, 2])
def test_every_acknowledged_event_is_delivered_after_any_number_of_kills(
    mounts: Mounts,
    tmp_path: Path,
    counted: Callable[[int], list[int]],
    rng: random.Random,
    report: Callable[[str, str], None],
    *,
    workers: int,
):
    app = {"name": "app", "type": "Mobile", "writeKey": "app-key", "durability": "Sink"}
    mounts.write(document(sources=[WEBSITE | {"durability": "Disk"}, app]))
    arguments = [*mounts.arguments(), "--workers", str(workers)]
    service = IngestionProcess(tmp_path, arguments, tmp_path / "s")
    load = Load(tmp_path / "s", keys=("k3y", "app-key"))
    moments = [rng.uniform(0, LONGEST) for _ in range(ROUNDS)]
    arrivals, busy, rounds = Arrivals(mounts.data), 0, counted(ROUNDS)
    try:
        for place, number in enumerate(rounds):
            service.start()
            service.wait_ready()
            before = len(load.acknowledged)
            if place % UNDRAINED_EVERY:
                until(lambda: arrivals.hold(load.acknowledged), "what was left by those before to arrive", 120)
            killed_in(service, load, moments[number], busy=bool(place % IDLE_EVERY))
            busy += len(load.acknowledged) > before
        service.start()
        service.wait_ready()
        asyncio.run(under_load(load, 0.2))
        assert service.terminate() == 0
    finally:
        service.close()
    found = lines_by_id(mounts.data)
    lost = load.acknowledged - found.keys()
    assert not lost, f"{len(lost)} of {len(load.acknowledged)} acknowledged events are lost: {sorted(lost)[:5]}"
    assert found.keys() <= load.sent.keys(), "nothing was made up"
    differing = [each for each in found.values() if any(line != each[0] for line in each)]
    assert not differing, f"deliveries of one event differ: {differing[0]}"
    assert busy >= LEAST_BUSY * len(rounds), f"only {busy} of {len(rounds)} rounds were killed under load"
    report(
        f"Kills of the ingestion service, workers: {workers}",
        f"{len(rounds)} kills, {busy} of them after an acknowledgement in their round: {len(load.sent)} events sent, "
        f"{len(load.acknowledged)} acknowledged, {len(lost)} of these lost; {len(found)} received, in "
        f"{sum(map(len, found.values()))} deliveries.",
    )
