"""The fault proxy acts at the point that was asked for, on the request that was meant, and streams everything else."""

import asyncio
import gzip
import queue
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from tests.world.http_faults import WRITES, Exchange, FaultProxy, HttpFault, Point
from tests.world.loop_thread import LoopThread
from tests.world.loopback_certificate import self_signed

PATIENCE = 30.0
"""Seconds in which everything comes about on a machine with other work to do."""
CUT = (httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError)


class Upstream:
    """Keeps what was done to it; `/watch` streams a line for each `tick`, for ever."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.ticks: asyncio.Queue[bytes] = asyncio.Queue()
        self.thread = LoopThread("upstream")

    async def open(self, tls: ssl.SSLContext | None = None) -> str:
        self.runner = web.ServerRunner(web.Server(self.handle), handle_signals=False, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0, ssl_context=tls).start()
        return f"{'https' if tls else 'http'}://127.0.0.1:{self.runner.addresses[0][1]}"

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.text()
        self.done.append(f"{request.method} {request.raw_path} {body}".strip())
        if request.path != "/watch":
            headers = {"X-Seen": request.headers.get("X-Asked", ""), "Set-Cookie": "a=b"}
            return web.Response(text=f"did {body}", status=201 if body else 200, headers=headers)
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(await self.ticks.get())

    def tick(self, line: bytes) -> None:
        self.thread.loop.call_soon_threadsafe(self.ticks.put_nowait, line)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    if hasattr(server, "runner"):
        server.thread.run(server.runner.cleanup())
    server.thread.close()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[FaultProxy]:
    with FaultProxy(upstream.thread.run(upstream.open())) as running:
        yield running


@pytest.fixture
async def client(proxy: FaultProxy) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=proxy.url, trust_env=False, timeout=PATIENCE) as ready:
        yield ready


async def test_without_faults_everything_passes_unchanged(
    client: httpx.AsyncClient, proxy: FaultProxy, upstream: Upstream
) -> None:
    answer = await client.patch("/a%2Fb?x=%20y", content=b"one", headers={"X-Asked": "hello"})
    assert (answer.status_code, answer.text) == (201, "did one")
    assert (answer.headers["X-Seen"], answer.headers["Set-Cookie"]) == ("hello", "a=b")
    assert (await client.head("/")).headers["Content-Length"] == "4"
    assert upstream.done == ["PATCH /a%2Fb?x=%20y one", "HEAD /"]
    assert [(e.number, e.method, e.query, e.body, e.status) for e in proxy.exchanges] == [
        (1, "PATCH", "x= y", b"one", 201),
        (2, "HEAD", "", b"", 200),
    ]


async def test_a_compressed_body_passes_as_it_came(
    client: httpx.AsyncClient, proxy: FaultProxy, upstream: Upstream
) -> None:
    octets = gzip.compress(b"one")
    await client.put("/", content=octets, headers={"Content-Encoding": "gzip"})
    assert upstream.done == ["PUT / one"]
    assert (proxy.exchanges[0].body, proxy.exchanges[0].headers["content-encoding"]) == (octets, "gzip")


@pytest.mark.parametrize(
    ("point", "outcome"),
    [
        pytest.param(Point.BEFORE_FORWARDING, ([], False), id="before the request leaves"),
        pytest.param(Point.AFTER_EFFECT, (["PUT / one"], False), id="after the effect, before the answer"),
        pytest.param(Point.AFTER_ANSWER, (["PUT / one"], True), id="after the answer"),
    ],
)
async def test_a_connection_is_cut_at_each_point(
    client: httpx.AsyncClient, proxy: FaultProxy, upstream: Upstream, point: Point, outcome: tuple[list[str], bool]
) -> None:
    done, answered = outcome
    met = threading.Event()
    fault = HttpFault(point, hook=lambda _: met.set(), drop=True)
    proxy.inject(fault, methods=WRITES, nth=1)
    if answered:
        assert (await client.put("/", content=b"one")).text == "did one"
    else:
        with pytest.raises(CUT):
            await client.put("/", content=b"one")
    assert await asyncio.to_thread(met.wait, PATIENCE)
    assert upstream.done == done
    assert (proxy.exchanges[0].status, proxy.exchanges[0].fault) == (201 if done else None, fault)
    # On a connection of its own: the hook is called before the first one is closed.
    async with httpx.AsyncClient(base_url=proxy.url, trust_env=False, timeout=PATIENCE) as later:
        assert (await later.put("/", content=b"two")).text == "did two"


@pytest.mark.parametrize(
    ("point", "done"),
    [
        pytest.param(Point.BEFORE_FORWARDING, [], id="instead of the effect"),
        pytest.param(Point.AFTER_EFFECT, ["GET /"], id="after the effect"),
    ],
)
async def test_another_answer_is_given(
    client: httpx.AsyncClient, proxy: FaultProxy, upstream: Upstream, point: Point, done: list[str]
) -> None:
    proxy.inject(HttpFault(point, status=503, body=b"away", headers={"Retry-After": "7"}), times=1)
    answer = await client.get("/")
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "away", "7")
    assert upstream.done == done
    assert (await client.get("/")).status_code == 200


async def test_a_hook_after_the_answer_is_called_though_the_client_has_hung_up(
    client: httpx.AsyncClient, proxy: FaultProxy
) -> None:
    met: queue.SimpleQueue[Exchange] = queue.SimpleQueue()
    for nth in range(1, 11):
        proxy.inject(HttpFault(Point.AFTER_ANSWER, delay=0.05, hook=met.put), nth=nth)
    for _ in range(10):
        await client.get("/", headers={"Connection": "close"})
    proxy.cut_connections()
    assert {(await asyncio.to_thread(met.get, timeout=PATIENCE)).number for _ in range(10)} == set(range(1, 11))


def test_a_taken_port_is_an_error_that_leaves_nothing_open(proxy: FaultProxy) -> None:
    with pytest.raises(OSError, match="in use"):
        FaultProxy(proxy.upstream, port=proxy.port).start()


async def test_a_delay_holds_one_request_and_no_other(client: httpx.AsyncClient, proxy: FaultProxy) -> None:
    proxy.inject(HttpFault(delay=600), path="^/slow$")
    slow = asyncio.create_task(client.get("/slow"))
    assert (await client.get("/slower")).status_code == 200
    assert not slow.done()
    slow.cancel()


async def test_a_hook_that_takes_its_time_holds_up_nobody_else(client: httpx.AsyncClient, proxy: FaultProxy) -> None:
    let_go = threading.Event()
    proxy.inject(HttpFault(hook=lambda _: let_go.wait(PATIENCE)), path="^/held$")
    held = asyncio.create_task(client.get("/held"))
    assert (await client.get("/other")).status_code == 200
    let_go.set()
    assert (await held).status_code == 200


async def test_only_the_nth_matching_request_is_meant(client: httpx.AsyncClient, proxy: FaultProxy) -> None:
    seen: list[Exchange] = []
    proxy.inject(HttpFault(status=500, hook=seen.append), methods={"POST", "DELETE"}, path="/zones/", nth=2)
    asked = [
        ("POST", "/zones/a"),
        ("GET", "/zones/a"),
        ("POST", "/other"),
        ("DELETE", "/zones/a"),
        ("POST", "/zones/b"),
    ]
    assert [(await client.request(*one)).status_code for one in asked] == [200, 200, 200, 500, 200]
    assert [(e.number, e.method) for e in seen] == [(4, "DELETE")]
    proxy.heal()
    assert proxy.injections == []


async def test_a_watch_streams_falls_silent_and_is_cut(
    client: httpx.AsyncClient, proxy: FaultProxy, upstream: Upstream
) -> None:
    async with client.stream("GET", "/watch") as watch:
        lines = watch.aiter_lines()
        for line in ("one", "two"):
            upstream.tick(f"{line}\n".encode())
            assert await asyncio.wait_for(anext(lines), PATIENCE) == line
        proxy.hold()
        upstream.tick(b"three\n")
        late = asyncio.ensure_future(anext(lines))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(late), 0.2)
        proxy.release()
        assert await asyncio.wait_for(late, PATIENCE) == "three"
        proxy.cut_connections()
        with pytest.raises(CUT):
            await asyncio.wait_for(anext(lines), PATIENCE)


async def test_a_proxy_that_is_down_refuses_and_comes_back_at_the_same_place(
    client: httpx.AsyncClient, proxy: FaultProxy
) -> None:
    await client.get("/")
    proxy.go_down()
    with pytest.raises(CUT):
        await client.get("/")
    proxy.come_up()
    assert (await client.get("/")).status_code == 200


async def test_an_upstream_that_is_away_looks_like_a_cut(
    client: httpx.AsyncClient, proxy: FaultProxy, upstream: Upstream
) -> None:
    upstream.thread.run(upstream.runner.cleanup())
    with pytest.raises(CUT):
        await client.get("/")
    assert proxy.exchanges[0].status is None


async def test_tls_is_ended_and_begun_anew(upstream: Upstream, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    server, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certificate)
    server.load_cert_chain(certificate)
    url = upstream.thread.run(upstream.open(server))
    with FaultProxy(url, tls=server, upstream_tls=trusting) as proxy:
        async with httpx.AsyncClient(verify=trusting, trust_env=False, timeout=PATIENCE) as client:
            assert (await client.post(f"{proxy.url}/x", content=b"one")).text == "did one"
            proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True))
            with pytest.raises(CUT):
                await client.post(f"{proxy.url}/x", content=b"two")
    assert upstream.done == ["POST /x one", "POST /x two"]
