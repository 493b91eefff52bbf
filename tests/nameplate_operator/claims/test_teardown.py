"""The end of a CustomDomain: what becomes of its claim, and that nothing outside is asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.claims.teardown import Teardown
from nameplate_operator.ports import ProviderError
from nameplate_operator.subject import Domain
from tests.nameplate_operator.builders import (
    CLAIM_REF,
    DOMAIN_REF,
    claim_manifest,
    domain_manifest,
    memory_ports,
    settings,
)

NOW = datetime(2030, 1, 2, tzinfo=UTC)
FINALIZER = "nameplate.dev/teardown"
LABELS = {"nameplate.dev/registrable": "acme.com", "nameplate.dev/namespace": "acme"}
SERVERS = ["a.ns1.nameplate.example", "a.ns2.nameplate.example"]
ZONE = {"provider": "powerdns", "id": "z", "nameservers": SERVERS}


class World:
    """A CustomDomain that is being deleted, its claim, and outside systems that never answer."""

    def __init__(self, claim=None, finalizers=(FINALIZER,), **spec):
        self.ports = memory_ports()
        self.cluster = self.ports.cluster
        self.ports.zones.failing = ProviderError(Reason.PROVIDER_UNAVAILABLE, "The provider is away.")
        manifest = domain_manifest(**spec)
        manifest["metadata"] |= {"finalizers": list(finalizers), "deletionTimestamp": "2030-01-01T00:00:00Z"}
        self.cluster.put(manifest)
        if claim is not None:
            stored = claim_manifest(labels=LABELS, **claim)
            if stored["spec"]["token"]:
                stored["metadata"]["finalizers"] = [FINALIZER]
            self.cluster.put(stored)

    async def tear_down(self):
        domain = Domain.read(await self.cluster.get(DOMAIN_REF))
        return await Teardown(self.ports, settings())(domain, NOW)

    @property
    def claim(self):
        return self.cluster.objects[CLAIM_REF]["spec"]


async def test_without_a_claim_the_object_just_goes():
    world = World()
    assert await world.tear_down() is None
    assert DOMAIN_REF not in world.cluster.objects


async def test_its_claim_is_released_and_its_sources_are_free():
    world = World({"sources": ["website"]})
    assert await world.tear_down() is None
    assert world.claim["releaseTime"] == "2030-01-02T00:00:00Z"
    assert world.claim["sources"] == []
    assert world.claim["holder"] == {"namespace": "acme", "name": "web"}
    assert DOMAIN_REF not in world.cluster.objects


async def test_an_unbound_claim_of_its_own_is_deleted():
    world = World({"token": None})
    await world.tear_down()
    assert CLAIM_REF not in world.cluster.objects
    assert DOMAIN_REF not in world.cluster.objects


@pytest.mark.parametrize(
    "strange",
    [
        {"holder": {"namespace": "other", "name": "web"}},
        {"holder": {"namespace": "acme", "name": "shop"}},
        {"holder": {"namespace": "acme"}, "token": None},
        {"clusterName": "another"},
    ],
    ids=["another namespace's", "another object's", "a reservation", "another cluster's"],
)
async def test_a_claim_that_is_not_its_own_is_left_alone(strange):
    world = World(strange)
    before = dict(world.claim)
    await world.tear_down()
    assert world.claim == before
    assert DOMAIN_REF not in world.cluster.objects


async def test_a_release_that_was_cut_short_is_not_repeated():
    world = World({"releaseTime": "2030-01-01T00:00:00Z"})
    await world.tear_down()
    assert world.claim["releaseTime"] == "2030-01-01T00:00:00Z"
    assert DOMAIN_REF not in world.cluster.objects


async def test_the_claim_of_a_spec_that_cannot_be_used_is_found_by_its_label():
    world = World({}, sources=[{"name": "website", "type": "Carrier pigeon"}])
    await world.tear_down()
    assert "releaseTime" in world.claim


async def test_the_owner_is_told_which_records_to_remove():
    world = World({"zone": ZONE | {"delegated": True}})
    await world.tear_down()
    [event] = world.cluster.events
    assert (event.about, event.reason) == (DOMAIN_REF, "ParentStillDelegates")
    assert f"the NS records of cdp.acme.com ({', '.join(SERVERS)})" in event.message


@pytest.mark.parametrize(
    ("delegated", "policy"),
    [pytest.param(False, "Delete", id="never there"), pytest.param(True, "Retain", id="to stay")],
)
async def test_nobody_is_told_to_remove_what_was_never_there_or_is_to_stay(delegated, policy):
    world = World({"zone": ZONE | {"delegated": delegated}}, deletionPolicy=policy)
    await world.tear_down()
    assert world.cluster.events == []


async def test_other_finalizers_stay():
    world = World({}, finalizers=("a.stranger/x", FINALIZER))
    await world.tear_down()
    assert world.cluster.objects[DOMAIN_REF]["metadata"]["finalizers"] == ["a.stranger/x"]


async def test_an_object_without_our_finalizer_is_not_touched():
    world = World({}, finalizers=("a.stranger/x",))
    assert await world.tear_down() is None
    assert world.cluster.writes == []


async def test_a_claim_that_changed_meanwhile_is_looked_at_again():
    world = World({})
    read = Domain.read(await world.cluster.get(DOMAIN_REF))
    stale = replace(read, resource_version="0")
    assert await Teardown(world.ports, settings())(stale, NOW) == 0
    assert DOMAIN_REF in world.cluster.objects


@pytest.mark.parametrize(
    ("copied", "last_word"), [("Delete", "Retain"), ("Retain", "Delete"), ("Retain", "Retain"), ("Delete", "Delete")]
)
async def test_the_last_word_on_the_zone_holds_though_no_pass_ever_copied_it(copied, last_word):
    world = World({"deletionPolicy": copied}, deletionPolicy=last_word, suspend=True)
    await world.tear_down()
    assert world.claim["deletionPolicy"] == last_word


async def test_an_unusable_spec_leaves_the_policy_as_it_was_copied():
    world = World({"deletionPolicy": "Retain"}, deletionPolicy="Perhaps")
    await world.tear_down()
    assert world.claim["deletionPolicy"] == "Retain"
