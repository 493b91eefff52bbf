"""Whom a change of a CustomDomain or a DomainClaim wakes, as tables over manifests."""

from typing import Any

import pytest

from nameplate_operator.kinds import CUSTOM_DOMAIN, DOMAIN_CLAIM
from nameplate_operator.ports import Ref
from nameplate_operator.sightings import Sightings
from tests.nameplate_operator.builders import claim_manifest, domain_manifest

CLAIM = Ref(DOMAIN_CLAIM, "cdp.acme.com")


def observe(sightings: Sightings, name: str, host: str, **meta: Any) -> set[str]:
    manifest = domain_manifest(name, "acme", domain=host)
    manifest["metadata"] |= {"uid": f"uid-{name}", "generation": 1} | meta
    return {ref.name for ref in sightings.observe(manifest, Ref(CUSTOM_DOMAIN, name, "acme"))}


def claim(sightings: Sightings, generation: int = 1, labels: dict[str, str] | None = None, **spec: Any) -> set[str]:
    manifest = claim_manifest(labels=labels, **spec)
    manifest["metadata"] |= {"uid": "uid-claim", "generation": generation}
    return {ref.name for ref in sightings.observe(manifest, CLAIM)}


@pytest.mark.parametrize(
    ("meta", "woken"),
    [
        pytest.param({}, False, id="nothing that counts"),
        pytest.param({"resourceVersion": "9"}, False, id="another version"),
        pytest.param({"annotations": {"tool": "x"}}, False, id="a tool's annotation"),
        pytest.param({"finalizers": ["tool/x"]}, False, id="a finalizer"),
        pytest.param({"managedFields": [{"manager": "x"}]}, False, id="managed fields"),
        pytest.param({"generation": 2}, True, id="a new spec"),
        pytest.param({"labels": {"team": "a"}}, True, id="a label"),
        pytest.param({"annotations": {"nameplate.dev/recheck": "1"}}, True, id="the recheck annotation"),
        pytest.param({"deletionTimestamp": "2030-01-01T00:00:00Z"}, True, id="the beginning of a deletion"),
        pytest.param({"uid": "another"}, True, id="another object of the name"),
    ],
)
def test_an_object_is_looked_at_when(meta: dict[str, Any], woken: bool):
    sightings = Sightings()
    assert observe(sightings, "web", "cdp.acme.com") == {"web"}
    assert observe(sightings, "web", "cdp.acme.com", **meta) == ({"web"} if woken else set())


def test_what_is_gone_is_looked_at_once_more():
    sightings = Sightings()
    observe(sightings, "web", "cdp.acme.com")
    ref = Ref(CUSTOM_DOMAIN, "web", "acme")
    assert sightings.forget(ref) == {ref}
    assert sightings.forget(ref) == set()
    assert sightings.overlapping("cdp.acme.com") == set()


@pytest.fixture
def neighbours() -> Sightings:
    sightings = Sightings()
    for name, host in {
        "same": "cdp.acme.com",
        "below": "eu.cdp.acme.com",
        "above": "acme.com",
        "beside": "web.acme.com",
        "longer": "xcdp.acme.com",
    }.items():
        observe(sightings, name, host)
    return sightings


OVERLAPPING = {"same", "below", "above"}


def test_a_new_claim_wakes_whoever_wants_a_name_that_overlaps(neighbours: Sightings):
    assert claim(neighbours) == {CLAIM.name} | OVERLAPPING


@pytest.mark.parametrize(
    ("spec", "woken"),
    [
        pytest.param({"holder": {"namespace": "other", "name": "web"}}, True, id="it has another holder"),
        pytest.param({"releaseTime": "2030-01-01T00:00:00Z"}, True, id="it is released"),
        pytest.param({"zone": {"provider": "powerdns"}}, False, id="its holder has a zone"),
        pytest.param({"sources": ["website"]}, False, id="its holder has a source"),
    ],
)
def test_a_claim_wakes_others_when(neighbours: Sightings, spec: dict[str, Any], woken: bool):
    claim(neighbours)
    assert claim(neighbours, 2, **spec) == {CLAIM.name} | (OVERLAPPING if woken else set())


def test_a_claim_that_is_gone_wakes_those_who_lost_the_name(neighbours: Sightings):
    claim(neighbours)
    assert {ref.name for ref in neighbours.forget(CLAIM)} == {CLAIM.name} | OVERLAPPING


def test_a_name_that_was_edited_is_found_under_the_new_one_only():
    # The API server lets nobody edit it; an object made anew under the same name may have another.
    sightings = Sightings()
    observe(sightings, "web", "cdp.acme.com")
    observe(sightings, "web", "cdp.other.com", uid="another")
    assert sightings.overlapping("cdp.acme.com") == set()
    assert {ref.name for ref in sightings.overlapping("cdp.other.com")} == {"web"}
