"""Worlds in which the parent has no delegation of the name, but often something else instead."""

from tests.world.dns.world import DnsWorld
from tests.worlds.table import NAME, NS1, NS2, OURS, TOKEN, Table, add, remove

table = Table()


@table.false("DelegationMissing", records=(add(*OURS),), says="acme.example has no NS record for cdp yet")
def nothing_there(world: DnsWorld) -> None:
    """Nothing stands at the name."""
    world.zone("acme.example")
    world.hosted(NAME, token=TOKEN)


@table.false("DelegationMissing", nameservers=(), token=None)
def nothing_there_nothing_expected(world: DnsWorld) -> None:
    """Nothing stands at the name, and nobody said what should."""
    world.zone("acme.example")


@table.false(
    "DelegationMissing",
    name="cdp.eu.acme.example",
    records=(add(*OURS, name="cdp.eu.acme.example", relative="cdp.eu"),),
)
def label_between_missing(world: DnsWorld) -> None:
    """The label between zone and name does not exist either: the zone above it can hold the record."""
    world.zone("acme.example")


@table.false("DelegationMissing", records=(add(*OURS),))
def only_names_below(world: DnsWorld) -> None:
    """Only a name below the name exists."""
    world.zone("acme.example").add_records("_dmarc.cdp", "TXT", '"v=DMARC1"')


@table.false(
    "NameDoubled",
    records=(remove(*OURS, name=f"{NAME}.acme.example", relative=NAME), add(*OURS)),
    says="created as cdp.acme.example.acme.example",
)
def whole_name_entered(world: DnsWorld) -> None:
    """The customer typed the whole name where the editor appends the zone."""
    world.zone("acme.example").delegate(NAME, to=OURS)


@table.false("WrongRecordType", records=(remove(f"{NS1} {NS2}", rdtype="TXT"), add(*OURS)), says="inside a TXT record")
def servers_in_a_text(world: DnsWorld) -> None:
    """The name servers stand in a TXT record."""
    world.zone("acme.example").add_records("cdp", "TXT", f'"{NS1} {NS2}"')


@table.false("WrongRecordType", records=(remove(NS1, rdtype="CNAME"), add(*OURS)), says="inside a CNAME record")
def server_in_an_alias(world: DnsWorld) -> None:
    """A CNAME points at one of the name servers."""
    world.zone("acme.example").add_records("cdp", "CNAME", f"{NS1}.")


@table.false("WrongRecordType", says="inside a A record", records=(add(*OURS),))
def server_in_an_address(world: DnsWorld) -> None:
    """The address of a name server stands in an A record."""
    world.zone("acme.example").add_records("cdp", "A", world.platform_addresses[0])


@table.false(
    "OtherRecordsOnly",
    records=(
        remove("192.0.2.1", rdtype="A"),
        remove("10 mail.acme.example.", rdtype="MX", ttl=600),
        remove("v=spf1 -all", rdtype="TXT"),
        add(*OURS),
    ),
    says="already carries A, MX, TXT records",
)
def in_use_otherwise(world: DnsWorld) -> None:
    """The name already carries an address, mail and a text."""
    parent = world.zone("acme.example")
    parent.add_records("cdp", "A", "192.0.2.1")
    parent.add_records("cdp", "MX", "10 mail.acme.example.", ttl=600)
    parent.add_records("cdp", "TXT", '"v=spf1 -all"')


@table.false("CNAMEAtDelegationPoint", records=(remove("shops.cloud.test", rdtype="CNAME"), add(*OURS)))
def alias_there(world: DnsWorld) -> None:
    """The name is an alias of something else."""
    world.zone("acme.example").add_records("cdp", "CNAME", "shops.cloud.test.")


@table.false("DNAMEAbove", name="cdp.eu.acme.example", says="Everything under eu.acme.example")
def redirected_above(world: DnsWorld) -> None:
    """A DNAME at the label above redirects the name."""
    world.zone("acme.example").add_records("eu", "DNAME", "emea.acme.example.")


@table.false("DNAMEAbove", says="Everything under acme.example")
def redirected_from_the_apex(world: DnsWorld) -> None:
    """A DNAME at the zone's apex redirects all names below."""
    world.zone("acme.example").add_records("@", "DNAME", "acme.test.")


@table.false("WildcardAnswer", records=(add(*OURS),), says="*.acme.example")
def wildcard_address(world: DnsWorld) -> None:
    """A wildcard gives every name an address."""
    world.zone("acme.example").add_records("*", "A", "192.0.2.1")


@table.false("WildcardAnswer", records=(add(*OURS),))
def wildcard_alias(world: DnsWorld) -> None:
    """A wildcard makes every name an alias."""
    world.zone("acme.example").add_records("*", "CNAME", "www.cloud.test.")


@table.false("OtherRecordsOnly", records=(remove("192.0.2.7", rdtype="A"), add(*OURS)))
def own_address_beside_a_wildcard(world: DnsWorld) -> None:
    """The name has an address of its own, other names get one from a wildcard."""
    parent = world.zone("acme.example")
    parent.add_records("*", "A", "192.0.2.1")
    parent.add_records("cdp", "A", "192.0.2.7")


@table.false("ParentServesChild", says="also holds a zone of its own named cdp.acme.example")
def twin_zone(world: DnsWorld) -> None:
    """The parent's provider has a zone of the name itself, which hides the delegation."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    world.hosted(NAME, token=TOKEN)
    world.zone(NAME, on=parent, delegated=False)


@table.false("ParentServesChild", nameservers=(), token=None)
def twin_zone_nothing_expected(world: DnsWorld) -> None:
    """The parent's provider hides the delegation by a zone that does not even list its own servers."""
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS)
    twin = world.zone(NAME, on=parent, delegated=False)
    twin.remove_records("@", "NS")
    twin.add_records("@", "NS", *OURS)
    world.hosted("other.acme.example")
