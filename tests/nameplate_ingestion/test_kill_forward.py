"""Kills while an endpoint comes and goes: what was acknowledged is received, each person's events in their order."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.waiting import eventually, until
from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.people import Person, acknowledged, all_came, check_came, firsts, sending
from tests.nameplate_ingestion.sinks.tracking_api import Post, Told, TrackingApi
from tests.world.ingestion_process import IngestionProcess

PEOPLE = 12
LONGEST = 0.5
"""Seconds from the first acknowledgement of a round to the kill."""


@dataclass
class Endpoint:
    """Takes all, or nothing and hangs up."""

    there: bool = False
    turned_away: int = 0

    def answer(self, _: Post) -> Told:
        self.turned_away += not self.there
        return Told() if self.there else Told(503, hang_up=True)


async def live(service: IngestionProcess, people: list[Person], endpoint: Endpoint, rng: random.Random) -> None:
    """Let all send while the endpoint comes and goes, and kill the service in the midst of it."""
    before = acknowledged(people)
    async with sending(people):
        await eventually(lambda: acknowledged(people) > before, "an acknowledgement")
        # In the first round nobody is killed before somebody came in vain.
        await eventually(lambda: endpoint.there or endpoint.turned_away, "a post while the endpoint is away")
        for _ in range(rng.randrange(1, 4)):
            endpoint.there = rng.random() < 0.5
            await asyncio.sleep(rng.uniform(0, LONGEST / 3))
        await asyncio.to_thread(service.kill)


@pytest.mark.timeout(1800)
def test_an_endpoint_receives_what_was_acknowledged_in_each_persons_order_after_any_number_of_kills(
    mounts: Mounts, tmp_path: Path, rng: random.Random, pytestconfig: pytest.Config, report: Callable[[str, str], None]
):
    endpoint, rounds = Endpoint(), 80 if pytestconfig.getoption("soak") else 8
    people = [Person(f"p{number}", tmp_path / "s") for number in range(PEOPLE)]
    service = IngestionProcess(tmp_path, mounts.arguments(), tmp_path / "s")
    with TrackingApi(endpoint.answer) as api:
        mounts.write(document(sink={"forward": {"url": api.url}}))
        try:
            for _ in range(rounds):
                service.start()
                service.wait_ready()
                asyncio.run(live(service, people, endpoint, rng))
            endpoint.there = True
            service.start()
            service.wait_ready()
            until(lambda: all_came(people, firsts(list(api.taken))), "all acknowledged events to arrive")
            assert service.terminate() == 0
        finally:
            service.close()
    came = firsts(api.taken)
    check_came(people, came)
    received = sum(map(len, came.values()))
    report(
        "Kills while an endpoint comes and goes",
        f"{rounds} kills: {acknowledged(people)} events acknowledged, {received} received, "
        f"{len(api.taken)} deliveries.",
    )
