"""Accepted, from what stands in the cluster to what is said: names, claims, sources, access."""

from datetime import UTC, datetime, timedelta

import pytest

from nameplate_operator.claims.writes import WriteClaim
from nameplate_operator.phase import Findings, Was
from nameplate_operator.phases.acceptance import Acceptance
from nameplate_operator.ports import ProviderError
from nameplate_operator.subject import Condition, Domain
from tests.nameplate_operator.builders import (
    CLAIM_REF,
    DOMAIN_REF,
    a_condition,
    claim_manifest,
    domain_manifest,
    memory_ports,
    settings,
)

NOW = datetime(2030, 1, 2, tzinfo=UTC)
LABELS = {"nameplate.dev/registrable": "acme.com", "nameplate.dev/namespace": "acme"}
HELD = {"labels": LABELS, "deletionPolicy": "Delete", "sources": ["website"]}
SHOP = {"host": "shop.acme.com", "labels": LABELS, "holder": {"namespace": "acme", "name": "shop"}}


class World:
    """A cluster in memory with a CustomDomain and claims; the phase looks and decides."""

    def __init__(self, *claims, meta=None, **spec):
        self.ports = memory_ports()
        self.cluster = self.ports.cluster
        manifest = domain_manifest(**spec)
        manifest["metadata"] |= {"finalizers": ["nameplate.dev/teardown"]}
        self.cluster.put(manifest)
        for claim in claims:
            stored = claim_manifest(**claim)
            stored["metadata"]["finalizers"] = ["nameplate.dev/teardown"]
            self.cluster.put(stored)

    async def decide(self, before=None, **changes):
        phase = Acceptance(self.ports, settings(**changes))
        domain = Domain.read(await self.cluster.get(DOMAIN_REF))
        seen = await phase.observe(domain, Findings(), NOW)
        was = Was(NOW, Condition.model_validate(before) if before else None)
        return seen, phase.decide(domain, seen, was)


def words(decision):
    verdict = decision.verdict
    return verdict.truth.value, verdict.reason.value, verdict.stalled


BAD_SOURCES = [{"name": "website", "type": "Carrier pigeon", "writeKey": "k"}]
REFUSALS = {
    "a registrable domain": ([], {"domain": "acme.com"}, ("False", "ApexNotDelegable", True)),
    "a public suffix": ([], {"domain": "co.uk"}, ("False", "ApexNotDelegable", True)),
    "a name that cannot be in the DNS": ([], {"domain": "cdp.acme.local"}, ("False", "InvalidName", True)),
    "a label that ends in a hyphen": ([], {"domain": "cdp-.acme.com"}, ("False", "InvalidSpec", True)),
    "a spec that slipped through": ([], {"sources": BAD_SOURCES}, ("False", "InvalidSpec", True)),
    "a name of another namespace": (
        [{"holder": {"namespace": "other", "name": "web"}}],
        {},
        ("False", "NameClaimed", True),
    ),
    "a source of another domain": (
        [HELD | {"sources": []}, SHOP | {"sources": ["website"]}],
        {},
        ("False", "SourceTaken", True),
    ),
    "a copy of another cluster's claim": ([HELD | {"clusterName": "x"}], {}, ("False", "HeldByAnotherCluster", True)),
}


@pytest.mark.parametrize(("claims", "spec", "expected"), REFUSALS.values(), ids=REFUSALS)
async def test_refused(claims, spec, expected):
    _, decision = await World(*claims, **spec).decide()
    assert words(decision) == expected
    assert decision.changes == ()


async def test_a_held_name_is_accepted_and_nothing_is_written():
    seen, decision = await World(HELD).decide()
    assert words(decision) == ("True", "Accepted", False)
    assert decision.changes == ()
    assert seen.claim.ref == CLAIM_REF


async def test_a_name_that_is_held_stays_held_when_the_spec_cannot_be_used_and_nothing_of_it_is_copied():
    world = World(HELD | {"deletionPolicy": "Retain", "sources": ["website"]}, sources=BAD_SOURCES)
    seen, decision = await world.decide()
    assert words(decision) == ("False", "InvalidSpec", True)
    assert decision.changes == ()
    assert seen.claim.ref == CLAIM_REF


async def test_a_field_that_cannot_be_used_is_named():
    _, decision = await World(sources=BAD_SOURCES).decide()
    assert decision.verdict.message.startswith("spec.sources.0.type: ")


async def test_a_source_and_its_domain_are_named():
    world = World(HELD | {"sources": []}, SHOP | {"sources": ["website"]})
    seen, decision = await world.decide()
    assert decision.verdict.message == (
        'The source "website" belongs to shop.acme.com (the CustomDomain shop of this namespace). '
        "Remove it from one of the two: each source has one domain."
    )
    assert seen.claim is not None


async def test_lacking_rights_are_learnt_from_the_tls_secret_and_the_remedy_is_a_whole_command():
    world = World(HELD)
    world.cluster.denied.add(("get", "Secret"))
    _, decision = await world.decide(namespace="ops")
    assert words(decision) == ("False", "AccessDenied", True)
    assert decision.recheck_after == 30
    assert decision.verdict.message.endswith(
        "kubectl create rolebinding nameplate-domain --clusterrole=nameplate-domain "
        "--serviceaccount=ops:nameplate-operator -n acme"
    )


async def test_lacking_rights_do_not_keep_a_name_from_being_bound():
    world = World()
    world.cluster.denied.add(("get", "Secret"))
    _, decision = await world.decide()
    assert [type(change).__name__ for change in decision.changes] == ["CreateClaim"]


async def test_a_failed_look_is_no_refusal():
    world = World(HELD)
    world.cluster.failing["DomainClaim"] = ProviderError("ProviderUnavailable", "The API server did not answer.")
    with pytest.raises(ProviderError):
        await world.decide()


async def test_a_source_is_recorded_before_it_is_accepted():
    _, decision = await World(HELD | {"sources": []}).decide()
    assert words(decision) == ("Unknown", "Progressing", False)
    [change] = decision.changes
    assert isinstance(change, WriteClaim)
    assert change.spec["sources"] == ["website"]


async def test_a_domain_that_serves_stays_accepted_while_a_source_is_added():
    _, decision = await World(HELD | {"sources": []}).decide(a_condition("Accepted", "True", "Accepted"))
    assert words(decision) == ("True", "Accepted", False)
    assert len(decision.changes) == 1


async def test_a_name_that_became_a_public_suffix_keeps_its_claim_and_is_told():
    host = {"host": "acme.com", "labels": LABELS | {"nameplate.dev/registrable": "acme.com"}}
    seen, decision = await World(HELD | host, domain="acme.com").decide()
    assert words(decision) == ("False", "ApexNotDelegable", True)
    assert seen.claim is not None


async def test_a_claim_whose_label_somebody_removed_is_found_by_its_name():
    _, decision = await World(HELD | {"labels": {"x": "y"}}).decide()
    assert words(decision) == ("True", "Accepted", False)
    [change] = decision.changes
    assert change.labels == LABELS


@pytest.mark.parametrize(("waited", "pause"), [(0, 10), (2 * 3600, 900), (2 * 86400, 3600), (8 * 86400, 21600)])
async def test_a_refused_name_is_looked_at_again_for_ever_and_ever_more_slowly(waited, pause):
    since = (NOW - timedelta(seconds=waited)).isoformat()
    before = a_condition("Accepted", "False", "NameClaimed", lastTransitionTime=since)
    _, decision = await World({"holder": {"namespace": "other", "name": "web"}}).decide(before)
    assert decision.recheck_after == pause


async def test_an_alias_is_recorded_at_once_and_the_one_before_it_is_left():
    page = {"name": "website", "type": "AnalyticsJS", "writeKey": "k3y", "alias": "m5/app"}
    world = World(HELD | {"aliases": [{"path": "old", "source": "website"}]}, sources=[page])
    _, decision = await world.decide(a_condition("Accepted", "True", "Accepted"))
    assert words(decision) == ("True", "Accepted", False)
    [change] = decision.changes
    assert change.spec["aliases"] == [
        {"path": "m5/app", "source": "website"},
        {"path": "old", "source": "website", "leftTime": "2030-01-02T00:00:00Z"},
    ]


@pytest.mark.parametrize(
    ("left", "pause"),
    [
        pytest.param("2029-12-03T00:10:00Z", 600, id="soon"),
        pytest.param("2029-12-03T00:40:00Z", None, id="after the next regular look"),
    ],
)
async def test_the_next_look_is_due_when_a_former_alias_ends(left, pause):
    _, decision = await World(HELD | {"aliases": [{"path": "a", "source": "website", "leftTime": left}]}).decide()
    assert (decision.recheck_after, decision.changes) == (pause, ())


async def test_a_former_alias_that_is_over_is_forgotten_and_not_waited_for():
    over = {"path": "a", "source": "website", "leftTime": "2029-12-03T00:00:00Z"}
    _, decision = await World(HELD | {"aliases": [over]}).decide()
    assert [change.spec["aliases"] for change in decision.changes] == [[]]
    # Held back while the domain is suspended, it would else be looked for without a pause.
    assert decision.recheck_after is None
