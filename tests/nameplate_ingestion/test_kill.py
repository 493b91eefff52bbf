"""No acknowledged event is lost, however often and whenever the whole service is killed."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.nameplate_ingestion.load import Load
from tests.nameplate_ingestion.mounted import WEBSITE, Mounts, document
from tests.world.ingestion_process import IngestionProcess, delivered

ROUNDS = 200
LONGEST = 0.6
"""Seconds of load before the end comes; all moments are as likely."""


async def under_load(load: Load, seconds: float) -> None:
    """Let the load run for a while."""
    running = asyncio.create_task(load.run())
    await asyncio.wait({running}, timeout=seconds)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def killed_in(service: IngestionProcess, load: Load, seconds: float) -> None:
    """Kill the service in the midst of load, which goes on a little."""

    async def both() -> None:
        running = asyncio.create_task(load.run())
        await asyncio.wait({running}, timeout=seconds)
        await asyncio.to_thread(service.kill)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(both())


def lines_by_id(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what the file sink has, by messageId."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in delivered(data):
        found.setdefault(line["event"]["messageId"], []).append(line)
    return found


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("workers", [1, 2])
def test_every_acknowledged_event_is_delivered_after_any_number_of_kills(
    mounts: Mounts, tmp_path: Path, counted: Callable[[int], list[int]], rng: random.Random, workers: int
):
    app = {"name": "app", "type": "Mobile", "writeKey": "app-key", "durability": "Sink"}
    mounts.write(document(sources=[WEBSITE | {"durability": "Disk"}, app]))
    arguments = [*mounts.arguments(), "--workers", str(workers)]
    service = IngestionProcess(tmp_path, arguments, tmp_path / "s")
    load = Load(tmp_path / "s", keys=("k3y", "app-key"))
    moments = [rng.uniform(0, LONGEST) for _ in range(ROUNDS)]
    acknowledged_before = 0
    busy = 0
    try:
        for number in counted(ROUNDS):
            service.start()
            service.wait_ready()
            killed_in(service, load, moments[number])
            busy += len(load.acknowledged) > acknowledged_before
            acknowledged_before = len(load.acknowledged)
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
    assert busy, "some round must have been killed under load"
    print(f"{len(load.sent)} sent, {len(load.acknowledged)} acknowledged, {sum(map(len, found.values()))} delivered")
