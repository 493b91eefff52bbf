"""Worlds in which a zone above the parent lists a name server that cannot be asked, beside one that answers."""

from tests.world.dns import faults
from tests.world.dns.world import DnsWorld, ServedZone
from tests.worlds.table import OURS, TOKEN, Table, add

BELOW = "cdp.eu.acme.example"
AT_SHOP = "cdp.acme.shop"
HOSTS = ("ns1.provider.test", "ns2.broken.test")

table = Table()


def silent(world: DnsWorld) -> None:
    """Keep the address of the second name server from being looked up: the zone that holds it does not answer."""
    for server in world["broken.test"].servers:
        server.inject(faults.silent())


def homeless(world: DnsWorld) -> None:
    """Take the address record of the second name server away."""
    world["broken.test"].remove_records("ns2", "A")


def below_grandparent(world: DnsWorld) -> ServedZone:
    """The parent is a zone of its own within the customer's domain, whose servers are not within it."""
    world.zone("acme.example", nameservers=HOSTS)
    world.hosted(BELOW, token=TOKEN)
    return world.zone("eu.acme.example")


def below_tld(world: DnsWorld) -> ServedZone:
    """The parent stands below a TLD whose servers are not within it."""
    world.zone("shop", nameservers=HOSTS)
    world.hosted(AT_SHOP, token=TOKEN)
    return world.zone("acme.shop")


@table.true(name=BELOW, zone="eu.acme.example")
def grandparent_with_a_silent_host(world: DnsWorld) -> None:
    """A name server of the zone above the parent cannot be looked up; the name is delegated."""
    below_grandparent(world).delegate("cdp", to=OURS)
    silent(world)


@table.true(name=BELOW, zone="eu.acme.example")
def grandparent_with_a_homeless_host(world: DnsWorld) -> None:
    """A name server of the zone above the parent has no address; the name is delegated."""
    below_grandparent(world).delegate("cdp", to=OURS)
    homeless(world)


@table.false("DelegationMissing", name=BELOW, zone="eu.acme.example", records=(add(*OURS, name=BELOW),))
def nothing_below_a_grandparent_with_a_silent_host(world: DnsWorld) -> None:
    """A name server of the zone above the parent cannot be looked up; the name is not delegated."""
    below_grandparent(world)
    silent(world)


@table.false("DelegationMissing", name=BELOW, zone="eu.acme.example", records=(add(*OURS, name=BELOW),))
def nothing_below_a_grandparent_with_a_homeless_host(world: DnsWorld) -> None:
    """A name server of the zone above the parent has no address; the name is not delegated."""
    below_grandparent(world)
    homeless(world)


@table.true(name=AT_SHOP, zone="acme.shop")
def tld_with_a_silent_host(world: DnsWorld) -> None:
    """A name server of the TLD cannot be looked up; the name is delegated."""
    below_tld(world).delegate("cdp", to=OURS)
    silent(world)


@table.true(name=AT_SHOP, zone="acme.shop")
def tld_with_a_homeless_host(world: DnsWorld) -> None:
    """A name server of the TLD has no address; the name is delegated."""
    below_tld(world).delegate("cdp", to=OURS)
    homeless(world)


@table.false("DelegationMissing", name=AT_SHOP, zone="acme.shop", records=(add(*OURS, name=AT_SHOP),))
def nothing_below_a_tld_with_a_silent_host(world: DnsWorld) -> None:
    """A name server of the TLD cannot be looked up; the name is not delegated."""
    below_tld(world)
    silent(world)


@table.false("DelegationMissing", name=AT_SHOP, zone="acme.shop", records=(add(*OURS, name=AT_SHOP),))
def nothing_below_a_tld_with_a_homeless_host(world: DnsWorld) -> None:
    """A name server of the TLD has no address; the name is not delegated."""
    below_tld(world)
    homeless(world)
