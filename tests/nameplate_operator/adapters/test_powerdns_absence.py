"""PowerDnsZones believes that there is no zone only where PowerDNS itself says so, never a 404 from somewhere else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.adapters.powerdns_zones import PowerDnsZones
from nameplate_operator.ports import Conflict, ProviderError, Zone
from nameplate_operator.records import bare_zone
from tests.nameplate_operator.powerdns_server import settings
from tests.world.http_faults import FaultProxy, HttpFault
from tests.world.powerdns import PowerDNS

NS = ("x7.ns1.platform.example", "x7.ns2.platform.example")
ELSEWHERE = (
    "What answers at the DNS provider's address does not know our server there. "
    "Platform team: check zones.powerDns.url and serverId in the operator's settings."
)
BACKEND = HttpFault(status=404, body=b"<html>default backend - 404</html>")

Attempt = Callable[[PowerDnsZones, str], Awaitable[object]]
ATTEMPTS: dict[str, Attempt] = {
    "find": lambda zones, name: zones.find(name),
    "delete": lambda zones, name: zones.delete(Zone(f"{name}.", name, NS)),
    "create": lambda zones, name: zones.create(name, NS, bare_zone(name, "t0k3n", NS)),
}
every_attempt = pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)


@pytest.fixture
def proxy(powerdns: PowerDNS) -> Iterator[FaultProxy]:
    with FaultProxy(powerdns.api_url) as proxy:
        yield proxy


@pytest.fixture
async def behind(proxy: FaultProxy, key_file: Path) -> AsyncIterator[PowerDnsZones]:
    provider = PowerDnsZones(settings(proxy.url, key_file))
    yield provider
    await provider.close()


async def failed(attempt: Attempt, zones: PowerDnsZones, name: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await attempt(zones, name)
    assert not isinstance(caught.value, Conflict)
    assert caught.value.reason == Reason.PROVIDER_UNAVAILABLE
    return caught.value


@every_attempt
async def test_a_404_from_in_front_of_the_server_is_no_missing_zone(
    zones: PowerDnsZones, behind: PowerDnsZones, proxy: FaultProxy, name: str, attempt: Attempt
) -> None:
    made = await zones.create(name, NS, bare_zone(name, "t0k3n", NS))
    proxy.inject(BACKEND)
    assert (await failed(attempt, behind, name)).message == ELSEWHERE
    assert await zones.find(name) == made


@every_attempt
@pytest.mark.parametrize("wrong", ["server id", "path"])
async def test_another_servers_404_is_no_missing_zone(
    powerdns: PowerDNS, key_file: Path, name: str, attempt: Attempt, wrong: str
) -> None:
    at = settings(powerdns.api_url, key_file)
    over = {"server_id": "elsewhere"} if wrong == "server id" else {"url": f"{powerdns.api_url}/dns"}
    zones = PowerDnsZones(at.model_copy(update=over))
    assert (await failed(attempt, zones, name)).message == ELSEWHERE
    await zones.close()


@pytest.mark.parametrize("attempt", [ATTEMPTS["find"], ATTEMPTS["delete"]], ids=["find", "delete"])
@pytest.mark.parametrize("body", [b"<html></html>", b"", b"{}", b"null", b'["x"]', b'{"zones": []}'])
async def test_only_a_list_without_the_zone_says_that_there_is_none(
    behind: PowerDnsZones, proxy: FaultProxy, name: str, attempt: Attempt, body: bytes
) -> None:
    proxy.inject(BACKEND, path=f"zones/{name}")
    proxy.inject(HttpFault(status=200, body=body))
    assert (await failed(attempt, behind, name)).message == "The DNS provider's answer cannot be understood."


@pytest.mark.parametrize("attempt", [ATTEMPTS["find"], ATTEMPTS["delete"]], ids=["find", "delete"])
async def test_a_zone_that_is_listed_is_there_although_it_is_not_shown(
    zones: PowerDnsZones, behind: PowerDnsZones, proxy: FaultProxy, name: str, attempt: Attempt
) -> None:
    made = await zones.create(name, NS, bare_zone(name, "t0k3n", NS))
    proxy.inject(BACKEND, path=f"zones/{name}")
    error = await failed(attempt, behind, name)
    assert error.message == f"The DNS provider lists the zone {name}, but does not show it."
    assert await zones.find(name) == made


async def test_a_fault_while_the_absence_is_confirmed_is_no_missing_zone(
    behind: PowerDnsZones, proxy: FaultProxy, name: str
) -> None:
    proxy.inject(HttpFault(status=503), query="zone=")
    error = await failed(ATTEMPTS["find"], behind, name)
    assert error.message == "The DNS provider answers with HTTP status 503. Wait; it is asked again."
