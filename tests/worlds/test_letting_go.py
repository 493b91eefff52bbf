"""Whether a name may be let go, asked of real servers: only where every server that counts was heard."""

from collections.abc import Callable

import pytest

from nameplate_operator.delegation.look import DelegationLook
from nameplate_operator.delegation.parents import ParentServers
from nameplate_operator.ports import CutCache, ProviderError
from tests.world.dns import faults
from tests.world.dns.world import DnsWorld
from tests.worlds import zones_above
from tests.worlds.asking import TIMEOUT, resolver
from tests.worlds.table import OURS, Case
from tests.worlds.zones_above import AT_SHOP, HOSTS


async def delegates(world: DnsWorld, name: str) -> bool:
    """Ask as the release of a claim does."""
    return await ParentServers(DelegationLook(resolver(world), TIMEOUT, CutCache())).delegates(name, OURS, "")


@pytest.mark.parametrize("case", zones_above.table.cases, ids=lambda case: case.build.__name__)
async def test_a_server_above_the_parent_that_cannot_be_asked_changes_nothing(
    case: Case, dns_world: Callable[[], DnsWorld]
) -> None:
    world = dns_world()
    case.build(world)
    assert await delegates(world, case.name) is (case.verdict == "True")


def unheard(world: DnsWorld) -> None:
    """Silence the second name server itself."""
    world.nameserver(HOSTS[1]).inject(faults.silent())


@pytest.mark.parametrize("broken", [zones_above.silent, zones_above.homeless, unheard])
async def test_a_name_above_that_one_server_denies_is_not_gone_while_another_was_not_heard(
    broken: Callable[[DnsWorld], None], dns_world: Callable[[], DnsWorld]
) -> None:
    world = dns_world()
    world.zone("shop", nameservers=HOSTS)
    broken(world)
    with pytest.raises(ProviderError, match=HOSTS[1]):
        await delegates(world, AT_SHOP)


async def test_a_name_above_that_every_server_denies_is_gone(dns_world: Callable[[], DnsWorld]) -> None:
    world = dns_world()
    world.zone("shop", nameservers=HOSTS)
    assert await delegates(world, AT_SHOP) is False
