"""Worlds in which the delegation is right, but the zone's own servers are not as they must be."""

from tests.world.dns import faults
from tests.world.dns.query import Fault
from tests.world.dns.world import DnsWorld, ServedZone
from tests.worlds.table import NAME, NS1, OURS, TOKEN, Table, remove, warning

table = Table()


def delegated(world: DnsWorld) -> ServedZone:
    """Delegate the name to our servers."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    return world.hosted(NAME, token=TOKEN)


def faulty(world: DnsWorld, fault: Fault, *servers: int) -> None:
    """Put a fault on these of our servers, all of them by default, for the zone and what is in it."""
    child = delegated(world)
    for index in servers or range(len(child.servers)):
        child.servers[index].inject(fault)


@table.false("WrongZoneAnswers", says="from a different hosted zone")
def another_token(world: DnsWorld) -> None:
    """Our servers answer from a zone with another token."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    world.hosted(NAME, token="another")


@table.false("WrongZoneAnswers")
def no_token(world: DnsWorld) -> None:
    """Our servers answer from a zone without any token."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    world.hosted(NAME)


@table.false("NSUnresolvable", nameservers=("ns7.gone.test",), token=None)
def server_without_address(world: DnsWorld) -> None:
    """The only listed name server has no address record."""
    world.publish("www.gone.test", "A", "192.0.2.1")
    world.zone("acme.example").delegate("cdp", to=["ns7.gone.test"])


@table.true(also=(warning("NSUnresolvable"),), nameservers=(NS1, "ns7.gone.test"), says="ns7.gone.test")
def one_server_without_address(world: DnsWorld) -> None:
    """One of the listed name servers has no address record."""
    world.publish("www.gone.test", "A", "192.0.2.1")
    child = world.hosted(NAME, token=TOKEN)
    child.remove_records("@", "NS")
    child.add_records("@", "NS", NS1, "ns7.gone.test")
    world.zone("acme.example").delegate("cdp", to=[NS1, "ns7.gone.test"])


@table.true(also=(warning("NSIsAlias"),), nameservers=("ns1.alias.test", "ns2.alias.test"))
def servers_are_aliases(world: DnsWorld) -> None:
    """The names of the name servers are aliases."""
    hosts = ("ns1.alias.test", "ns2.alias.test")
    for alias, host in zip(hosts, OURS, strict=True):
        world.publish(alias, "CNAME", host)
    child = world.hosted(NAME, token=TOKEN)
    child.remove_records("@", "NS")
    child.add_records("@", "NS", *hosts)
    world.zone("acme.example").delegate("cdp", to=hosts)


@table.false("LameRefused", says="does not serve cdp.acme.example (REFUSED). Platform team: restore the zone.")
def zone_not_there(world: DnsWorld) -> None:
    """Our servers do not have the zone."""
    child = delegated(world)
    for server in child.servers:
        server.forget(child)


@table.true(also=(warning("LameRefused"),))
def zone_not_there_on_one(world: DnsWorld) -> None:
    """One of our servers does not have the zone."""
    child = delegated(world)
    child.servers[0].forget(child)


@table.false("LameRefused", nameservers=(), token=None, says="Whoever runs it: restore the zone.")
def zone_not_there_on_one_of_the_listed(world: DnsWorld) -> None:
    """Nothing is expected, and one of the listed servers does not have the zone."""
    child = delegated(world)
    child.servers[0].forget(child)


@table.false("LameServfail")
def zone_fails(world: DnsWorld) -> None:
    """Our servers fail for the zone."""
    faulty(world, faults.rcode("SERVFAIL"))


@table.false("LameNXDOMAIN")
def zone_denied(world: DnsWorld) -> None:
    """Our servers deny the name."""
    faulty(world, faults.rcode("NXDOMAIN", authoritative=True))


@table.false("LameUpwardReferral", says="to the root")
def zone_referred_upwards(world: DnsWorld) -> None:
    """Our servers point back at the root."""
    faulty(world, faults.upward_referral())


@table.false(
    "NotAuthoritative", says="answers from a cache, not as the owner of the zone. Platform team: restore the zone."
)
def answers_from_a_cache(world: DnsWorld) -> None:
    """Our servers answer without authority."""
    faulty(world, faults.not_authoritative())


@table.false(
    "NotAuthoritative", nameservers=(), token=None, records=(remove(NS1),), says="Remove it from the NS records."
)
def a_cache_is_listed(world: DnsWorld) -> None:
    """Nothing is expected, and one of the listed servers is a cache."""
    faulty(world, faults.not_authoritative(), 0)


@table.unknown("NSTimeout")
def all_silent(world: DnsWorld) -> None:
    """None of our servers answers for the zone."""
    child = delegated(world)
    for server in child.servers:
        server.inject(faults.silent(), name=NAME)


@table.true(also=(warning("NSTimeout"),), says="k1.ns1.platform.example gave no answer")
def one_silent(world: DnsWorld) -> None:
    """One of our servers does not answer for the zone."""
    delegated(world).servers[0].inject(faults.silent(), name=NAME)


@table.false("LameRefused", also=(warning("NSTimeout"),))
def one_silent_one_lame(world: DnsWorld) -> None:
    """One of our servers is silent, the other does not have the zone: nobody serves it."""
    child = delegated(world)
    child.servers[0].inject(faults.silent(), name=NAME)
    child.servers[1].forget(child)


@table.true(also=(warning("TCPBlocked"),), says="needs TCP")
def one_without_tcp(world: DnsWorld) -> None:
    """One of our servers cuts its answers short and has TCP closed."""
    child = delegated(world)
    child.servers[0].inject(faults.truncated(), name=NAME)
    child.servers[0].close_tcp()


@table.unknown("NSTimeout", also=(warning("TCPBlocked"),), says="needs TCP")
def all_without_tcp(world: DnsWorld) -> None:
    """All of our servers cut their answers short and have TCP closed."""
    for server in delegated(world).servers:
        server.inject(faults.truncated(), name=NAME)
        server.close_tcp()


@table.true(also=(warning("ChildNSMismatch"),), says="the zone itself lists ns9.platform.example besides")
def zone_lists_one_more(world: DnsWorld) -> None:
    """The zone itself lists one more server than the parent."""
    delegated(world).add_records("@", "NS", "ns9.platform.example")


@table.true(also=(warning("GlueMismatch"),), nameservers=("ns1.cdp.acme.example", "ns2.cdp.acme.example"), token=None)
def old_glue(world: DnsWorld) -> None:
    """The parent's glue leads to the server, but the zone gives another address for it."""
    world.zone("acme.example")
    child = world.zone(NAME)
    child.remove_records("ns1", "A")
    child.add_records("ns1", "A", "127.0.0.1")


@table.true(
    also=(warning("GlueMismatch"), warning("NSTimeout")),
    nameservers=("ns1.cdp.acme.example", "ns2.cdp.acme.example"),
    token=None,
)
def dead_glue(world: DnsWorld) -> None:
    """A name server has moved, and the parent's glue still leads to where nobody answers."""
    parent = world.zone("acme.example")
    world.zone(NAME)
    dead = world.server()
    dead.stop()
    parent.remove_records("ns1.cdp", "A")
    parent.add_records("ns1.cdp", "A", dead.address)


@table.false("NSUnresolvable", nameservers=("ns1.cdp.acme.example", "ns2.cdp.acme.example"), token=None)
def no_glue(world: DnsWorld) -> None:
    """The name servers lie within the zone, and the parent has no glue for them."""
    parent = world.zone("acme.example")
    world.zone(NAME)
    parent.remove_records("ns1.cdp", "A")
    parent.remove_records("ns2.cdp", "A")


@table.unknown("NSTimeout", says="did not give the TXT record _nameplate.cdp.acme.example")
def token_unreadable(world: DnsWorld) -> None:
    """All of our servers answer for the zone, but fail at its token."""
    for server in delegated(world).servers:
        server.inject(faults.rcode("SERVFAIL"), rdtype="TXT")


@table.true(also=(warning("NSTimeout"),), says="did not give the TXT record")
def token_unreadable_on_one(world: DnsWorld) -> None:
    """One of our servers fails at the zone's token."""
    delegated(world).servers[1].inject(faults.rcode("SERVFAIL"), rdtype="TXT")
