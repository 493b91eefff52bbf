"""Worlds in which the chain of trust from the parent to the zone is broken."""

from datetime import UTC, datetime, timedelta

from tests.world.dns.signing import unrelated_ds
from tests.world.dns.world import DnsWorld
from tests.worlds.table import DS_OF_ANOTHER, DS_OF_THE_ZONE, NAME, OURS, TOKEN, Table, add, remove, warning

table = Table()


@table.false("DSWithoutSignedChild", records=(remove(DS_OF_ANOTHER, rdtype="DS"),), says="Delete the DS record")
def ds_over_an_unsigned_zone(world: DnsWorld) -> None:
    """A DS record of a former provider stands above our unsigned zone."""
    world.hosted(NAME, token=TOKEN)
    world.zone("acme.example").delegate("cdp", to=OURS, ds=[unrelated_ds(NAME)])


@table.false("DSMismatch", records=(remove(DS_OF_ANOTHER, rdtype="DS"), add(DS_OF_THE_ZONE, rdtype="DS")))
def ds_of_another_key(world: DnsWorld) -> None:
    """The DS record fits no key of the zone."""
    world.hosted(NAME, token=TOKEN).sign()
    world.zone("acme.example").delegate("cdp", to=OURS, ds=[unrelated_ds(NAME)])


@table.true()
def ds_of_a_former_key_too(world: DnsWorld) -> None:
    """During a change of keys one of two DS records fits."""
    ds = world.hosted(NAME, token=TOKEN).sign()
    world.zone("acme.example").delegate("cdp", to=OURS, ds=[unrelated_ds(NAME), *ds])


@table.true(also=(warning("DSMissing", add(DS_OF_THE_ZONE, rdtype="DS")),))
def ds_missing(world: DnsWorld) -> None:
    """The zone is signed, but no DS record stands above it."""
    world.hosted(NAME, token=TOKEN).sign()
    world.zone("acme.example").delegate("cdp", to=OURS)


@table.false(
    "SignatureExpired",
    says="cdp.acme.example has expired, or is not valid yet. Platform team: sign the zone anew.",
)
def expired(world: DnsWorld) -> None:
    """The zone's signatures expired yesterday."""
    now = datetime.now(UTC)
    child = world.hosted(NAME, token=TOKEN)
    ds = child.sign(inception=now - timedelta(days=15), expiration=now - timedelta(days=1))
    world.zone("acme.example").delegate("cdp", to=OURS, ds=ds)


@table.false("SignatureExpired")
def not_yet_valid(world: DnsWorld) -> None:
    """The zone's signatures are valid from tomorrow only."""
    now = datetime.now(UTC)
    child = world.hosted(NAME, token=TOKEN)
    ds = child.sign(inception=now + timedelta(days=1), expiration=now + timedelta(days=15))
    world.zone("acme.example").delegate("cdp", to=OURS, ds=ds)


@table.false("SignatureExpired", says="The signature of acme.example over the DS record")
def expired_above(world: DnsWorld) -> None:
    """The parent's signature over the DS record expired yesterday."""
    now = datetime.now(UTC)
    ds = world.hosted(NAME, token=TOKEN).sign()
    parent = world.zone("acme.example")
    parent.delegate("cdp", to=OURS, ds=ds)
    parent.sign(inception=now - timedelta(days=15), expiration=now - timedelta(days=1))
