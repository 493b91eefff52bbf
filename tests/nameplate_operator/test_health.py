"""The HTTP server of health, readiness and metrics, over real requests."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from nameplate_operator.health import Health, HealthServer
from nameplate_operator.observability import Metrics


def _speaks_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
async def client(health: Health) -> AsyncIterator[httpx.AsyncClient]:
    server = HealthServer(health, Metrics(), 0, "127.0.0.1")
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield client
    await server.stop()


async def test_without_checks_the_process_is_alive(client: httpx.AsyncClient):
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_one_check_that_fails_makes_the_answer_503_and_each_has_its_line(
    client: httpx.AsyncClient, health: Health
):
    async def asked() -> bool:
        return True

    health.ready = {"first": lambda: False, "second": asked}
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "[-] first\n[+] second\n")
    health.ready["first"] = lambda: True
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.get("/healthz")).status_code == 200


async def test_a_process_that_ends_is_alive_and_not_ready(client: httpx.AsyncClient, health: Health):
    health.ending = True
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


async def test_a_check_that_raises_fails(client: httpx.AsyncClient, health: Health):
    async def broken() -> bool:
        raise RuntimeError("no")

    health.live = {"broken": broken}
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "[-] broken\n")


async def test_metrics_are_in_prometheus_format(client: httpx.AsyncClient):
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert 'nameplate_build_info{version="' in answer.text


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", pytest.param("[::1]", marks=pytest.mark.skipif(not _speaks_ipv6(), reason="no IPv6 loopback"))],
)
async def test_it_is_reached_over_either_family(host: str) -> None:
    server = HealthServer(Health(), Metrics(), 0)
    await server.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://{host}:{server.port}/healthz")).status_code == 200
    await server.stop()


async def test_it_is_reached_where_there_is_no_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.has_dualstack_ipv6", lambda: False)
    await test_it_is_reached_over_either_family("127.0.0.1")


async def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("", 0)) as taken, pytest.raises(OSError, match="in use"):
        await HealthServer(Health(), Metrics(), taken.getsockname()[1]).start()
