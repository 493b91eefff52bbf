"""Kills while an endpoint comes and goes: what was acknowledged is received, each person's events in their order."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cluster.waiting import eventually, until
from tests.nameplate_ingestion.mounted import Mounts, document
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


@dataclass
class Person:
    """Sends one event after the other, each once, whatever becomes of it."""

    name: str
    socket: Path
    sent: int = 0
    acknowledged: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Send until cancelled; connect again when cut off."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
            except OSError:
                await asyncio.sleep(0.02)
                continue
            try:
                while True:
                    await self._send(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.sent = self.sent, self.sent + 1
        event = {"userId": self.name, "event": "e", "messageId": f"{self.name}-{number}", "properties": {"n": number}}
        body = json.dumps(event | {"writeKey": "k3y"}).encode()
        writer.write(b"POST /v1/track HTTP/1.1\r\nHost: cdp.acme.com\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(answer.split("content-length: ")[1].split("\r\n")[0]))
        assert answer.startswith("http/1.1 200"), answer
        self.acknowledged.add(number)


def firsts(api: TrackingApi) -> dict[str, list[int]]:
    """Return the numbers that came for each person, in the order of their first arrival."""
    found: dict[str, dict[int, None]] = {}
    for event in list(api.taken):
        found.setdefault(event["userId"], {})[event["properties"]["n"]] = None
    return {name: list(numbers) for name, numbers in found.items()}


async def live(service: IngestionProcess, people: list[Person], endpoint: Endpoint, rng: random.Random) -> None:
    """Let all send while the endpoint comes and goes, and kill the service in the midst of it."""
    before = sum(len(person.acknowledged) for person in people)
    running = [asyncio.create_task(person.run()) for person in people]
    await eventually(lambda: sum(len(each.acknowledged) for each in people) > before, "an acknowledgement")
    # In the first round nobody is killed before somebody came in vain.
    await eventually(lambda: endpoint.there or endpoint.turned_away, "a post while the endpoint is away")
    for _ in range(rng.randrange(1, 4)):
        endpoint.there = rng.random() < 0.5
        await asyncio.wait(running, timeout=rng.uniform(0, LONGEST / 3), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.to_thread(service.kill)
    for task in running:
        task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended


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

            def all_came() -> bool:
                came = firsts(api)
                return all(each.acknowledged <= set(came.get(each.name, ())) for each in people)

            until(all_came, "all acknowledged events to arrive")
            assert service.terminate() == 0
        finally:
            service.close()
    came = firsts(api)
    for person in people:
        assert came[person.name] == sorted(came[person.name]), f"{person.name}'s events came out of order"
        assert max(came[person.name]) < person.sent, "nothing was made up"
    acknowledged, received = sum(len(each.acknowledged) for each in people), sum(map(len, came.values()))
    report(
        "Kills while an endpoint comes and goes",
        f"{rounds} kills: {acknowledged} events acknowledged, {received} received, {len(api.taken)} deliveries.",
    )
