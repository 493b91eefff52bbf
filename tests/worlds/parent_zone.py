"""Worlds in which the parent zone itself is missing, out of reach, broken, or not of one mind."""

from tests.world.dns import faults
from tests.world.dns.world import DnsWorld
from tests.worlds.table import OURS, TOKEN, Table, warning

table = Table()


@table.false("AncestorNotFound", zone="example", says="The domain acme.example does not exist")
def unregistered(world: DnsWorld) -> None:
    """The customer's domain is not registered."""
    world.zone("acme.test")


@table.false("AncestorNotFound", name="cdp.acme.exmaple", zone="", says="The domain exmaple does not exist")
def no_such_tld(world: DnsWorld) -> None:
    """The top-level name is misspelt."""
    world.zone("acme.example")


@table.unknown("ParentUnreachable", says="None of the 2 name servers of acme.example")
def parent_silent(world: DnsWorld) -> None:
    """No server of the parent answers."""
    for server in world.zone("acme.example").servers:
        server.inject(faults.silent())


@table.unknown("ParentUnreachable", says="SERVFAIL")
def parent_fails(world: DnsWorld) -> None:
    """Every server of the parent fails."""
    for server in world.zone("acme.example").servers:
        server.inject(faults.rcode("SERVFAIL"))


@table.unknown(
    "ParentUnreachable",
    homeless=("ns1.provider.test", "ns2.provider.test"),
    says="None of the 2 name servers of acme.example",
)
def parents_cannot_be_looked_up(world: DnsWorld) -> None:
    """The names of the parent's servers cannot be looked up: the provider's own zone does not answer."""
    world.zone("acme.example", nameservers=["ns1.provider.test", "ns2.provider.test"])
    for server in world["provider.test"].servers:
        server.inject(faults.silent())


@table.false("ParentLame", homeless=("ns8.gone.test", "ns9.gone.test"), says="the name server has no address")
def parents_have_no_address(world: DnsWorld) -> None:
    """The names of the parent's servers do not exist."""
    world.zone("gone.test")
    world["example"].delegate("acme", to=["ns8.gone.test", "ns9.gone.test"])


@table.unknown("ParentUnreachable", name="cdp.eu.acme.example", says="None of the 2 name servers of acme.example")
def grandparent_silent(world: DnsWorld) -> None:
    """The zone above the parent does not answer, so the parent is not even found."""
    above = world.zone("acme.example")
    world.zone("eu.acme.example").delegate("cdp", to=OURS)
    for server in above.servers:
        server.stop()


@table.false("ParentLame", says="REFUSED")
def parent_refuses(world: DnsWorld) -> None:
    """The servers listed for the parent do not have it."""
    parent = world.zone("acme.example")
    for server in parent.servers:
        server.forget(parent)


@table.false("ParentLame", says="refers to the root")
def parent_refers_upwards(world: DnsWorld) -> None:
    """The servers listed for the parent point back at the root."""
    for server in world.zone("acme.example").servers:
        server.inject(faults.upward_referral())


@table.false("ParentLame", says="without authority")
def parent_is_a_cache(world: DnsWorld) -> None:
    """The servers listed for the parent are recursive ones that know the right answer."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    world.hosted("cdp.acme.example", token=TOKEN)
    for server in world["acme.example"].servers:
        server.inject(faults.answers("NS", *(f"{host}." for host in OURS), authoritative=False))


@table.true(also=(warning("ParentInconsistent"),), says="1 of 2 servers of acme.example")
def one_server_lags(world: DnsWorld) -> None:
    """One of the parent's servers does not have the new records yet."""
    parent = world.zone("acme.example")
    parent.fork(parent.servers[1])
    parent.delegate("cdp", to=OURS)
    world.hosted("cdp.acme.example", token=TOKEN)


@table.false("DelegationMissing", records=(("Add", "cdp.acme.example", "cdp", "NS", OURS, 3600),))
def one_server_dead_and_nothing_there(world: DnsWorld) -> None:
    """One of the parent's servers is dead, the other has no record."""
    world.zone("acme.example").servers[0].inject(faults.silent())


@table.unknown("EgressBlocked", zone="")
def nothing_gets_out(world: DnsWorld) -> None:
    """No server anywhere answers."""
    world.zone("acme.example")
    world.inject(faults.silent())


@table.unknown("ParentUnreachable", zone="", says="Something on this network, such as a proxy or a VPN, answers DNS")
def somebody_else_answers(world: DnsWorld) -> None:
    """A resolver on the way answers whatever is asked of the root's servers."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    for server in world.root.servers:
        server.inject(faults.answers("NS", "ns1.example.", authoritative=False))


@table.unknown("ParentUnreachable", zone="", says="Something on this network, such as a proxy or a VPN, answers DNS")
def somebody_else_refuses(world: DnsWorld) -> None:
    """A resolver on the way answers for one of the root's servers and refuses, the other is silent."""
    world.zone("acme.example").delegate("cdp", to=OURS)
    world.root.servers[0].inject(faults.silent())
    world.root.servers[1].inject(faults.rcode("REFUSED"))


@table.true(also=(warning("GlueMismatch"),), says="ns2.acme.example")
def old_address_above(world: DnsWorld) -> None:
    """The TLD publishes an address of a name server that the zone itself gives otherwise."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    parent.remove_records("ns2", "A")
    parent.add_records("ns2", "A", "127.0.0.1")
    world.hosted("cdp.acme.example", token=TOKEN)


@table.true(also=(warning("TCPBlocked"),), says="ns1.acme.example")
def parent_without_tcp(world: DnsWorld) -> None:
    """One of the parent's servers cuts its answers short and has TCP closed."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    parent.servers[0].inject(faults.truncated())
    parent.servers[0].close_tcp()
    world.hosted("cdp.acme.example", token=TOKEN)
