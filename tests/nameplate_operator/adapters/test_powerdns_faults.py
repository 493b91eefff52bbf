"""PowerDnsZones when its server is away, slow, angry or talks nonsense: one error, in words for the owner."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.powerdns_zones import PowerDnsZones
from nameplate_operator.ports import Conflict, ProviderError, Zone
from nameplate_operator.records import bare_zone
from tests.cluster.machine import Machine
from tests.nameplate_operator.powerdns_server import settings
from tests.world.http_faults import FaultProxy, HttpFault, Point
from tests.world.powerdns import PowerDNS

NS = ("x7.ns1.platform.example", "x7.ns2.platform.example")
UNAVAILABLE, RATE_LIMITED, REJECTED = Reason.PROVIDER_UNAVAILABLE, Reason.RATE_LIMITED, Reason.CREDENTIALS_REJECTED


@pytest.fixture
def proxy(powerdns: PowerDNS) -> Iterator[FaultProxy]:
    with FaultProxy(powerdns.api_url) as proxy:
        yield proxy


@pytest.fixture
async def zones(proxy: FaultProxy, key_file: Path) -> AsyncIterator[PowerDnsZones]:
    provider = PowerDnsZones(settings(proxy.url, key_file), request_timeout=20)
    yield provider
    await provider.close()


async def find_at_last(zones: PowerDnsZones, name: str) -> Zone | None:
    """Ask again as a pass does: on a busy machine even a healthy answer may take longer than a brief wait."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(ProviderError):
                return await zones.find(name)


READ_ITS_LOG = "Platform team: read the DNS provider's log."


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(
            HttpFault(status=503, body=b"<html>away</html>"),
            (UNAVAILABLE, "The DNS provider answers with HTTP status 503. Wait; it is asked again.", False, None),
            id="5xx",
        ),
        pytest.param(
            HttpFault(status=302, headers={"Location": "http://127.0.0.1:1/"}),
            (UNAVAILABLE, "The DNS provider answers with HTTP status 302. Wait; it is asked again.", False, None),
            id="a redirect is not followed",
        ),
        pytest.param(
            HttpFault(status=429, headers={"Retry-After": "17"}),
            (RATE_LIMITED, "The DNS provider asks us to slow down. Wait; it is asked again.", False, 17.0),
            id="429 with a pause",
        ),
        pytest.param(
            HttpFault(status=429, headers={"Retry-After": "99999999"}),
            (RATE_LIMITED, "The DNS provider asks us to slow down. Wait; it is asked again.", False, 3600.0),
            id="429 with an absurd pause",
        ),
        pytest.param(
            HttpFault(status=422, body=b'{"error": "bad\\u001b[31m' + b"x" * 5000 + b'"}'),
            (UNAVAILABLE, f"The DNS provider refuses the request: bad?[31m{'x' * 192}…. {READ_ITS_LOG}", True, 300.0),
            id="422 with a hostile text",
        ),
        pytest.param(
            HttpFault(status=403),
            (
                REJECTED,
                "The DNS provider refuses the operator's key. Platform team: correct the operator's credentials.",
                True,
                60.0,
            ),
            id="403",
        ),
        pytest.param(
            HttpFault(status=200, body=b"welcome"),
            (UNAVAILABLE, "The DNS provider's answer cannot be understood.", False, None),
            id="no JSON",
        ),
        pytest.param(
            HttpFault(status=200, body=b'{"id": "a.", "name": "a.", "rrsets": [{"type": "A"}]}'),
            (UNAVAILABLE, "The DNS provider's answer cannot be understood.", False, None),
            id="JSON of another shape",
        ),
        pytest.param(
            HttpFault(status=200, body=b"[" * 3_000_000),
            (UNAVAILABLE, "The DNS provider's answer is too large. Wait; it is asked again.", False, None),
            id="an endless answer",
        ),
        pytest.param(
            HttpFault(drop=True),
            (UNAVAILABLE, "The connection to the DNS provider broke. Wait; it is asked again.", False, None),
            id="the connection is cut",
        ),
    ],
)
async def test_a_fault_comes_out_in_words(
    zones: PowerDnsZones, proxy: FaultProxy, name: str, fault: HttpFault, expected: tuple[object, ...]
) -> None:
    proxy.inject(fault)
    with pytest.raises(ProviderError) as caught:
        await zones.find(name)
    error = caught.value
    assert (error.reason, error.message, error.refused, error.retry_after) == expected


async def test_a_server_that_is_away_is_asked_again_when_it_is_back(
    zones: PowerDnsZones, proxy: FaultProxy, name: str
) -> None:
    await zones.find(name)
    proxy.go_down()
    with pytest.raises(ProviderError) as caught:
        await zones.find(name)
    assert (caught.value.reason, caught.value.refused) == (UNAVAILABLE, False)
    proxy.come_up()
    assert await zones.find(name) is None


async def test_a_silent_server_is_given_up(proxy: FaultProxy, key_file: Path, name: str) -> None:
    zones = PowerDnsZones(settings(proxy.url, key_file), request_timeout=0.2)
    proxy.hold()
    with pytest.raises(ProviderError) as caught:
        await zones.find(name)
    assert caught.value.message == "The DNS provider did not answer in time. Wait; it is asked again."
    proxy.release()
    await zones.close()


async def test_a_server_that_stays_silent_is_given_up_sooner_and_comes_back_at_once(
    proxy: FaultProxy, key_file: Path, name: str
) -> None:
    zones = PowerDnsZones(settings(proxy.url, key_file), request_timeout=5)
    proxy.hold()
    for longest in (8, 3, 3):
        with Machine() as machine, pytest.raises(ProviderError):
            await zones.find(name)
        assert machine.net() <= longest
    proxy.release()
    assert await find_at_last(zones, name) is None
    await zones.close()


async def test_one_zone_that_hangs_keeps_no_other_from_being_found(
    proxy: FaultProxy, key_file: Path, name: str
) -> None:
    zones = PowerDnsZones(settings(proxy.url, key_file), request_timeout=2)
    proxy.inject(HttpFault(delay=60), path=f"zones/{name}")
    for _ in range(2):
        with pytest.raises(ProviderError):
            await zones.find(name)
        assert await find_at_last(zones, f"other.{name}") is None
    await zones.close()


async def test_a_zone_made_although_the_answer_was_lost_is_found(
    zones: PowerDnsZones, proxy: FaultProxy, name: str
) -> None:
    records = bare_zone(name, "t0k3n", NS)
    proxy.inject(HttpFault(Point.AFTER_EFFECT, drop=True), methods={"POST"}, times=1)
    with pytest.raises(ProviderError):
        await zones.create(name, NS, records)
    with pytest.raises(Conflict):
        await zones.create(name, NS, records)
    found = await zones.find(name)
    assert found is not None
    assert sorted(found.records) == sorted(records)


async def test_the_key_never_passes_a_proxy_of_the_environment(
    powerdns: PowerDNS, proxy: FaultProxy, key_file: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    zones = PowerDnsZones(settings(powerdns.api_url, key_file))
    assert await zones.find(name) is None
    assert proxy.exchanges == []
    await zones.close()


async def test_a_new_key_counts_without_a_restart_and_is_never_shown(
    zones: PowerDnsZones, key_file: Path, name: str, powerdns: PowerDNS, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write(key_file, b"s3cr3t-but-wrong")
    with pytest.raises(ProviderError) as caught:
        await zones.find(name)
    assert (caught.value.reason, caught.value.refused) == (REJECTED, True)
    write(key_file, f"{powerdns.api_key}\n".encode())
    assert await zones.find(name) is None
    said = caplog.text + repr(caught.value)
    assert "s3cr3t" not in said
    assert powerdns.api_key not in said


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"two\nlines", id="two lines"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param("schlüssel".encode(), id="not ASCII"),
    ],
)
async def test_an_unusable_key_file_is_said_and_nothing_is_sent(
    zones: PowerDnsZones, proxy: FaultProxy, key_file: Path, name: str, content: bytes
) -> None:
    write(key_file, content)
    with pytest.raises(ProviderError) as caught:
        await zones.find(name)
    assert (caught.value.reason, caught.value.refused) == (REJECTED, True)
    assert proxy.exchanges == []
