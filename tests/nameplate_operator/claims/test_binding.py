"""The claim protocol, one step per row: what is seen of the claims, and what is said and written then."""

from datetime import UTC, datetime

import pytest

from nameplate_operator.claims.binding import held, step
from nameplate_operator.claims.register import Register
from nameplate_operator.claims.writes import BindClaim, CreateClaim, DeleteClaim, GuardDomain, WriteClaim
from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.subject import Ref
from tests.nameplate_operator.builders import a_claim, a_domain

NOW = datetime(2030, 1, 2, tzinfo=UTC)
FINALIZER = "nameplate.dev/teardown"
ALL_LABELS = {"nameplate.dev/registrable": "acme.com", "nameplate.dev/namespace": "acme"}
OURS = {"namespace": "acme", "name": "web"}
SIBLING = {"namespace": "acme", "name": "shop"}
STRANGER = {"namespace": "other", "name": "web"}
TIME = "2030-01-01T00:00:00Z"
DOMAIN = Ref(CUSTOM_DOMAIN, "web", "acme")
ONE = Ref(DOMAIN_CLAIM, "cdp.acme.com")
BELOW = Ref(DOMAIN_CLAIM, "x.cdp.acme.com")

GUARD = GuardDomain(domain=DOMAIN, uid="uid-domain", first=True)
HOLDING = {"holder": OURS, "clusterName": "here", "deletionPolicy": "Delete"}
CREATE = CreateClaim(host="cdp.acme.com", labels=ALL_LABELS, spec=HOLDING, first=True)
TENURE = {
    "claim": ONE,
    "uid": "uid-claim",
    "resource_version": "1",
    "spec": HOLDING | {"sources": ["website"], "aliases": [], "releaseTime": None},
    "labels": ALL_LABELS,
    "finalizers": (FINALIZER,),
}
HOLDER = {"domain": DOMAIN, "domain_uid": "uid-domain", "now": NOW, "first": True}
BIND = BindClaim(**TENURE, **HOLDER)
TAKE_BACK = BindClaim(**TENURE, **HOLDER, has_token=True)
KEEP = WriteClaim(**TENURE)


def gone(ref=ONE, uid="uid-claim"):
    return DeleteClaim(claim=ref, uid=uid, resource_version="1")


def claim(host="cdp.acme.com", uid="uid-claim", *, at=0, finalizers=(), deleting=False, labels=None, **spec):
    meta = {"uid": uid, "creationTimestamp": f"2030-01-01T00:00:{at:02}Z", "finalizers": list(finalizers)}
    if deleting:
        meta["deletionTimestamp"] = TIME
    meta["labels"] = labels if labels is not None else ALL_LABELS
    return a_claim(meta, host=host, **spec)


def bound(**changes):
    defaults = {"finalizers": (FINALIZER,), "deletionPolicy": "Delete", "sources": ["website"]}
    return claim(**defaults | changes)


def unbound(**changes):
    return claim(**{"token": None} | changes)


def run(own=None, others=(), *, siblings=(), vanished=(), guarded=True, cluster_name="here", **spec):
    domain = a_domain({"finalizers": [FINALIZER] if guarded else []}, **spec)
    register = Register(cluster_name, NOW, own, tuple(others), tuple(siblings), frozenset(vanished))
    seen = step(domain, register)
    verdict = (seen.verdict.truth.value, seen.verdict.reason.value) if seen.verdict else None
    return verdict, seen.changes, held(domain, register) is not None


BINDING = ("Unknown", "Progressing")
CLAIMED = ("False", "NameClaimed")
ELSEWHERE = ("False", "HeldByAnotherCluster")

ROWS = {
    "a free name is claimed unbound, after the finalizer": (
        {"guarded": False},
        (BINDING, (GUARD, CREATE), False),
    ),
    "alone in the list it is bound in the version that was listed": (
        {"own": unbound()},
        (BINDING, (BIND,), False),
    ),
    "never bound without the finalizer on the CustomDomain": (
        {"own": unbound(), "guarded": False},
        (BINDING, (GUARD, BIND), False),
    ),
    "bound and unchanged nothing is written": (
        {"own": bound()},
        (None, (), True),
    ),
    "the deletion policy is copied": (
        {"own": bound(deletionPolicy="Retain")},
        (None, (KEEP,), True),
    ),
    "lost labels and finalizer come back": (
        {"own": bound(labels={}, finalizers=())},
        (None, (KEEP,), True),
    ),
    "a bound claim that somebody deletes stays with its living holder": (
        {"own": bound(deleting=True)},
        (None, (), True),
    ),
    "the name is bound in another namespace": (
        {"own": bound(holder=STRANGER)},
        (CLAIMED, (), False),
    ),
    "the name is bound to another object of the namespace": (
        {"own": bound(holder=SIBLING)},
        (CLAIMED, (), False),
    ),
    "a name below is bound": (
        {"others": [bound(host="x.cdp.acme.com", holder=STRANGER)]},
        (CLAIMED, (), False),
    ),
    "a name above is bound within the namespace": (
        {"others": [bound(host="acme.com", holder=SIBLING)]},
        (CLAIMED, (), False),
    ),
    "a bound overlap takes back what we had begun": (
        {"own": unbound(), "others": [bound(host="x.cdp.acme.com", uid="b", holder=STRANGER)]},
        (CLAIMED, (gone(),), False),
    ),
    "a claim that is ours stays ours whatever overlaps": (
        {"own": bound(), "others": [bound(host="x.cdp.acme.com", uid="b", holder=STRANGER)]},
        (None, (), True),
    ),
    "the older of two unbound claims deletes the other": (
        {"own": unbound(uid="uid-claim", at=1), "others": [unbound(host=BELOW.name, uid="a", at=2, holder=STRANGER)]},
        (BINDING, (gone(BELOW, "a"),), False),
    ),
    "of the same second the lower uid deletes the other": (
        {"own": unbound(at=1), "others": [unbound(host=BELOW.name, uid="v", at=1, holder=STRANGER)]},
        (BINDING, (gone(BELOW, "v"),), False),
    ),
    "the younger of two unbound claims writes nothing": (
        {"own": unbound(at=2), "others": [unbound(host=BELOW.name, uid="v", at=1, holder=STRANGER)]},
        (CLAIMED, (), False),
    ),
    "an unbound claim goes ahead of one that does not exist yet": (
        {"others": [unbound(host=BELOW.name, uid="v", holder=STRANGER)]},
        (CLAIMED, (), False),
    ),
    "an unbound claim of the same name goes ahead": (
        {"own": unbound(holder=STRANGER)},
        (CLAIMED, (), False),
    ),
    "an unbound claim of the same name goes with its holder": (
        {"own": unbound(holder=STRANGER), "vanished": ["uid-claim"]},
        (BINDING, (gone(),), False),
    ),
    "an older unbound claim goes with its holder": (
        {
            "own": unbound(at=2),
            "others": [unbound(host=BELOW.name, uid="v", at=1, holder=STRANGER)],
            "vanished": ["v"],
        },
        (BINDING, (gone(BELOW, "v"),), False),
    ),
    "what a vanished holder left is no reason to wait": (
        {"others": [unbound(host=BELOW.name, uid="v", holder=STRANGER)], "vanished": ["v"]},
        (BINDING, (gone(BELOW, "v"), CREATE), False),
    ),
    "an unbound claim that is being deleted is never bound": (
        {"own": unbound(deleting=True, finalizers=("a.stranger/x",))},
        (CLAIMED, (), False),
    ),
    "a rival that is being deleted is none": (
        {"own": unbound(at=2), "others": [unbound(host=BELOW.name, uid="v", at=1, holder=STRANGER, deleting=True)]},
        (BINDING, (BIND,), False),
    ),
    "a reservation for the namespace is bound": (
        {"own": claim(token=None, holder={"namespace": "acme"}, clusterName=None)},
        (BINDING, (BIND,), False),
    ),
    "a reservation for another namespace stands": (
        {"own": claim(token=None, holder={"namespace": "other"})},
        (CLAIMED, (), False),
    ),
    "a reservation for nobody stands": (
        {"own": claim(token=None, holder=None)},
        (CLAIMED, (), False),
    ),
    "a reservation above for nobody stands": (
        {"others": [claim(host="acme.com", token=None, holder=None)]},
        (CLAIMED, (), False),
    ),
    "a reservation above for another namespace stands": (
        {"others": [claim(host="acme.com", token=None, holder={"namespace": "other"})]},
        (CLAIMED, (), False),
    ),
    "a reservation above for the namespace itself is no obstacle": (
        {"others": [claim(host="acme.com", token=None, holder={"namespace": "acme"})]},
        (BINDING, (CREATE,), False),
    ),
    "an older unbound claim gives way to a reservation": (
        {
            "own": claim(token=None, holder={"namespace": "acme"}, at=2),
            "others": [unbound(host=BELOW.name, uid="a", at=1, holder=STRANGER)],
        },
        (BINDING, (gone(BELOW, "a"),), False),
    ),
    "a released claim comes back to its holder": (
        {"own": bound(releaseTime=TIME, sources=[])},
        (BINDING, (TAKE_BACK,), False),
    ),
    "a released claim comes back to another object of the namespace": (
        {"own": bound(releaseTime=TIME, holder=SIBLING, sources=[])},
        (BINDING, (TAKE_BACK,), False),
    ),
    "a released claim is refused to another namespace": (
        {"own": bound(releaseTime=TIME, holder=STRANGER)},
        (CLAIMED, (), False),
    ),
    "a released claim above counts as bound": (
        {"others": [bound(host="acme.com", uid="b", releaseTime=TIME, holder=STRANGER)]},
        (CLAIMED, (), False),
    ),
    "a copy of another cluster's claim is left alone": (
        {"own": bound(clusterName="there")},
        (ELSEWHERE, (), False),
    ),
    "a released copy of another cluster's claim is left alone": (
        {"own": bound(clusterName="there", releaseTime=TIME)},
        (ELSEWHERE, (), False),
    ),
    "a copy is ours once clusterName names its cluster": (
        {"own": bound(clusterName="there"), "cluster_name": "there"},
        (None, (), True),
    ),
    "another namespace learns nothing of clusters": (
        {"own": bound(clusterName="there", holder=STRANGER)},
        (CLAIMED, (), False),
    ),
}


@pytest.mark.parametrize(("seen", "expected"), ROWS.values(), ids=ROWS)
def test_step(seen, expected):
    assert run(**seen) == expected
