"""Aliases of the library: what a claim remembers of them, and which paths are served for which source."""

from datetime import UTC, datetime, timedelta

import pytest

from nameplate_operator.claims.aliases import documents, served, to_record, until_next_end
from nameplate_operator.claims.register import Register
from tests.nameplate_operator.builders import a_claim, a_domain

NOW = datetime(2030, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
TIME = "2030-03-01T12:00:00Z"
# Written out in tests/nameplate_api/test_alias.py, and by sha256sum and base32.
WEBSITE, SHOP = "tenp3rmqfg/ezoe5y675t", "tenp3rmqfg/l7ap7s63nm"


def ago(**time):
    """Return an instant as a claim says it."""
    return f"{NOW.replace(microsecond=0) - timedelta(**time):%Y-%m-%dT%H:%M:%SZ}"


def used(path, source="website"):
    return {"path": path, "source": source}


def left(path, at, source="website"):
    return {"path": path, "source": source, "leftTime": at}


def domain(website=None, shop=None, *, website_type="AnalyticsJS"):
    sources = [
        {"name": "website", "type": website_type, "writeKey": "k1", "alias": website},
        {"name": "shop", "type": "AnalyticsJS", "writeKey": "k2", "alias": shop},
    ]
    return a_domain(sources=[{k: v for k, v in each.items() if v is not None} for each in sources])


RECENT, OLD = ago(days=29, hours=23), ago(days=30)
RECORDED = {
    "none was ever chosen": ([], {}, []),
    "one is chosen": ([], {"website": "m5/app"}, [used("m5/app")]),
    "it stays": ([used("m5/app")], {"website": "m5/app"}, [used("m5/app")]),
    "it is changed": ([used("m5/app")], {"website": "a/b"}, [used("a/b"), left("m5/app", TIME)]),
    "it is given up": ([used("m5/app")], {}, [left("m5/app", TIME)]),
    "it was left before: the time stays": ([left("m5/app", RECENT)], {}, [left("m5/app", RECENT)]),
    "it comes back": (
        [left("m5/app", RECENT), used("a/b")],
        {"website": "m5/app"},
        [left("a/b", TIME), used("m5/app")],
    ),
    "it is over": ([left("m5/app", OLD), left("a/b", RECENT)], {}, [left("a/b", RECENT)]),
    "another source takes what one left": (
        [left("m5/app", RECENT)],
        {"shop": "m5/app"},
        [used("m5/app", "shop")],
    ),
    "two sources change places": (
        [used("a/b"), used("c/d", "shop")],
        {"website": "c/d", "shop": "a/b"},
        [used("a/b", "shop"), used("c/d")],
    ),
    "a source is gone": ([used("z/z", "gone")], {}, [left("z/z", TIME, "gone")]),
}


def register(aliases, siblings=()):
    own = a_claim({"uid": "uid-own"}, sources=["website"], aliases=aliases)
    return Register("here", NOW, own, (), tuple(siblings))


@pytest.mark.parametrize(("before", "chosen", "after"), RECORDED.values(), ids=RECORDED)
def test_a_claim_remembers(before, chosen, after):
    assert documents(to_record(domain(**chosen), register(before))) == after


def test_a_domain_without_a_claim_has_none_to_remember():
    assert to_record(domain(), Register("here", NOW)) == ()


def test_while_the_last_good_spec_is_served_its_aliases_stay_in_use():
    other = a_claim({"uid": "o"}, host="x.acme.com", holder={"namespace": "acme", "name": "x"}, sources=["shop"])
    assert documents(to_record(domain(website="a/b"), register([used("m5/app")], [other]))) == [used("m5/app")]


def test_of_too_many_the_ones_left_last_stay():
    many = [left(f"p/{minutes:03}", ago(minutes=minutes)) for minutes in range(256)]
    kept = documents(to_record(domain(website="m5/app"), register(many)))
    assert len(kept) == 256
    assert used("m5/app") in kept
    assert left("p/254", ago(minutes=254)) in kept
    assert left("p/255", ago(minutes=255)) not in kept


def test_what_was_recorded_is_recorded_again_unchanged():
    before = register([left("a/b", RECENT), used("m5/app")])
    assert to_record(domain(website="m5/app"), before) == before.own.spec.aliases


SERVED = {
    "the default alone": ([], {}, {"website": (WEBSITE,), "shop": (SHOP,)}),
    "chosen but not recorded yet": ([], {"website": "m5/app"}, {"website": (WEBSITE,), "shop": (SHOP,)}),
    "recorded": ([used("m5/app")], {"website": "m5/app"}, {"website": ("m5/app", WEBSITE), "shop": (SHOP,)}),
    "changed, not recorded": ([used("m5/app")], {"website": "a"}, {"website": ("m5/app", WEBSITE), "shop": (SHOP,)}),
    "left": ([used("a/b"), left("m5/app", RECENT)], {}, {"website": ("a/b", WEBSITE, "m5/app"), "shop": (SHOP,)}),
    "over": ([left("m5/app", OLD)], {}, {"website": (WEBSITE,), "shop": (SHOP,)}),
    "of a source that is gone": ([left("z/z", RECENT, "gone")], {}, {"website": (WEBSITE,), "shop": (SHOP,)}),
    "a default that another source chose": ([used(SHOP)], {}, {"website": (SHOP, WEBSITE), "shop": ()}),
    "a default that another source left": ([left(SHOP, RECENT)], {}, {"website": (WEBSITE,), "shop": (SHOP,)}),
}  # fmt: skip


@pytest.mark.parametrize(("recorded", "chosen", "expected"), SERVED.values(), ids=SERVED)
def test_paths_are_served(recorded, chosen, expected):
    assert served(domain(**chosen), a_claim(aliases=recorded), NOW) == expected


def test_a_source_that_is_no_page_any_more_has_no_path():
    found = served(domain(website_type="Go"), a_claim(aliases=[left("m5/app", RECENT)]), NOW)
    assert found == {"shop": (SHOP,)}


@pytest.mark.parametrize(
    ("aliases", "seconds"),
    [
        ([], None),
        ([used("m5/app")], None),
        ([left("m5/app", ago(days=29)), left("a/b", ago(days=1))], 86400 - 0.5),
        ([left("m5/app", OLD)], None),
        ([left("m5/app", OLD), left("a/b", ago(days=1))], 29 * 86400 - 0.5),
    ],
)
def test_the_next_look_is_due_when_the_first_of_them_ends(aliases, seconds):
    assert until_next_end(a_claim(aliases=aliases), NOW) == seconds
