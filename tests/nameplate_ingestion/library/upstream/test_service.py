"""A worker's upstream, over HTTP: what it asks for by itself, what a restart finds, and what it does with trouble."""

import asyncio
import gzip
import json
import sys
import threading
from collections import Counter

import pytest

from nameplate_ingestion.library.upstream import cache, service
from nameplate_ingestion.library.upstream.disk import DiskCopies
from nameplate_ingestion.library.upstream.service import Upstream
from nameplate_ingestion.library.upstream.terms import Address, Found, Missing, Wanted
from tests.cluster.waiting import eventually
from tests.nameplate_ingestion.library.upstream.cdn import Cdn, File
from tests.world.http_faults import FaultProxy, HttpFault

FILE = "/next-integrations/integrations/a/1.0.0/a.dynamic.js.gz"
SETTINGS = "/v1/projects/k3y/settings"
BODY = gzip.compress(b"window.a = 1")
JSON = {"Content-Type": "application/json"}
DOCUMENT = json.dumps({"integrations": {"A": {"b": 1}}}).encode()
FILES = {
    FILE: File(BODY, {"Content-Type": "text/javascript", "Content-Encoding": "gzip", "Cache-Control": "max-age=600"}),
    SETTINGS: File(DOCUMENT, JSON | {"Cache-Control": "max-age=86400"}),
}
DOMAIN = "cdp.acme.com"


class World:
    """A CDN, what may happen on the way to it, and workers one after the other on one directory."""

    def __init__(self, cdn, proxy, directory):
        self.cdn, self.proxy, self.directory = cdn, proxy, directory
        self.now = 5000.0
        self.results = Counter()
        self.upstream = None

    async def start(self, keys=("k3y",)):
        self.upstream = Upstream(self.directory, 0, 1, self._told, lambda: self.now)
        await self.follow(*keys)

    async def follow(self, *keys):
        await self.upstream.follow([Address(self.proxy.url, f"/v1/projects/{key}/settings") for key in keys])

    async def restart(self):
        await self.upstream.close()
        await self.start()

    async def ask(self, path, domain, base=None):
        told = asyncio.get_running_loop().create_future()
        self.upstream.ask(Wanted(Address(base or self.proxy.url, path), domain), told.set_result)
        return await told

    async def file(self, path=FILE):
        return await self.ask(path, DOMAIN)

    async def document(self, path=SETTINGS):
        return await self.ask(path, None)

    def paths(self):
        return [each.path for each in self.proxy.exchanges]

    def _told(self, kind, result):
        self.results[kind, result] += 1


@pytest.fixture
async def world(tmp_path, monkeypatch):
    # A busy machine may take longer than a page may wait.
    monkeypatch.setattr(cache, "STALE_AFTER", 60.0)
    monkeypatch.setattr(service, "DOCUMENTS", service.DOCUMENTS._replace(wait_timeout=60.0))
    with Cdn(FILES) as cdn, FaultProxy(cdn.url) as proxy:
        world = World(cdn, proxy, tmp_path / "upstream")
        await world.start()
        yield world
        await world.upstream.close()


async def test_settings_are_asked_for_before_any_page_wants_them(world):
    await eventually(lambda: world.results["settings", "fetched"], "the document to be kept")
    told = []
    world.upstream.ask(Wanted(Address(world.proxy.url, SETTINGS), None), told.append)
    assert [found.copy.body for found in told] == [DOCUMENT]
    assert world.paths() == [SETTINGS]
    # Changes there arrive within five minutes, whatever the upstream says.
    assert (await world.document()).fresh_for == 300.0
    world.now += 300
    assert (await world.document()).copy.body == DOCUMENT
    assert world.paths() == [SETTINGS] * 2
    assert world.results == {("settings", "fetched"): 1, ("settings", "unchanged"): 1}


async def test_a_source_that_is_new_is_asked_for_when_it_is_served(world):
    await world.document()
    world.cdn.files["/v1/projects/new/settings"] = FILES[SETTINGS]
    await world.follow("k3y", "new")
    await eventually(lambda: world.results["settings", "fetched"] == 2, "the document to be kept")
    assert world.paths() == [SETTINGS, "/v1/projects/new/settings"]


async def test_a_file_is_served_as_it_was_sent(world):
    found = await world.file()
    assert found.fresh_for == 600.0
    assert (found.copy.body, found.copy.gzip, found.copy.content_type) == (BODY, True, "text/javascript")
    assert (await world.file()).copy is found.copy
    assert world.paths().count(FILE) == 1


async def test_a_restart_finds_copies_while_the_upstream_is_away(world):
    file, document = await world.file(), await world.document()
    world.proxy.go_down()
    await world.restart()
    assert await world.file() == Found(file.copy, 0.0)
    assert await world.document() == Found(document.copy, 0.0)
    assert await world.file("/next-integrations/b.js") is Missing.AWAY


async def test_a_restart_asks_whether_its_copies_still_hold(world):
    await world.file()
    await world.restart()
    assert (await world.file()).fresh_for == 600.0
    assert world.results["file", "unchanged"] == 1


async def test_copies_of_an_upstream_that_is_no_longer_ours_are_not_served(world):
    await world.file()
    await world.upstream.close()
    with FaultProxy(world.cdn.url) as other:
        world.upstream = Upstream(world.directory, 0, 1, world._told)
        await world.upstream.follow([Address(other.url, SETTINGS)])
        world.proxy.go_down()
        assert await world.file() is Missing.AWAY
        await world.ask(SETTINGS, None, other.url)
        await world.upstream.close()
        assert len(list(world.directory.glob("0/*/*"))) == 1


@pytest.mark.parametrize(
    "fault", [HttpFault(drop=True), HttpFault(status=500), HttpFault(status=302, headers={"Location": "/x"})]
)
async def test_stale_copies_are_served_whatever_is_wrong_with_the_upstream(world, fault):
    file, document = await world.file(), await world.document()
    world.now += 86_400
    world.proxy.inject(fault)
    for _ in range(20):
        assert await world.file() == Found(file.copy, 0.0)
        assert await world.document() == Found(document.copy, 0.0)
    assert len(world.paths()) == 4
    world.proxy.heal()
    world.now += 15
    assert (await world.file()).fresh_for == 600.0
    assert (await world.document()).fresh_for == 300.0


@pytest.mark.parametrize("garbage", [b"<html>", b"[]", b'{"integrations":', bytes(300_000)])
async def test_garbage_never_replaces_a_settings_document(world, garbage):
    document = await world.document()
    world.cdn.files[SETTINGS] = File(garbage, JSON)
    world.now += 300
    assert await world.document() == Found(document.copy, 0.0)
    assert world.results["settings", "unusable"] == 1


async def test_a_page_whose_settings_the_upstream_is_slow_with_waits_for_a_second(world, monkeypatch):
    monkeypatch.undo()
    await world.restart()
    world.proxy.hold()
    await world.follow("k3y", "slow")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await world.document("/v1/projects/slow/settings") is Missing.AWAY
    assert loop.time() - begun < 5
    world.proxy.release()


async def test_nobody_who_has_no_upstream_loads_what_asks_it(tmp_path):
    upstream = Upstream(tmp_path / "upstream", 0, 1, lambda *_: None)
    await upstream.follow([])
    await upstream.close()
    assert not (tmp_path / "upstream").exists()


async def test_a_worker_loads_no_client_until_it_has_something_to_ask():
    module = "nameplate_ingestion.library.upstream.service"
    code = f"import sys, {module}; sys.exit(bool({{'httpx', 'pydantic'}} & {{*sys.modules}}))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == 0


async def test_an_end_while_the_upstream_is_silent_comes_soon(world):
    world.proxy.hold()
    waiting = asyncio.create_task(world.file())
    await eventually(lambda: FILE in world.paths(), "the request to arrive")
    async with asyncio.timeout(8):
        await world.upstream.close()
        assert await waiting is Missing.AWAY
    world.proxy.release()


async def test_what_workers_of_a_former_number_kept_goes(world):
    await world.document()
    await world.upstream.close()
    for number in (1, 2):
        (world.directory / str(number) / "files").mkdir(parents=True)
    world.upstream = Upstream(world.directory, 0, 2, world._told)
    await world.follow("k3y")
    assert sorted(each.name for each in world.directory.iterdir()) == ["0", "1"]


async def test_a_disk_that_hangs_keeps_nobody_waiting(world, monkeypatch):
    await world.upstream.close()
    go_on = threading.Event()
    monkeypatch.setattr(service, "_RESTORE_TIMEOUT", 0.05)
    monkeypatch.setattr(DiskCopies, "load", lambda *_: go_on.wait(60) and [])
    try:
        await world.start()
        assert (await world.document()).copy.body == DOCUMENT
    finally:
        go_on.set()
