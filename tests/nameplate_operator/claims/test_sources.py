"""A source belongs to one domain of its namespace: the first that recorded it, and of two at once the lower claim."""

from datetime import UTC, datetime

import pytest

from nameplate_operator.claims.register import Register
from nameplate_operator.claims.sources import taken, to_record
from tests.nameplate_operator.builders import WEBSITE, a_claim, a_domain

BLOG = {"name": "blog", "type": "Go", "writeKey": "b10g"}


def own(*sources, at=5):
    meta = {"uid": "uid-own", "creationTimestamp": f"2030-01-01T00:00:{at:02}Z"}
    return a_claim(meta, sources=list(sources))


def other(*sources, at=5, uid="uid-other", **spec):
    meta = {"uid": uid, "creationTimestamp": f"2030-01-01T00:00:{at:02}Z"}
    holder = {"namespace": "acme", "name": "shop"}
    return a_claim(meta, host="shop.acme.com", **{"holder": holder, "sources": list(sources)} | spec)


ROWS = {
    "nobody has them": (own(), other(), set(), ("website", "blog")),
    "no claim yet": (None, other("blog"), {"blog"}, ()),
    "another recorded one first": (own(), other("blog"), {"blog"}, ()),
    "what is still served stays recorded": (own("website"), other("blog"), {"blog"}, ("website",)),
    "both recorded it, ours is older": (own("website", "blog", at=1), other("blog"), set(), ("website", "blog")),
    "both recorded it, ours is younger": (own("website", "blog", at=9), other("blog"), {"blog"}, ("website",)),
    "both recorded it in one second, the lower uid keeps it": (
        own("website", "blog"),
        other("blog", uid="uid-z"),
        set(),
        ("website", "blog"),
    ),
    "a younger claim that recorded it first keeps it": (
        own("website", at=1),
        other("blog", at=9),
        {"blog"},
        ("website",),
    ),
    "an unbound claim has none": (own(), other("blog", token=None), set(), ("website", "blog")),
    "a released claim has none": (own(), other("blog", releaseTime="2030-01-01T00:00:00Z"), set(), ("website", "blog")),
    "a copy of another cluster's claim has none": (own(), other("blog", clusterName="x"), set(), ("website", "blog")),
    "a source that left the spec is recorded no longer": (
        own("website", "blog", "old"),
        other(),
        set(),
        ("website", "blog"),
    ),
}


@pytest.mark.parametrize(("ours", "sibling", "lost", "recorded"), ROWS.values(), ids=ROWS)
def test_taken(ours, sibling, lost, recorded):
    domain = a_domain(sources=[WEBSITE, BLOG])
    register = Register("here", datetime(2030, 1, 2, tzinfo=UTC), ours, (), (sibling,))
    assert set(taken(domain, register)) == lost
    assert to_record(domain, register) == recorded
