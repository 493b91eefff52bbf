"""Addresses, looked up in a private DNS world: from the root, and at a domain's own name servers."""

import pytest

from nameplate_operator.adapters.address_guard import AddressGuard
from nameplate_operator.adapters.dnspython_resolver import DnspythonResolver
from nameplate_operator.adapters.root_hints import read_root_hints
from nameplate_operator.delegation.lookup import AddressLookup
from nameplate_operator.ports import CutCache, ProviderError
from tests.world.dns import faults

NAME = "cdp.acme.example"


@pytest.fixture
def world(dns_world):
    return dns_world()


def lookup(world, timeout=5.0):
    roots = read_root_hints(world.root_hints)
    guard = AddressGuard(allowed=(), addresses=frozenset(), everything=True)
    return AddressLookup(
        DnspythonResolver(roots=roots, port=world.port, join_after=0.5, guard=guard), timeout, CutCache()
    )


async def test_a_host_is_found_from_the_root_over_an_alias(world):
    zone = world.zone("acme.example", servers=2)
    zone.add_records("lb", "A", "192.0.2.7")
    zone.add_records("lb", "AAAA", "2001:db8::7")
    zone.add_records("alias", "CNAME", "lb.acme.example.")
    assert await lookup(world).resolve(["alias.acme.example", "none.acme.example"], "") == ("192.0.2.7", "2001:db8::7")


async def test_a_domain_s_own_servers_are_asked_whatever_the_parent_says(world):
    world.zone("acme.example", servers=2)
    child = world.hosted(NAME, token="t0k3n")
    child.add_records(f"{NAME}.", "A", "192.0.2.1")
    child.add_records("api", "AAAA", "2001:db8::1")
    names = (NAME, f"api.{NAME}", f"cdn.{NAME}")
    said = await lookup(world).resolve_at(child.nameservers, names, "")
    assert said == {NAME: ("192.0.2.1",), f"api.{NAME}": ("2001:db8::1",), f"cdn.{NAME}": ()}


async def test_an_answer_without_authority_tells_nothing(world):
    world.zone("acme.example", servers=2)
    child = world.hosted(NAME, token="t0k3n")
    child.add_records(f"{NAME}.", "A", "192.0.2.1")
    for server in child.servers:
        server.inject(faults.not_authoritative())
    with pytest.raises(ProviderError, match="did not answer"):
        await lookup(world).resolve_at(child.nameservers, (NAME,), "")


@pytest.mark.parametrize("silent", [("A", "AAAA"), ("AAAA",)], ids=["both families", "one family"])
async def test_half_an_answer_is_no_answer(world, silent):
    zone = world.zone("acme.example", servers=2)
    zone.add_records("lb", "A", "192.0.2.7")
    for type_ in silent:
        for server in zone.servers:
            server.inject(faults.silent(), name="lb.acme.example", rdtype=type_)
    with pytest.raises(ProviderError, match=r"lb\.acme\.example could not be looked up"):
        await lookup(world).resolve(["lb.acme.example"], "")
