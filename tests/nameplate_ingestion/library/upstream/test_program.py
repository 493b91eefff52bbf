"""The running program with an upstream CDN: pages get its files by the customer's own name, strangers get little."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.cluster.waiting import eventually, until
from tests.nameplate_ingestion.library.upstream.cdn import Cdn, File
from tests.nameplate_ingestion.mounted import BACKEND, WEBSITE, Mounts, document
from tests.nameplate_ingestion.test_memory import MIB, Growth
from tests.world.http_faults import FaultProxy
from tests.world.ingestion_process import IngestionProcess

HOST = "cdn.cdp.acme.com"
FILE = "/next-integrations/integrations/a/1.0.0/a.dynamic.js.gz"
SETTINGS = "/v1/projects/k3y/settings"
SCRIPT = gzip.compress(b"window.aDeps = []")
OURS = {
    "integrations": {"Segment.io": {"apiKey": "k3y", "apiHost": "api.cdp.acme.com/v1"}},
    "metrics": {"sampleRate": 0, "host": "api.cdp.acme.com/v1"},
}
THEIRS = {"integrations": {"A": {"b": 1}, "Segment.io": {"apiHost": "api.segment.io/v1"}}, "plan": {"track": {}}}
MERGED = OURS | {"integrations": {"A": {"b": 1}} | OURS["integrations"], "plan": {"track": {}}}
FETCHED = 'nameplate_ingestion_upstream_fetches_total{kind="%s",result="%s"}'


class World:
    """The program, the CDN, and what may happen between them."""

    def __init__(self, cdn: Cdn, proxy: FaultProxy, service: IngestionProcess, mounts: Mounts) -> None:
        self.cdn, self.proxy, self.service = cdn, proxy, service
        hosts = ["cdp.acme.com", "api.cdp.acme.com", HOST]
        self._mount = lambda **more: mounts.write(document(hosts=hosts, sources=[WEBSITE, BACKEND], **more))
        mounts.write_keys({"backend": b"s3cret"})
        self._mount(library={"upstream": proxy.url})

    def start(self) -> None:
        self.service.start()
        self.service.wait_ready()

    def get(self, path: str, **headers: str) -> httpx.Response:
        with self.service.client() as client:
            return client.get(path, headers={"Host": HOST} | headers)

    def settings(self) -> Any:
        answer = self.get(SETTINGS)
        assert answer.status_code == 200
        return answer.json()

    def wait_for_theirs(self) -> None:
        """On a busy machine they may come too late for the first page."""
        until(lambda: self.settings() == MERGED, "the upstream's settings")

    def have_no_upstream(self) -> None:
        self._mount(revision="r2")


@pytest.fixture
def world(service: IngestionProcess, mounts: Mounts) -> Iterator[World]:
    files = {
        FILE: File(SCRIPT, {"Content-Type": "text/javascript", "Content-Encoding": "gzip"}),
        SETTINGS: File(json.dumps(THEIRS).encode(), {"Content-Type": "application/json"}),
    }
    with Cdn(files) as cdn, FaultProxy(cdn.url) as proxy:
        yield World(cdn, proxy, service, mounts)
        service.close()


def test_a_page_finds_destinations_and_their_settings_by_the_customer_s_own_name(world: World):
    world.start()
    world.wait_for_theirs()
    with world.service.client() as client, client.stream("GET", FILE, headers={"Host": HOST}) as answer:
        assert b"".join(answer.iter_raw()) == SCRIPT
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert world.get(FILE, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert world.get("/next-integrations/none.js").status_code == 404
    assert world.get("/v1/projects/s3cret/settings").status_code == 404
    assert sorted(world.cdn.paths) == [FILE, "/next-integrations/none.js", SETTINGS]
    assert not [asked for asked in world.cdn.asked if {"cookie", "authorization", "origin"} & asked.headers.keys()]

    def counted() -> bool:
        metrics = world.service.metrics()
        return all(
            metrics.get(FETCHED % each) == 1
            for each in (("file", "fetched"), ("file", "absent"), ("settings", "fetched"))
        )

    until(counted, "the fetches to be counted")


def test_events_go_on_whatever_the_upstream_does_and_a_restart_finds_copies(world: World):
    world.start()
    world.wait_for_theirs()
    assert world.get(FILE).text == "window.aDeps = []"
    assert world.service.terminate() == 0
    world.proxy.go_down()
    world.start()
    assert world.settings() == MERGED
    assert world.get(FILE).text == "window.aDeps = []"
    assert world.get("/next-integrations/b.js").status_code == 503
    event = {"userId": "u", "event": "e", "writeKey": "k3y"}
    assert world.service.post("api.cdp.acme.com", "/v1/track", event).status_code == 200


def test_a_first_page_starts_without_its_destinations_while_the_upstream_is_silent(world: World):
    world.proxy.hold()
    world.start()
    answer = world.get(SETTINGS)
    assert answer.json() == OURS
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.elapsed.total_seconds() < 10
    world.proxy.release()
    world.wait_for_theirs()


def test_an_upstream_may_be_taken_away_while_the_service_runs(world: World):
    world.start()
    world.wait_for_theirs()
    world.have_no_upstream()
    until(lambda: world.settings() == OURS, "the settings to be ours alone")
    assert world.get(FILE).status_code == 404


def test_who_asks_for_what_nobody_has_reaches_the_upstream_a_bounded_number_of_times(world: World):
    world.start()
    assert world.get(FILE).status_code == 200
    growth = Growth(world.service)

    async def ask(asker: int) -> list[bytes]:
        reader, writer = await asyncio.open_unix_connection(str(world.service.socket))
        statuses = []
        for number in range(100):
            path = f"/next-integrations/{asker}-{number}{'x' * 200}.js"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            statuses.append(head.split()[1])
        writer.close()
        return statuses

    async def all_at_once() -> list[list[bytes]]:
        async with asyncio.timeout(60):
            return await asyncio.gather(*(ask(asker) for asker in range(20)))

    statuses = [status for each in asyncio.run(all_at_once()) for status in each]
    assert set(statuses) == {b"404", b"503"}
    # A hundred at once, and two a second after that.
    assert len(world.cdn.paths) <= 100 + 2 * 60
    assert world.cdn.at_once <= 12
    assert world.get(FILE).status_code == 200
    assert growth.most() <= 8 * MIB


def test_requests_that_wait_for_the_upstream_take_little_memory(world: World):
    world.start()
    world.wait_for_theirs()
    growth = Growth(world.service)
    world.cdn.files["/next-integrations/a.js"] = File()
    world.proxy.hold()
    head = f"GET /next-integrations/a.js HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 500000\r\n\r\n".encode()

    async def all_wait() -> None:
        connections = []
        for _ in range(100):
            reader, writer = await asyncio.open_unix_connection(str(world.service.socket))
            writer.write(head + bytes(500_000))
            await writer.drain()
            connections.append((reader, writer))
        await eventually(lambda: world.proxy.exchanges[-1].path == "/next-integrations/a.js", "the request")
        world.proxy.release()
        async with asyncio.timeout(60):
            statuses = {(await reader.readline()).split()[1] for reader, _ in connections}
        # Nobody waits for longer than ten seconds.
        assert statuses <= {b"200", b"503"}
        for _, writer in connections:
            writer.transport.abort()

    asyncio.run(all_wait())
    # Their bodies alone would be 50 MB.
    assert growth.most() <= 24 * MIB


def test_the_largest_files_take_bounded_memory_however_slowly_they_are_read(world: World):
    names = [f"/next-integrations/{number}.js" for number in range(20)]
    for number, name in enumerate(names):
        world.cdn.files[name] = File(number.to_bytes() * MIB)
    world.cdn.files["/next-integrations/larger.js"] = File(bytes(MIB + 1))
    world.start()
    growth = Growth(world.service)
    assert [world.get(name).status_code for name in names] == [200] * 20
    assert world.get("/next-integrations/larger.js").status_code == 503
    request = b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (names[-1].encode(), HOST.encode())

    async def read_nothing() -> None:
        slow = []
        for _ in range(200):
            reader, writer = await asyncio.open_unix_connection(str(world.service.socket), limit=1)
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(request)
            slow.append(writer)
        # Whoever comes behind them shows that all of theirs were read.
        reader, writer = await asyncio.open_unix_connection(str(world.service.socket))
        writer.write(request)
        assert (await reader.readline()).split()[1] == b"200"
        for each in (*slow, writer):
            each.transport.abort()

    asyncio.run(read_nothing())
    # All copies are 8 MiB; the answers alone would be 200 MiB.
    assert growth.most() <= 32 * MIB
