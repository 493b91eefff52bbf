"""Memory of the running program while the sinks of many domains are away: one budget, and all are served."""

import asyncio

from tests.nameplate_ingestion.mounted import Mounts, document
from tests.nameplate_ingestion.test_memory import GOOD, MIB, Growth, ask
from tests.world.ingestion_process import IngestionProcess

DOMAINS = 12
BATCHES = 12
EVENTS = 2000


def post(domain: str, number: int) -> bytes:
    """Return a batch of small events of as many people as a request."""
    events = b",".join(b'{"type":"page","userId":"u%d-%d"}' % (number, each) for each in range(EVENTS))
    body = b'{"writeKey":"k3y","batch":[%b]}' % events
    lines = [b"POST /v1/b HTTP/1.1", b"Host: api." + domain.encode(), b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def test_many_domains_whose_sinks_are_away_take_no_more_memory_than_one_budget(
    service: IngestionProcess, mounts: Mounts
):
    domains = ["cdp.acme.com", *(f"d{number}.acme.com" for number in range(1, DOMAINS))]
    mounts.settings.joinpath("settings.json").unlink(missing_ok=True)
    for domain in domains:
        mounts.write(document(domain, sink={"forward": {"url": "http://127.0.0.1:9"}}), domain)
    service.start()
    service.wait_ready()
    growth = Growth(service)

    async def fill() -> None:
        for number in range(BATCHES):
            for domain in domains:
                assert await ask(service.socket, post(domain, number)) == b"200 " + GOOD

    asyncio.run(fill())
    assert growth.most() <= 64 * MIB
