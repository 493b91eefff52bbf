"""What becomes of a name when its holder goes: it comes back to its namespace, is kept, or is free for others."""

from nameplate_operator.kinds import DOMAIN_CLAIM
from nameplate_operator.ports import Ref
from tests.stories.claim_world import QUARANTINE, ClaimWorld

ACCEPTED = ("True", "Accepted")
CLAIMED = ("False", "NameClaimed")


async def test_a_released_name_comes_back_to_its_namespace_with_the_same_zone_and_name_servers(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    first = await claims.apply(namespace, host)
    before = await claims.claim(host)
    await claims.see_delegated(host)
    await claims.delete(first)
    assert (await claims.claim(host))["releaseTime"]
    second = await claims.apply(namespace, host, name="again")
    after = await claims.claim(host)
    assert await claims.condition(second, "Accepted") == ACCEPTED
    assert (after["token"], after["zone"]["id"]) == (before["token"], before["zone"]["id"])
    assert after["zone"]["nameservers"] == before["zone"]["nameservers"] != []
    assert after["holder"] == {"namespace": namespace, "name": "again"}
    assert "releaseTime" not in after
    found = await claims.cluster.get(second)
    assert found["status"]["nameservers"] == before["zone"]["nameservers"]


async def test_a_released_name_is_refused_to_another_namespace_until_quarantine_is_over_then_accepted_untouched(
    claims: ClaimWorld,
):
    namespace, host = await claims.namespace("acme"), claims.host()
    first = await claims.apply(namespace, host)
    token = (await claims.claim(host))["token"]
    await claims.see_delegated(host)
    other = await claims.apply(await claims.namespace("rival"), host)
    await claims.delete(first)
    assert await claims.condition(other, "Accepted") == CLAIMED
    await claims.later(QUARANTINE)
    assert await claims.condition(other, "Accepted") == CLAIMED, "it is still delegated"
    claims.parent.delegated.clear()
    await claims.later(1)
    await claims.later(QUARANTINE - 1)
    assert await claims.condition(other, "Accepted") == CLAIMED
    await claims.later(1)
    assert await claims.condition(other, "Accepted") == ACCEPTED
    assert (await claims.claim(host))["token"] != token


async def test_a_name_that_was_never_delegated_is_free_at_once(claims: ClaimWorld):
    host = claims.host()
    first = await claims.apply(await claims.namespace("acme"), host)
    other = await claims.apply(await claims.namespace("rival"), host)
    await claims.delete(first)
    assert await claims.condition(other, "Accepted") == ACCEPTED


async def test_the_zone_of_a_released_name_is_bare_while_it_is_delegated(claims: ClaimWorld):
    host = claims.host()
    first = await claims.apply(await claims.namespace("acme"), host)
    await claims.see_delegated(host)
    await claims.serve_addresses(host)
    await claims.delete(first)
    zone = await claims.zones.find(host)
    assert {(record.name, record.type) for record in zone.records} == {
        (host, "NS"),
        (host, "CAA"),
        (f"_nameplate.{host}", "TXT"),
    }
    assert zone.values(host, "CAA") == ('0 issue ";"',)


async def test_a_delegation_seen_again_starts_the_quarantine_anew(claims: ClaimWorld):
    host = claims.host()
    claim = Ref(DOMAIN_CLAIM, host)
    first = await claims.apply(await claims.namespace("acme"), host)
    await claims.see_delegated(host)
    await claims.delete(first)
    claims.parent.delegated.clear()
    await claims.later(1)
    claims.parent.delegated.add(host)
    await claims.later(QUARANTINE - 2)
    assert await claims.condition(claim, "Undelegated") == ("False", "ParentStillDelegates")
    claims.parent.delegated.clear()
    await claims.later(1)
    await claims.later(QUARANTINE - 1)
    assert await claims.claim(host) is not None
    await claims.later(1)
    assert await claims.claim(host) is None
    assert await claims.zones.find(host) is None


async def test_a_parent_that_does_not_answer_never_frees_a_name(claims: ClaimWorld):
    host = claims.host()
    claim = Ref(DOMAIN_CLAIM, host)
    first = await claims.apply(await claims.namespace("acme"), host)
    await claims.see_delegated(host)
    await claims.delete(first)
    claims.parent.silent = True
    await claims.later(10 * QUARANTINE)
    assert await claims.condition(claim, "Undelegated") == ("False", "ParentStillDelegates")
    claims.parent.silent = False
    claims.parent.delegated.clear()
    await claims.later(1)
    claims.parent.silent = True
    await claims.later(10 * QUARANTINE)
    assert await claims.claim(host) is not None, "the last word of the parent is too old"
    claims.parent.silent = False
    await claims.later(1)
    assert await claims.claim(host) is None


async def test_retain_keeps_zone_token_and_claim(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    first = await claims.apply(namespace, host, deletionPolicy="Retain")
    before = await claims.claim(host)
    await claims.see_delegated(host)
    await claims.serve_addresses(host)
    await claims.delete(first)
    claims.parent.delegated.clear()
    await claims.later(10 * QUARANTINE)
    after = await claims.claim(host)
    assert (after["token"], after["zone"]["id"]) == (before["token"], before["zone"]["id"])
    zone = await claims.zones.find(host)
    assert zone.values(f"_nameplate.{host}", "TXT") == (before["token"],)
    assert zone.values(f"api.{host}", "A") == (), "address records are withdrawn all the same"


async def test_under_retain_a_deleted_claim_frees_the_name_and_leaves_the_zone(claims: ClaimWorld):
    host = claims.host()
    first = await claims.apply(await claims.namespace("acme"), host, deletionPolicy="Retain")
    await claims.see_delegated(host)
    await claims.delete(first)
    claims.parent.silent = True
    await claims.delete(Ref(DOMAIN_CLAIM, host))
    assert await claims.claim(host) is None
    assert await claims.zones.find(host) is not None


async def test_retain_is_the_way_out_when_neither_provider_nor_parent_ever_answers_again(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    first = await claims.apply(namespace, host)
    await claims.see_delegated(host)
    await claims.delete(first)
    claims.provider_away()
    claims.parent.silent = True
    await claims.delete(Ref(DOMAIN_CLAIM, host))
    await claims.later(10 * QUARANTINE)
    assert await claims.claim(host) is not None, "nobody knows whether the world still comes to us"
    await claims.edit(Ref(DOMAIN_CLAIM, host), deletionPolicy="Retain")
    assert await claims.claim(host) is None


async def test_a_claim_deleted_by_hand_ends_only_when_no_holder_is_left(claims: ClaimWorld):
    host = claims.host()
    first = await claims.apply(await claims.namespace("acme"), host)
    await claims.delete(Ref(DOMAIN_CLAIM, host))
    assert await claims.condition(first, "Accepted") == ACCEPTED
    assert await claims.zones.find(host) is not None
    await claims.delete(first)
    assert await claims.claim(host) is None
    assert await claims.zones.find(host) is None
