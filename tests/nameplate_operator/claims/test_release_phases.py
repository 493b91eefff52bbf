"""Bound, Withdrawn, Undelegated and Releasable: one table each, from a claim and what was seen to what is done."""

from datetime import UTC, datetime

import pytest

from nameplate_operator.changes import WriteRecords
from nameplate_operator.claims.quarantine import DeleteZone, Quarantine, Rest
from nameplate_operator.claims.tenure import Occupancy, Tenure
from nameplate_operator.claims.undelegation import Answer, Undelegation
from nameplate_operator.claims.withdrawal import Remains, Withdrawal
from nameplate_operator.claims.writes import DeleteClaim, WriteClaim
from nameplate_operator.phase import Findings, Was
from nameplate_operator.ports import RecordSet, Zone
from tests.nameplate_operator.builders import CLAIM_REF, TOKEN, a_claim, memory_ports, settings

NOW = datetime(2030, 1, 2, tzinfo=UTC)
FINALIZER = "nameplate.dev/teardown"
SERVERS = ("a.ns1.nameplate.example", "a.ns2.nameplate.example")
ZONE = {"provider": "powerdns", "id": "z", "nameservers": list(SERVERS), "delegated": True}
RELEASED = {"releaseTime": "2030-01-01T12:00:00Z", "zone": ZONE}
THIS = {"claim": CLAIM_REF, "uid": "uid-claim", "resource_version": "1"}
NAME = "cdp.acme.com"
LABELS = {"nameplate.dev/registrable": "acme.com"}

NS = RecordSet(NAME, "NS", 3600, SERVERS)
TXT = RecordSet(f"_nameplate.{NAME}", "TXT", 60, (TOKEN,))
CAA = RecordSet(NAME, "CAA", 3600, ('0 issue ";"',))
ADDRESS = RecordSet(f"api.{NAME}", "A", 300, ("192.0.2.1",))
OTHER_CAA = RecordSet(NAME, "CAA", 3600, ('0 issue "ca.example"',))


def claim(*finalizers, deleting=False, labels=None, **spec):
    meta = {"finalizers": list(finalizers), "labels": LABELS | (labels or {})}
    return a_claim(meta | ({"deletionTimestamp": "2030-01-01T12:00:00Z"} if deleting else {}), **spec)


def answer(decision):
    verdict = decision.verdict
    return verdict.truth.value, verdict.reason.value, decision.changes


def zone(*records):
    return Zone("z", NAME, SERVERS, records)


LETTING_GO = WriteClaim(**THIS, finalizers=())
NOW_RELEASED = WriteClaim(**THIS, spec={"releaseTime": "2030-01-02T00:00:00Z", "sources": []})

BOUND = {
    "held": (claim(FINALIZER), False, ("True", "Bound", ())),
    "held and deleted by somebody": (claim(FINALIZER, deleting=True), False, ("True", "Bound", ())),
    "deleted, and its holder is gone": (claim(FINALIZER, deleting=True), True, ("True", "Bound", (NOW_RELEASED,))),
    "released": (claim(FINALIZER, **RELEASED), False, ("False", "Released", ())),
    "being bound": (claim(token=None), False, ("False", "Unbound", ())),
    "left unbound": (claim(token=None), True, ("False", "Unbound", (DeleteClaim(**THIS),))),
    "reserved for nobody": (claim(token=None, holder=None), False, ("False", "Reserved", ())),
    "a reservation gets the labels by which it is found": (
        claim(token=None, holder={"namespace": "acme"}),
        False,
        ("False", "Reserved", (WriteClaim(**THIS, labels=LABELS | {"nameplate.dev/namespace": "acme"}),)),
    ),
}


@pytest.mark.parametrize(("subject", "vanished", "expected"), BOUND.values(), ids=BOUND)
def test_bound(subject, vanished, expected):
    phase = Tenure(memory_ports(), settings())
    assert answer(phase.decide(subject, Occupancy(vanished), Was(NOW))) == expected


def bare(upserts=(), deletions=(), *records):
    return WriteRecords(zone=zone(*records), upserts=upserts, deletions=deletions)


WITHDRAWN = {
    "no zone": (None, ("True", "Withdrawn", ())),
    "a bare zone": (zone(NS, TXT, CAA), ("True", "Withdrawn", ())),
    "addresses go": (
        zone(NS, TXT, CAA, ADDRESS),
        ("False", "Withdrawing", (bare((), (ADDRESS,), NS, TXT, CAA, ADDRESS),)),
    ),
    "nobody may issue for it": (
        zone(NS, TXT, OTHER_CAA),
        ("False", "Withdrawing", (bare((CAA,), (), NS, TXT, OTHER_CAA),)),
    ),
    "the order of values is none": (
        zone(RecordSet(NAME, "NS", 3600, SERVERS[::-1]), TXT, CAA),
        ("True", "Withdrawn", ()),
    ),
}


@pytest.mark.parametrize(("seen", "expected"), WITHDRAWN.values(), ids=WITHDRAWN)
def test_withdrawn(seen, expected):
    phase = Withdrawal(memory_ports(), settings())
    assert answer(phase.decide(claim(FINALIZER, **RELEASED), Remains(seen), Was(NOW))) == expected


NEVER = RELEASED | {"zone": ZONE | {"delegated": False}}
UNDELEGATED = {
    "never was": (NEVER, None, ("True", "Undelegated", ())),
    "no zone was ever made": ({"releaseTime": "2030-01-01T12:00:00Z"}, None, ("True", "Undelegated", ())),
    "no longer": (RELEASED, False, ("True", "Undelegated", ())),
    "still": (RELEASED, True, ("False", "ParentStillDelegates", ())),
    "retained": (RELEASED | {"deletionPolicy": "Retain"}, None, ("Unknown", "Retained", ())),
}


@pytest.mark.parametrize(("spec", "delegated", "expected"), UNDELEGATED.values(), ids=UNDELEGATED)
def test_undelegated(spec, delegated, expected):
    phase = Undelegation(memory_ports(), settings(), None)
    assert answer(phase.decide(claim(FINALIZER, **spec), Answer(delegated), Was(NOW))) == expected


def test_the_records_to_remove_are_named():
    decision = Undelegation(memory_ports(), settings(), None).decide(claim(**RELEASED), Answer(True), Was(NOW))
    assert f"Remove the NS records of {NAME} ({SERVERS[0]}, {SERVERS[1]})" in decision.verdict.message
    assert [event.reason for event in decision.events] == ["ParentStillDelegates"]


DELETE_ZONE = DeleteZone(claim=CLAIM_REF, resource_version="1", token=TOKEN)
RESERVED = {"nameplate.dev/reserved": "true"}
RESERVED_AGAIN = WriteClaim(
    **THIS,
    finalizers=(),
    spec={
        "holder": {"namespace": "acme", "name": None},
        "sources": [],
        "aliases": [],
        "token": None,
        "zone": None,
        "certificate": None,
        "releaseTime": None,
        "clusterName": None,
        "deletionPolicy": None,
    },
)
OVER, RESTS = ("True", "QuarantineOver"), ("False", "Quarantined")
RETAIN = RELEASED | {"deletionPolicy": "Retain"}
RELEASABLE = {
    "not bare": (claim(FINALIZER, **RELEASED), (False, True, 0), (*RESTS, ())),
    "still delegated": (claim(FINALIZER, **RELEASED), (True, False, 0), (*RESTS, ())),
    "rests": (claim(FINALIZER, **RELEASED), (True, True, 1), (*RESTS, ())),
    "over": (claim(FINALIZER, **RELEASED), (True, True, 0), (*OVER, (DeleteClaim(**THIS),))),
    "over, the finalizer first": (
        claim("x.dev/y", **RELEASED),
        (True, True, 0),
        (*OVER, (WriteClaim(**THIS, finalizers=("x.dev/y", FINALIZER)),)),
    ),
    "over and being deleted": (
        claim("x.dev/y", FINALIZER, deleting=True, **RELEASED),
        (True, True, 0),
        (*OVER, (DELETE_ZONE, WriteClaim(**THIS, finalizers=("x.dev/y",)))),
    ),
    "deleted by somebody while it rests": (
        claim(FINALIZER, deleting=True, **RELEASED),
        (True, True, 1),
        (*RESTS, ()),
    ),
    "a reservation stays": (
        claim(FINALIZER, labels=RESERVED, **RELEASED),
        (True, True, 0),
        (*OVER, (DELETE_ZONE, RESERVED_AGAIN)),
    ),
    "a reservation that somebody deletes goes": (
        claim(FINALIZER, deleting=True, labels=RESERVED, **RELEASED),
        (True, True, 0),
        (*OVER, (DELETE_ZONE, LETTING_GO)),
    ),
    "retained": (claim(FINALIZER, **RETAIN), (True, True, 0), ("False", "Retained", ())),
    "retained and deleted by somebody waits for nobody": (
        claim(FINALIZER, deleting=True, **RETAIN),
        (False, False, 9),
        ("False", "Retained", (LETTING_GO,)),
    ),
}


@pytest.mark.parametrize(("subject", "seen", "expected"), RELEASABLE.values(), ids=RELEASABLE)
def test_releasable(subject, seen, expected):
    phase = Quarantine(memory_ports(), settings())
    assert answer(phase.decide(subject, Rest(*seen), Was(NOW))) == expected


@pytest.mark.parametrize(
    ("seen", "withdrawn"),
    [
        pytest.param(Remains(None), True, id="no zone"),
        pytest.param(Remains(zone(NS, TXT, CAA)), True, id="bare"),
        pytest.param(Remains(zone(NS, TXT, CAA, ADDRESS)), False, id="the former holder's address stands in it"),
        pytest.param(None, False, id="not seen in this pass"),
    ],
)
async def test_a_name_rests_until_its_zone_was_seen_to_be_bare(seen, withdrawn):
    findings = Findings()
    findings.add(Undelegation, Answer(False))
    if seen is not None:
        findings.add(Withdrawal, seen)
    rest = await Quarantine(memory_ports(), settings()).observe(claim(FINALIZER, **RELEASED), findings, NOW)
    assert rest.withdrawn is withdrawn
