"""Kills of the whole service, and at times of its broker: what was acknowledged is consumed, in each one's order."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.waiting import eventually, until
from tests.nameplate_ingestion.mounted import WEBSITE, Json, Mounts, document
from tests.nameplate_ingestion.people import Person, acknowledged, all_came, check_came, firsts, sending
from tests.world.ingestion_process import IngestionProcess
from tests.world.kafka import Kafka

PEOPLE = 12
LONGEST = 0.5
"""Seconds from the first acknowledgement of a round to the kill."""
BROKER_TOO_EVERY = 4
"""Rounds, in one of which the broker is killed a moment before the service, and comes back after it."""


@pytest.fixture
def kafka() -> Iterator[Kafka]:
    """A broker for one test."""
    with Kafka() as broker:
        yield broker


def consumed(kafka: Kafka) -> list[Json]:
    """Return the events of the topic, partition by partition."""
    return [json.loads(message.value() or b"") for partition in kafka.messages("events") for message in partition]


async def live(service: IngestionProcess, people: list[Person], seconds: float, broker: Kafka | None) -> None:
    """Let all send, and kill the service, after the broker if it is given, in the midst of it."""
    before = acknowledged(people)
    async with sending(people):
        await eventually(lambda: acknowledged(people) > before, "an acknowledgement")
        await asyncio.sleep(seconds)
        if broker is not None:
            await asyncio.to_thread(broker.kill)
            known = acknowledged(people)
            await eventually(lambda: acknowledged(people) > known + PEOPLE, "an acknowledgement without a broker")
        await asyncio.to_thread(service.kill)


@pytest.mark.timeout(1800)
def test_a_topic_holds_what_was_acknowledged_in_each_persons_order_after_any_number_of_kills(
    mounts: Mounts,
    kafka: Kafka,
    tmp_path: Path,
    *,
    rng: random.Random,
    pytestconfig: pytest.Config,
    report: Callable[[str, str], None],
):
    kafka.create_topic("events")
    sources = [WEBSITE | {"durability": "Disk"}]
    mounts.write(document(sources=sources, sink={"kafka": {"bootstrapServers": [kafka.bootstrap], "topic": "events"}}))
    people = [Person(f"p{number}", tmp_path / "s") for number in range(PEOPLE)]
    service = IngestionProcess(tmp_path, mounts.arguments(), tmp_path / "s")
    rounds = 80 if pytestconfig.getoption("soak") else 8
    try:
        for number in range(1, rounds + 1):
            service.start()
            service.wait_ready()
            broker = None if number % BROKER_TOO_EVERY else kafka
            asyncio.run(live(service, people, rng.uniform(0, LONGEST), broker))
            if broker is not None:
                broker.start()
        service.start()
        service.wait_ready()
        until(
            lambda: all_came(people, firsts(consumed(kafka))),
            "all acknowledged events to arrive",
            timeout=120,
            look_every=0.5,
        )
        assert service.terminate() == 0
    finally:
        service.close()
    events = consumed(kafka)
    came = firsts(events)
    check_came(people, came)
    report(
        "Kills of the service before a Kafka broker",
        f"{rounds} kills, in {rounds // BROKER_TOO_EVERY} of them of the broker too: {acknowledged(people)} events "
        f"acknowledged, {sum(map(len, came.values()))} consumed, in {len(events)} messages.",
    )
