"""ZoneReady: what is decided from what is seen, and what is seen of a provider."""

from dataclasses import replace

import pytest

from nameplate_api.conditions import Reason, Truth
from nameplate_operator.changes import WriteRecords
from nameplate_operator.claims.register import Register
from nameplate_operator.claims.writes import WriteClaim
from nameplate_operator.phase import Decision, Findings, Verdict, Was
from nameplate_operator.phases.acceptance import Acceptance, Standing
from nameplate_operator.phases.zone import CreateZone, Hosting, ZoneHosting
from nameplate_operator.ports import Conflict, RecordSet, Zone
from nameplate_operator.subject import Claim
from tests.nameplate_operator.builders import (
    CLAIM_REF,
    TOKEN,
    a_claim,
    a_domain,
    claim_manifest,
    memory_ports,
    settings,
)
from tests.nameplate_operator.memory_cluster import MemoryCluster
from tests.nameplate_operator.memory_ports import EPOCH, MemoryZones

NAME = "cdp.acme.com"
NS = ("abcdefghijkl.ns1.nameplate.example", "abcdefghijkl.ns2.nameplate.example")
NS_SET = RecordSet(NAME, "NS", 3600, NS)
TXT_SET = RecordSet(f"_nameplate.{NAME}", "TXT", 60, (TOKEN,))
CAA_SET = RecordSet(NAME, "CAA", 3600, ('0 issue ";"',))
OWN = (NS_SET, TXT_SET, CAA_SET)
ADDRESS = RecordSet(f"api.{NAME}", "A", 300, ("192.0.2.1",))
ZONE = Zone(f"{NAME}.", NAME, NS, tuple(sorted((*OWN, ADDRESS))))
SHOWN = {"nameservers": list(NS)}

NEW = a_claim()
ATTEMPTED = a_claim(zone={"provider": "powerdns"})
RECORDED = a_claim(zone={"provider": "powerdns", "id": f"{NAME}.", "nameservers": list(NS)})
DELEGATED = a_claim(zone={"provider": "powerdns", "id": f"{NAME}.", "nameservers": list(NS), "delegated": True})

HOSTED = Verdict(Truth.TRUE, Reason.HOSTED, f"The zone is served by {NS[0]}, {NS[1]}.")
CREATING = Verdict(Truth.FALSE, Reason.CREATING, "The zone is being made; its name servers are shown once it exists.")
CREATING_AGAIN = Verdict(
    Truth.FALSE, Reason.CREATING, "The zone was lost and is being made again, with the same name servers."
)
REPAIRING = Verdict(
    Truth.FALSE,
    Reason.REPAIRING,
    "The zone does not list all of its own name servers; they are being put back.",
)
CONFLICT = Verdict(
    Truth.FALSE,
    Reason.ZONE_CONFLICT,
    "The DNS provider has a zone cdp.acme.com that does not carry this domain's token, so it is left alone. Remove "
    "that zone if it is not needed; if it is this domain's own, put the token of DomainClaim cdp.acme.com back as the "
    "TXT record _nameplate.cdp.acme.com.",
    stalled=True,
)


def create(*, first: bool) -> CreateZone:
    return CreateZone(name=NAME, nameservers=NS, records=OWN, first=first)


def record(fields: dict[str, object], *, first: bool = False) -> WriteClaim:
    return WriteClaim(claim=CLAIM_REF, uid="uid-claim", resource_version="1", spec={"zone": fields}, first=first)


ATTEMPT: dict[str, object] = {"provider": "powerdns"}
IDENTITY: dict[str, object] = {"provider": "powerdns", "id": f"{NAME}.", "nameservers": list(NS)}


def with_records(*records: RecordSet) -> Zone:
    return replace(ZONE, records=tuple(sorted(records)))


def repair(zone: Zone, *upserts: RecordSet, deletions: tuple[RecordSet, ...] = ()) -> WriteRecords:
    return WriteRecords(zone=zone, upserts=upserts, deletions=deletions)


OTHER_NS = with_records(replace(NS_SET, values=("ns.other.example",)), TXT_SET, CAA_SET)
EXTRA_NS = with_records(replace(NS_SET, values=(*NS, "ns.other.example")), TXT_SET, CAA_SET)
TWO_TOKENS = with_records(NS_SET, replace(TXT_SET, values=("other", TOKEN)), CAA_SET)
NO_CAA = with_records(NS_SET, TXT_SET)
OTHER_TTL = with_records(NS_SET, replace(TXT_SET, ttl=86400), CAA_SET)
REVERSED_NS = with_records(replace(NS_SET, values=NS[::-1]), TXT_SET, CAA_SET)
WITH_MX = with_records(*OWN, RecordSet(NAME, "MX", 300, ("10 mail.acme.com.",)))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            Hosting(NEW, None, NS),
            Decision(CREATING, (record(ATTEMPT, first=True), create(first=True))),
            id="the attempt is written down, then the zone is made; nothing is shown yet",
        ),
        pytest.param(
            Hosting(ATTEMPTED, None, NS),
            Decision(CREATING, (create(first=True),)),
            id="written down before a crash: only the zone is made",
        ),
        pytest.param(
            Hosting(ATTEMPTED, ZONE, NS),
            Decision(HOSTED, (record(IDENTITY),), SHOWN),
            id="made: recorded, and its name servers are shown",
        ),
        pytest.param(
            Hosting(NEW, ZONE, NS),
            Decision(HOSTED, (record(IDENTITY),), SHOWN),
            id="the claim was restored from an older backup: found by its token",
        ),
        pytest.param(Hosting(RECORDED, ZONE, NS), Decision(HOSTED, (), SHOWN), id="settled"),
        pytest.param(Hosting(DELEGATED, ZONE, NS), Decision(HOSTED, (), SHOWN), id="settled and delegated"),
        pytest.param(
            Hosting(RECORDED, None, NS),
            Decision(CREATING_AGAIN, (create(first=False),), SHOWN),
            id="lost: made again with the same name servers, which stay shown",
        ),
        pytest.param(Hosting(NEW, None, NS, foreign=True), Decision(CONFLICT, recheck_after=60.0), id="a stranger's"),
        pytest.param(
            Hosting(DELEGATED, None, NS, foreign=True),
            Decision(CONFLICT, recheck_after=60.0),
            id="replaced by a stranger's while it served",
        ),
        pytest.param(
            Hosting(RECORDED, OTHER_NS, NS),
            Decision(REPAIRING, (repair(OTHER_NS, NS_SET),), SHOWN),
            id="name servers edited",
        ),
        pytest.param(
            Hosting(RECORDED, EXTRA_NS, NS),
            Decision(HOSTED, (repair(EXTRA_NS, NS_SET),), SHOWN),
            id="a name server added by hand",
        ),
        pytest.param(
            Hosting(RECORDED, TWO_TOKENS, NS),
            Decision(HOSTED, (repair(TWO_TOKENS, TXT_SET),), SHOWN),
            id="something beside the token",
        ),
        pytest.param(
            Hosting(RECORDED, NO_CAA, NS), Decision(HOSTED, (repair(NO_CAA, CAA_SET),), SHOWN), id="CAA removed"
        ),
        pytest.param(
            Hosting(RECORDED, OTHER_TTL, NS), Decision(HOSTED, (repair(OTHER_TTL, TXT_SET),), SHOWN), id="a TTL edited"
        ),
        pytest.param(
            Hosting(RECORDED, REVERSED_NS, NS), Decision(HOSTED, (), SHOWN), id="the order of values means nothing"
        ),
        pytest.param(
            Hosting(RECORDED, WITH_MX, NS), Decision(HOSTED, (), SHOWN), id="records that are not ours to keep stay"
        ),
    ],
)
def test_decision(seen: Hosting, expected: Decision) -> None:
    assert ZoneHosting(memory_ports(), settings()).decide(a_domain(), seen, Was(EPOCH)) == expected


def findings(claim: Claim | None) -> Findings:
    found = Findings()
    found.add(Acceptance, Standing(claim, Register("here", EPOCH)))
    return found


async def test_without_a_claim_there_is_nothing_to_look_at() -> None:
    phase = ZoneHosting(memory_ports(), settings())
    assert await phase.observe(a_domain(), findings(None), EPOCH) is None
    assert await phase.observe(a_domain(), Findings(), EPOCH) is None


@pytest.mark.parametrize(
    ("zone", "claim", "expected"),
    [
        pytest.param(None, NEW, Hosting(NEW, None, NS), id="absent"),
        pytest.param(ZONE, NEW, Hosting(NEW, ZONE, NS), id="with our token"),
        pytest.param(with_records(NS_SET, CAA_SET), NEW, Hosting(NEW, None, NS, foreign=True), id="without a token"),
        pytest.param(
            with_records(NS_SET, replace(TXT_SET, values=("another",))),
            RECORDED,
            Hosting(RECORDED, None, NS, foreign=True),
            id="with another token",
        ),
        pytest.param(
            replace(OTHER_NS, nameservers=("ns.other.example",)),
            RECORDED,
            Hosting(RECORDED, OTHER_NS, NS),
            id="the name servers are those it must have",
        ),
    ],
)
async def test_a_zone_is_ours_if_it_carries_our_token(zone: Zone | None, claim: Claim, expected: Hosting) -> None:
    ports = memory_ports()
    assert isinstance(ports.zones, MemoryZones)
    if zone is not None:
        ports.zones.zones[NAME] = zone
    seen = await ZoneHosting(ports, settings()).observe(a_domain(), findings(claim), EPOCH)
    assert seen == expected


async def test_recorded_name_servers_outlive_a_change_of_the_platforms_domain() -> None:
    before = ("x7.ns1.before.example", "x7.ns2.before.example")
    claim = a_claim(zone={"provider": "powerdns", "id": f"{NAME}.", "nameservers": list(before)})
    phase = ZoneHosting(memory_ports(), settings())
    seen = await phase.observe(a_domain(), findings(claim), EPOCH)
    assert seen == Hosting(claim, None, before)
    (change,) = phase.decide(a_domain(), seen, Was(EPOCH)).changes
    assert isinstance(change, CreateZone)
    assert change.nameservers == before
    assert change.records[0] == RecordSet(NAME, "NS", 3600, before)


async def test_two_passes_make_the_zone_and_a_third_changes_nothing() -> None:
    ports = memory_ports()
    phase = ZoneHosting(ports, settings())
    claim = NEW
    for _ in range(2):
        seen = await phase.observe(a_domain(), findings(claim), EPOCH)
        assert seen is not None
        for change in phase.decide(a_domain(), seen, Was(EPOCH)).changes:
            if not isinstance(change, WriteClaim):
                await change.apply(ports)
        claim = RECORDED
    seen = await phase.observe(a_domain(), findings(claim), EPOCH)
    assert seen is not None
    assert phase.decide(a_domain(), seen, Was(EPOCH)) == Decision(HOSTED, (), SHOWN)
    assert isinstance(ports.zones, MemoryZones)
    assert ports.zones.writes == [("create", NAME)]


async def test_what_a_pass_that_was_left_behind_saw_is_not_recorded_for_the_next_holder() -> None:
    cluster = MemoryCluster()
    reservation = cluster.put(claim_manifest())
    phase = ZoneHosting(memory_ports(cluster), settings())
    stale = Hosting(Claim.read(cluster.objects[reservation]), ZONE, NS)
    (identity,) = phase.decide(a_domain(), stale, Was(EPOCH)).changes
    cluster.edit(reservation, token=None, holder=None)
    cluster.edit(reservation, token="z" * 26, holder={"namespace": "other", "name": "web"})
    with pytest.raises(Conflict):
        await identity.apply(phase.ports)
    assert "zone" not in cluster.objects[reservation]["spec"]
