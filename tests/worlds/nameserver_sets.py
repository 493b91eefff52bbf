"""Worlds in which the name is delegated, but not to the set of servers that it should be."""

from tests.world.dns import faults
from tests.world.dns.world import DnsWorld
from tests.worlds.table import NAME, NS1, NS2, OURS, TOKEN, Table, add, blocking, remove, unknown, warning

table = Table()
FOREIGN = ("ns1.cloud.test", "ns2.cloud.test")


def delegated(world: DnsWorld, *servers: str, ttl: int = 300) -> None:
    """Delegate the name to these servers, with our zone and the foreign one in place."""
    world.hosted(NAME, nameservers=FOREIGN)
    world.hosted(NAME, token=TOKEN)
    world.zone("acme.example").delegate("cdp", to=servers, ttl=ttl)


@table.false(
    "NSMissingTrailingDot",
    records=(
        remove(f"{NS1}.acme.example", f"{NS2}.acme.example"),
        add(f"{NS1}.", f"{NS2}."),
    ),
    says="your provider added the zone name",
)
def zone_appended(world: DnsWorld) -> None:
    """The provider appended the zone to both values."""
    delegated(world, f"{NS1}.acme.example", f"{NS2}.acme.example")


@table.false("NSMissingTrailingDot", records=(remove(f"{NS2}.acme.example"), add(f"{NS2}.")))
def zone_appended_once(world: DnsWorld) -> None:
    """The provider appended the zone to one value."""
    delegated(world, NS1, f"{NS2}.acme.example")


@table.false(
    "NSMisspelt",
    records=(remove("k1.ns2.platfrom.example"), add(NS2)),
    says="k1.ns2.platfrom.example looks like a typing error for k1.ns2.platform.example",
)
def two_letters_swapped(world: DnsWorld) -> None:
    """One value has two letters swapped."""
    delegated(world, NS1, "k1.ns2.platfrom.example")


@table.false("DelegationElsewhere", records=(remove(*FOREIGN), add(*OURS)), says="ns1.cloud.test, ns2.cloud.test")
def elsewhere(world: DnsWorld) -> None:
    """The name is delegated to somebody else."""
    delegated(world, *FOREIGN)


@table.false("DelegationMixed", records=(remove("ns1.cloud.test"), add(NS2)))
def mixed(world: DnsWorld) -> None:
    """One value is ours, one is somebody else's."""
    delegated(world, NS1, "ns1.cloud.test")


@table.true(also=(warning("DelegationExtraNS", remove("ns1.cloud.test")),))
def one_too_many(world: DnsWorld) -> None:
    """Both values are ours, and one more is somebody else's."""
    delegated(world, NS1, NS2, "ns1.cloud.test")


@table.true("DelegatedPartially", also=(warning("DelegationIncomplete", add(NS2)),))
def one_too_few(world: DnsWorld) -> None:
    """Only one of our two servers is listed."""
    delegated(world, NS1)


@table.true(also=(warning("NSTTLHigh", add(*OURS)),), says="172800 seconds")
def cached_for_two_days(world: DnsWorld) -> None:
    """The NS records may be cached for two days."""
    delegated(world, *OURS, ttl=172800)


@table.true()
def cached_for_one_day(world: DnsWorld) -> None:
    """The NS records may be cached for one day, which is fine."""
    delegated(world, *OURS, ttl=86400)


@table.true(
    "DelegatedPartially",
    also=(warning("DelegationIncomplete", add(NS2)), warning("NSTTLHigh", add(*OURS))),
)
def two_warnings(world: DnsWorld) -> None:
    """One server is missing and the TTL is high: the first in the table is the primary one."""
    delegated(world, NS1, ttl=100000)


@table.false(
    "DelegationMixed",
    records=(remove("ns1.cloud.test", ttl=100000), add(NS2)),
    also=(unknown("NSTimeout"), warning("NSTTLHigh", add(*OURS))),
)
def all_at_once(world: DnsWorld) -> None:
    """One value is somebody else's, the TTL is high, and our servers are silent: the gravest is told first."""
    delegated(world, NS1, "ns1.cloud.test", ttl=100000)
    for server in world[NAME].servers:
        server.inject(faults.silent(), name=NAME)


@table.false(
    "NSMissingTrailingDot",
    records=(remove(f"{NS1}.acme.example"), add(f"{NS1}.")),
    also=(blocking("NSMisspelt", remove("k1.ns2.platfrom.example"), add(NS2)),),
)
def two_mistakes(world: DnsWorld) -> None:
    """The provider appended the zone to one value, and the other is misspelt: both are told, each with its records."""
    delegated(world, f"{NS1}.acme.example", "k1.ns2.platfrom.example")
