"""Who may hold a name: reservations, overlaps, copies of other clusters, holders that vanish."""

from nameplate_operator.kinds import DOMAIN_CLAIM
from nameplate_operator.ports import Ref
from tests.nameplate_operator.builders import WEBSITE
from tests.stories.claim_world import QUARANTINE, ClaimWorld

ACCEPTED = ("True", "Accepted")
CLAIMED = ("False", "NameClaimed")
TOKEN = "abcdefghijklmnopqrstuvwxyz"
RESERVED = {"nameplate.dev/reserved": "true"}


async def test_a_reservation_survives_its_holder(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    await claims.write_claim(host, {"holder": {"namespace": namespace}}, RESERVED)
    first = await claims.apply(namespace, host)
    assert await claims.condition(first, "Accepted") == ACCEPTED
    await claims.see_delegated(host)
    await claims.delete(first)
    claims.parent.delegated.clear()
    await claims.later(1)
    await claims.later(QUARANTINE)
    left = await claims.claim(host)
    assert left["holder"] == {"namespace": namespace}
    assert {"token", "zone", "releaseTime", "clusterName"}.isdisjoint(left)
    assert await claims.zones.find(host) is None
    assert await claims.condition(Ref(DOMAIN_CLAIM, host), "Bound") == ("False", "Reserved")
    other = await claims.apply(await claims.namespace("rival"), host)
    assert await claims.condition(other, "Accepted") == CLAIMED
    again = await claims.apply(namespace, host, name="again")
    assert await claims.condition(again, "Accepted") == ACCEPTED


async def test_a_reservation_for_a_namespace_refuses_all_others_below_it(claims: ClaimWorld):
    namespace = await claims.namespace("acme")
    await claims.write_claim(claims.host("eu"), {"holder": {"namespace": namespace}}, RESERVED)
    other = await claims.apply(await claims.namespace("rival"), claims.host("cdp.eu"))
    assert await claims.condition(other, "Accepted") == CLAIMED
    own = await claims.apply(namespace, claims.host("cdp.eu"))
    assert await claims.condition(own, "Accepted") == ACCEPTED


async def test_a_reservation_for_nobody_refuses_everybody(claims: ClaimWorld):
    host = claims.host()
    await claims.write_claim(host, {}, RESERVED)
    one = await claims.apply(await claims.namespace("acme"), host)
    assert await claims.condition(one, "Accepted") == CLAIMED


async def test_a_name_above_or_below_a_held_one_is_refused(claims: ClaimWorld):
    held = await claims.apply(await claims.namespace("acme"), claims.host("b.c"))
    rival = await claims.namespace("rival")
    above = await claims.apply(rival, claims.host("c"), name="above")
    below = await claims.apply(rival, claims.host("a.b.c"), name="below")
    beside = await claims.apply(rival, claims.host("x.c"), name="beside")
    assert await claims.condition(held, "Accepted") == ACCEPTED
    assert await claims.condition(above, "Accepted") == CLAIMED
    assert await claims.condition(below, "Accepted") == CLAIMED
    assert await claims.condition(beside, "Accepted") == ACCEPTED


async def test_two_custom_domains_of_one_namespace_refuse_each_other_too(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    await claims.apply(namespace, host)
    second = await claims.apply(namespace, host, name="second")
    found = await claims.cluster.get(second)
    [accepted] = [each for each in found["status"]["conditions"] if each["type"] == "Accepted"]
    assert (accepted["status"], accepted["reason"]) == CLAIMED
    assert "held by the CustomDomain web of this namespace" in accepted["message"]


async def test_a_source_of_one_domain_is_free_for_another_once_it_is_gone(claims: ClaimWorld):
    namespace = await claims.namespace("acme")
    first = await claims.apply(namespace, claims.host("one"), name="one")
    second = await claims.apply(namespace, claims.host("two"), name="two", sources=[WEBSITE])
    elsewhere = await claims.apply(await claims.namespace("other"), claims.host("three"))
    assert await claims.condition(first, "Accepted") == ACCEPTED
    assert await claims.condition(second, "Accepted") == ("False", "SourceTaken")
    assert await claims.condition(elsewhere, "Accepted") == ACCEPTED
    await claims.delete(first)
    assert await claims.condition(second, "Accepted") == ACCEPTED


async def test_a_copy_of_another_clusters_claim_is_left_alone_until_cluster_name_names_it(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    await claims.write_claim(
        host,
        {"holder": {"namespace": namespace, "name": "web"}, "clusterName": "lost-cluster", "token": TOKEN},
        {"nameplate.dev/namespace": namespace},
    )
    copy = await claims.claim(host)
    restored = await claims.apply(namespace, host)
    assert await claims.condition(restored, "Accepted") == ("False", "HeldByAnotherCluster")
    await claims.sweep()
    assert await claims.claim(host) == copy
    claims.operator = claims.new_operator("lost-cluster")
    await claims.settle()
    assert await claims.condition(restored, "Accepted") == ACCEPTED
    assert (await claims.claim(host))["token"] == TOKEN


async def test_deleting_the_restored_object_does_not_touch_another_clusters_claim(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    holder = {"namespace": namespace, "name": "web"}
    await claims.write_claim(host, {"holder": holder, "clusterName": "lost-cluster", "token": TOKEN})
    copy = await claims.claim(host)
    restored = await claims.apply(namespace, host)
    await claims.delete(restored)
    assert await claims.cluster.get(restored) is None
    assert await claims.claim(host) == copy


async def test_an_unbound_claim_of_a_vanished_holder_goes_at_once(claims: ClaimWorld):
    host = claims.host()
    gone = {"namespace": await claims.namespace("rival"), "name": "gone"}
    await claims.write_claim(host, {"holder": gone, "clusterName": claims.operator.settings.cluster_name})
    assert await claims.claim(host) is None


async def test_an_unbound_claim_of_a_vanished_holder_never_keeps_a_name(claims: ClaimWorld):
    gone = {"namespace": await claims.namespace("rival"), "name": "gone"}
    # Of another cluster, so that only whoever wants the name looks at it.
    await claims.write_claim(claims.host("a.b"), {"holder": gone, "clusterName": "lost"}, claims.registrable)
    await claims.write_claim(claims.host("b"), {"holder": gone, "clusterName": "lost"}, claims.registrable)
    one = await claims.apply(await claims.namespace("acme"), claims.host("b"))
    assert await claims.condition(one, "Accepted") == ACCEPTED
    assert await claims.claim(claims.host("a.b")) is None


async def test_the_sweep_releases_the_claim_of_a_holder_that_was_forced_away(claims: ClaimWorld):
    host = claims.host()
    one = await claims.apply(await claims.namespace("acme"), host)
    await claims.vanish(one)
    await claims.sweep()
    await claims.later(3599)
    await claims.sweep()
    assert "releaseTime" not in await claims.claim(host)
    await claims.later(1)
    await claims.sweep()
    assert await claims.claim(host) is None


async def test_the_sweep_stops_at_the_brake(claims: ClaimWorld):
    namespace = await claims.namespace("acme")
    sources = [[WEBSITE | {"name": f"s{n}"}] for n in range(6)]
    ones = [await claims.apply(namespace, claims.host(f"d{n}"), name=f"d{n}", sources=sources[n]) for n in range(6)]
    for one in ones:
        await claims.vanish(one)
    await claims.sweep()
    await claims.later(3600)
    await claims.sweep()
    assert claims.operator.halts == [False, True]
    for n in range(6):
        assert "releaseTime" not in await claims.claim(claims.host(f"d{n}"))


async def test_deletion_ends_although_the_provider_is_away(claims: ClaimWorld):
    host = claims.host()
    one = await claims.apply(await claims.namespace("acme"), host)
    await claims.see_delegated(host)
    claims.provider_away()
    await claims.delete(one)
    assert await claims.cluster.get(one) is None
    claim = Ref(DOMAIN_CLAIM, host)
    assert await claims.condition(claim, "Bound") == ("False", "Released")
    assert await claims.condition(claim, "Withdrawn") == ("Unknown", "ProviderUnavailable")
    claims.provider_back()
    await claims.settle()
    assert await claims.condition(claim, "Withdrawn") == ("True", "Withdrawn")


async def test_a_namespace_that_is_being_deleted_ends_although_the_provider_is_away(claims: ClaimWorld):
    namespace, host = await claims.namespace("acme"), claims.host()
    await claims.apply(namespace, host)
    await claims.see_delegated(host)
    claims.provider_away()
    await claims.end_namespace(namespace)
    assert (await claims.claim(host))["releaseTime"]
