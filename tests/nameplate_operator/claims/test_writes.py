"""Writes to claims that look twice: a holder that is gone, a claim that changed, a zone that is a stranger's."""

from datetime import UTC, datetime

import pytest

from nameplate_operator.claims.quarantine import DeleteZone
from nameplate_operator.claims.writes import BindClaim, CreateClaim, DeleteClaim, GuardDomain
from nameplate_operator.ports import Conflict, RecordSet
from tests.nameplate_operator.builders import (
    CLAIM_REF,
    DOMAIN_REF,
    TOKEN,
    claim_manifest,
    domain_manifest,
    memory_ports,
)

NOW = datetime(2030, 1, 2, tzinfo=UTC)
FINALIZER = "nameplate.dev/teardown"
HOLDER = {"namespace": "acme", "name": "web"}


class World:
    """A CustomDomain and a claim that is to be bound to it."""

    def __init__(self, **claim):
        self.ports = memory_ports()
        self.cluster = self.ports.cluster
        self.cluster.put(domain_manifest())
        self.cluster.put(claim_manifest(**{"token": None} | claim))

    def meta(self, ref):
        return self.cluster.objects[ref]["metadata"]

    @property
    def claim(self):
        return self.cluster.objects[CLAIM_REF]["spec"]

    def bind(self, **changes):
        claim = self.meta(CLAIM_REF)
        this = {"claim": CLAIM_REF, "uid": claim["uid"], "resource_version": claim["resourceVersion"]}
        uid = self.meta(DOMAIN_REF)["uid"]
        spec = {"holder": HOLDER, "releaseTime": None}
        return BindClaim(**this, spec=spec, domain=DOMAIN_REF, domain_uid=uid, now=NOW, **changes)

    def delete_claim(self):
        claim = self.meta(CLAIM_REF)
        return DeleteClaim(claim=CLAIM_REF, uid=claim["uid"], resource_version=claim["resourceVersion"])


async def test_binding_makes_a_token():
    world = World()
    await world.bind().apply(world.ports)
    assert len(world.claim["token"]) == 26
    assert "releaseTime" not in world.claim


async def test_giving_back_keeps_the_token():
    world = World(token=TOKEN, releaseTime="2030-01-01T00:00:00Z")
    await world.bind(has_token=True).apply(world.ports)
    assert world.claim["token"] == TOKEN
    assert "releaseTime" not in world.claim


async def test_a_name_that_was_bound_to_an_object_in_its_last_moments_is_released():
    world = World()
    bind = world.bind()
    world.meta(DOMAIN_REF)["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    await bind.apply(world.ports)
    assert world.claim["releaseTime"] == "2030-01-02T00:00:00Z"


async def test_a_name_that_was_given_back_to_an_object_that_is_gone_is_released():
    world = World(token=TOKEN, releaseTime="2030-01-01T00:00:00Z")
    bind = world.bind(has_token=True)
    del world.cluster.objects[DOMAIN_REF]
    world.cluster.put(domain_manifest())
    await bind.apply(world.ports)
    assert world.claim["releaseTime"] == "2030-01-02T00:00:00Z"


async def test_that_is_so_although_its_status_was_written_meanwhile():
    world = World()
    bind = world.bind()
    world.meta(DOMAIN_REF)["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    look = world.cluster.get

    async def get(ref):
        found = await look(ref)
        if ref == DOMAIN_REF:
            status = {"apiVersion": "nameplate.dev/v1alpha1", "kind": "DomainClaim", "status": {}}
            await world.cluster.apply_status(status | {"metadata": {"name": CLAIM_REF.name}}, "nameplate/status")
        return found

    world.cluster.get = get
    await bind.apply(world.ports)
    assert world.claim["releaseTime"] == "2030-01-02T00:00:00Z"


@pytest.mark.parametrize("write", ["bind", "delete_claim"])
async def test_a_claim_that_changed_meanwhile_is_neither_bound_nor_deleted(write):
    world = World()
    change = getattr(world, write)()
    world.cluster.edit(CLAIM_REF, token=TOKEN)
    with pytest.raises(Conflict):
        await change.apply(world.ports)
    assert world.claim["token"] == TOKEN


async def test_a_name_is_claimed_once():
    world = World()
    with pytest.raises(Conflict):
        await CreateClaim(host=CLAIM_REF.name, labels={}, spec={"holder": HOLDER}).apply(world.ports)


async def test_the_finalizer_is_for_exactly_the_object_that_was_seen():
    world = World()
    with pytest.raises(Conflict):
        await GuardDomain(domain=DOMAIN_REF, uid="another").apply(world.ports)
    await GuardDomain(domain=DOMAIN_REF, uid=world.meta(DOMAIN_REF)["uid"]).apply(world.ports)
    assert world.meta(DOMAIN_REF)["finalizers"] == [FINALIZER]


@pytest.mark.parametrize(("carried", "left"), [(TOKEN, False), ("z" * 26, True)], ids=["ours", "a stranger's"])
async def test_a_zone_is_deleted_only_if_it_carries_the_token(carried, left):
    world = World(token=TOKEN)
    await world.ports.zones.create(CLAIM_REF.name, ("ns.x",), (_token(carried),))
    version = world.meta(CLAIM_REF)["resourceVersion"]
    await DeleteZone(claim=CLAIM_REF, resource_version=version, token=TOKEN).apply(world.ports)
    assert (CLAIM_REF.name in world.ports.zones.zones) is left


@pytest.mark.parametrize(
    ("begun_for", "left"), [(TOKEN, False), ("z" * 26, True), ("", True)], ids=["ours", "another's", "nobody's"]
)
async def test_a_zone_whose_making_was_cut_short_is_deleted_only_if_it_was_begun_for_the_token(begun_for, left):
    world = World(token=TOKEN)
    world.ports.zones.begin(CLAIM_REF.name, begun_for)
    version = world.meta(CLAIM_REF)["resourceVersion"]
    await DeleteZone(claim=CLAIM_REF, resource_version=version, token=TOKEN).apply(world.ports)
    assert (CLAIM_REF.name in world.ports.zones.zones) is left


async def test_the_zone_of_a_name_that_was_taken_back_meanwhile_stays():
    world = World(token=TOKEN)
    await world.ports.zones.create(CLAIM_REF.name, ("ns.x",), (_token(TOKEN),))
    change = DeleteZone(claim=CLAIM_REF, resource_version=world.meta(CLAIM_REF)["resourceVersion"], token=TOKEN)
    world.cluster.edit(CLAIM_REF, holder={"namespace": "acme", "name": "again"})
    with pytest.raises(Conflict):
        await change.apply(world.ports)
    assert CLAIM_REF.name in world.ports.zones.zones


def _token(value):
    return RecordSet(f"_nameplate.{CLAIM_REF.name}", "TXT", 60, (value,))
