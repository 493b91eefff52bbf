"""Worlds in which the name is delegated, in all the shapes that parents and paths have."""

from tests.world.dns import faults
from tests.world.dns.world import DnsWorld
from tests.worlds.table import NS1, NS2, OURS, TOKEN, Table

table = Table()


@table.true()
def plain(world: DnsWorld) -> None:
    """The NS records are as they must be."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true(nameservers=(), token=None)
def anything_listed_will_do(world: DnsWorld) -> None:
    """Nothing is expected, and every listed server answers for the zone."""
    world.zone("acme.example").delegate("cdp", to=["ns1.cloud.test", "ns2.cloud.test"])
    world.hosted("cdp.acme.example", nameservers=["ns1.cloud.test", "ns2.cloud.test"])


@table.true()
def upper_case(world: DnsWorld) -> None:
    """The customer typed upper-case letters."""
    world.zone("acme.example").delegate("CDP", to=[NS1.upper(), NS2.title()])
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true(name="cdp.eu.acme.example", zone="eu.acme.example")
def deepest_zone(world: DnsWorld) -> None:
    """There is one more zone between the customer's domain and the name, at another provider."""
    world.zone("acme.example")
    world.zone("eu.acme.example", nameservers=["ns1.provider.test", "ns2.provider.test"]).delegate("cdp", to=OURS)
    world.hosted("cdp.eu.acme.example", token=TOKEN)


@table.true(name="cdp.eu.acme.example", zone="eu.acme.example")
def zones_share_servers(world: DnsWorld) -> None:
    """The zone and the one above it are on the same servers, so that no referral lies between them."""
    above = world.zone("acme.example")
    world.zone("eu.acme.example", on=above).delegate("cdp", to=OURS)
    world.hosted("cdp.eu.acme.example", token=TOKEN)


@table.true(name="cdp.a.b.acme.example")
def empty_labels_between(world: DnsWorld) -> None:
    """Labels that hold nothing lie between zone and name."""
    world.zone("acme.example").delegate("cdp.a.b", to=OURS)
    world.hosted("cdp.a.b.acme.example", token=TOKEN)


@table.true()
def tld_serves_the_domain(world: DnsWorld) -> None:
    """The TLD's own servers also serve the customer's domain."""
    world.zone("acme.example", on=world["example"]).delegate("cdp", to=OURS)
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true()
def parent_served_by_us(world: DnsWorld) -> None:
    """The customer's domain and the name are both on our servers: the parent answers with authority."""
    child = world.hosted("cdp.acme.example", token=TOKEN)
    world.zone("acme.example", on=child).delegate("cdp", to=OURS)


@table.true()
def one_parent_server_dead(world: DnsWorld) -> None:
    """One of the parent's servers is dead."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    parent.servers[0].stop()
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true()
def one_parent_server_lame(world: DnsWorld) -> None:
    """One of the parent's servers refuses."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    parent.servers[1].forget(parent)
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true()
def signed_all_the_way(world: DnsWorld) -> None:
    """Parent and child are signed, and the DS record fits."""
    parent = world.zone("acme.example")
    child = world.hosted("cdp.acme.example", token=TOKEN)
    parent.delegate("cdp", to=OURS, ds=child.sign())
    parent.sign()


@table.true()
def signed_parent_only(world: DnsWorld) -> None:
    """The parent is signed, the zone is not, and the parent proves that no DS stands above it."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    parent.sign()
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true()
def old_servers(world: DnsWorld) -> None:
    """No server of the parent knows EDNS: one says FORMERR, one drops it."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    parent.servers[0].inject(faults.no_edns("FORMERR"))
    parent.servers[1].inject(faults.drops_edns())
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true()
def cut_short(world: DnsWorld) -> None:
    """The parent's answers are cut short on UDP and whole over TCP."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    for server in parent.servers:
        server.inject(faults.truncated())
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true(nameservers=("ns1.cdp.acme.example", "ns2.cdp.acme.example"))
def own_names_with_glue(world: DnsWorld) -> None:
    """The name servers lie within the zone, and the parent gives their addresses along."""
    world.zone("acme.example")
    world.zone("cdp.acme.example").add_records("_nameplate", "TXT", f'"{TOKEN}"')


@table.true()
def no_addresses_along(world: DnsWorld) -> None:
    """No referral gives an address along; the servers' names lead through other zones."""
    parent = world.zone("acme.example", nameservers=["ns1.provider.test", "ns1.hoster.example"])
    parent.delegate("cdp", to=OURS)
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true()
def below_a_wildcard(world: DnsWorld) -> None:
    """A wildcard stands beside the delegation."""
    parent = world.zone("acme.example")
    parent.add_records("*", "A", "192.0.2.1")
    parent.delegate("cdp", to=OURS)
    world.hosted("cdp.acme.example", token=TOKEN)
