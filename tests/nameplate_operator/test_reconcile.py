"""The pass: what one run over one CustomDomain reads, writes and returns."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.phase import Decision, Verdict
from nameplate_operator.subject import Domain
from tests.nameplate_operator.builders import DOMAIN_REF
from tests.nameplate_operator.one_domain import NOW, World
from tests.nameplate_operator.toys import FALSE, TRUE, Note, toy

ACCEPTED, ZONE, REACHABLE = ConditionType.ACCEPTED, ConditionType.ZONE_READY, ConditionType.REACHABLE
TRUE_ZONE = ("True", "Hosted")


async def test_the_first_pass_of_a_generation_runs_acceptance_alone_and_writes_every_condition():
    zone = toy(ZONE, needs=(ACCEPTED,))
    world = World(toy(ACCEPTED), zone, toy(REACHABLE, needs=(ZONE,)))
    assert await world.run() == 0
    assert zone.looks == 0
    assert world.status["observedGeneration"] == 1
    assert world.conditions == {
        "Ready": ("Unknown", "Waiting"),
        "Reconciling": ("True", "Progressing"),
        "Accepted": ("True", "Hosted"),
        "ZoneReady": ("Unknown", "Waiting"),
        "Reachable": ("Unknown", "Waiting"),
    }


async def test_only_a_full_pass_of_the_generation_takes_reconciling_away():
    world = World(toy(ACCEPTED), toy(ZONE))
    await world.run(2)
    assert world.conditions == {"Ready": ("True", "Serving"), "Accepted": ("True", "Hosted"), "ZoneReady": TRUE_ZONE}
    world.cluster.edit(DOMAIN_REF, suspend=False, deletionPolicy="Retain")
    await world.run()
    assert world.conditions["Ready"] == ("True", "Serving")
    assert world.conditions["Reconciling"] == ("True", "Progressing")
    await world.run()
    assert "Reconciling" not in world.conditions


async def test_a_pass_that_changed_something_is_followed_at_once_by_another():
    notes = []
    zone = toy(ZONE, Decision(TRUE, (Note(text="mend", notes=notes),), recheck_after=60))
    world = World(toy(ACCEPTED), zone)
    assert await world.run(2) == 0
    assert notes == ["mend"]
    zone.think = lambda _: Decision(TRUE, recheck_after=60)
    assert await world.run() == 60


async def test_somebody_who_keeps_undoing_our_changes_slows_us_down():
    world = World(toy(ACCEPTED), toy(ZONE, Decision(TRUE, (Note(text="mend", notes=[]),))))
    assert await world.run(26) == 0
    assert [await world.run() for _ in range(8)] == [2, 4, 8, 16, 32, 60, 60, 60]


async def test_the_next_look_is_the_earliest_that_a_phase_asks_for():
    world = World(toy(ACCEPTED, Decision(TRUE, recheck_after=50)), toy(ZONE, Decision(TRUE, recheck_after=40)))
    assert await world.run(2) == 40


async def test_without_a_wish_the_next_look_is_spread_between_one_and_two_times_the_active_pace():
    world = World(toy(ACCEPTED), toy(ZONE), pace={"activeEvery": 100})
    assert 100 <= await world.run(2) <= 200


async def test_status_is_written_only_if_it_differs():
    world = World(toy(ACCEPTED), toy(ZONE, Decision(TRUE, recheck_after=10)))
    await world.run(2)
    await world.run(3)
    assert world.cluster.writes == []


async def test_the_next_look_is_shown_only_while_it_is_five_minutes_or_more_away_and_stays_put():
    zone = toy(ZONE, Decision(TRUE, recheck_after=299))
    world = World(toy(ACCEPTED, Decision(TRUE, recheck_after=9999)), zone)
    await world.run(2)
    assert "nextCheckTime" not in world.status
    zone.think = lambda _: Decision(TRUE, recheck_after=400)
    await world.run()
    shown = world.status["nextCheckTime"]
    assert shown == "2030-01-02T00:06:42Z"
    assert await world.run(2) == pytest.approx(398)
    assert world.cluster.writes == []
    world.now = NOW + timedelta(seconds=403)
    await world.run()
    assert world.status["nextCheckTime"] == "2030-01-02T00:13:23Z"


async def test_a_transition_time_moves_with_the_truth_only():
    zone = toy(ZONE, Decision(FALSE))
    world = World(toy(ACCEPTED), zone)

    def moved():
        return next(c["lastTransitionTime"] for c in world.status["conditions"] if c["type"] == "ZoneReady")

    await world.run(2)
    first = moved()
    zone.think = lambda _: Decision(replace(FALSE, reason=Reason.REPAIRING, message="Other words."))
    await world.run()
    assert (moved(), world.conditions["ZoneReady"]) == (first, ("False", "Repairing"))
    zone.think = lambda _: Decision(TRUE)
    await world.run()
    assert moved() > first


async def test_ready_borrows_from_the_first_that_does_not_hold_and_stalls_where_only_a_person_helps():
    stuck = Verdict(Truth.FALSE, Reason.ZONE_CONFLICT, "A stranger's zone.", stalled=True)
    world = World(toy(ACCEPTED), toy(ZONE, Decision(stuck)), toy(REACHABLE, Decision(FALSE)))
    await world.run(2)
    assert world.conditions["Ready"] == ("False", "ZoneConflict")
    assert world.conditions["Stalled"] == ("True", "ZoneConflict")
    assert "Reconciling" not in world.conditions


async def test_a_roll_out_while_serving_is_reconciling_and_ready():
    rolling = Verdict(Truth.TRUE, Reason.AVAILABLE, "1 of 2 Pods is new.", progressing=True)
    world = World(toy(ACCEPTED), toy(ZONE, Decision(rolling)))
    await world.run(2)
    assert world.conditions["Ready"] == ("True", "Serving")
    assert world.conditions["Reconciling"] == ("True", "RollingOut")


async def test_an_edit_that_was_only_now_carried_over_is_not_taken_for_served():
    zone = toy(ZONE)
    world = World(toy(ACCEPTED), zone)
    await world.run(2)
    world.cluster.edit(DOMAIN_REF, deletionPolicy="Retain")
    await world.run()
    roll_out = Note(text="roll out", notes=[], from_spec=True)
    for changes, shown in (((roll_out,), True), ((), False), ((roll_out,), False)):
        zone.think = lambda _, changes=changes: Decision(TRUE, changes)
        await world.run()
        assert ("Reconciling" in world.conditions) is shown


async def test_ready_can_do_without_a_probe_that_was_never_possible():
    unknown = Verdict(Truth.UNKNOWN, Reason.CONNECT_FAILED, "Timed out.")
    phases = (toy(ACCEPTED), toy(REACHABLE, Decision(unknown)))
    needed, optional = World(*phases), World(*phases, prober={"required": False})
    await needed.run(2)
    await optional.run(2)
    assert needed.conditions["Ready"] == ("Unknown", "ConnectFailed")
    assert optional.conditions["Ready"] == ("True", "Serving")


async def test_suspend_holds_back_every_change_but_looks_on():
    notes = []
    zone = toy(ZONE, Decision(FALSE, (Note(text="make", notes=notes, first=True),)))
    world = World(toy(ACCEPTED), zone, spec={"suspend": True})
    await world.run(2)
    assert (notes, zone.looks) == ([], 1)
    assert world.conditions == {
        "Ready": ("Unknown", "Suspended"),
        "Accepted": ("True", "Hosted"),
        "ZoneReady": ("Unknown", "Suspended"),
    }


async def test_nothing_is_repaired_once_the_namespace_is_being_deleted():
    notes = []
    world = World(toy(ACCEPTED), toy(ZONE, Decision(TRUE, (Note(text="mend", notes=notes),))))
    namespace = next(ref for ref in world.cluster.objects if str(ref) == "Namespace acme")
    world.cluster.objects[namespace]["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    await world.run(2)
    assert notes == []


async def test_nothing_is_repaired_once_the_object_is_being_deleted():
    zone = toy(ZONE)
    world = World(toy(ACCEPTED), zone)
    world.cluster.objects[DOMAIN_REF]["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    await world.run()
    assert (world.torn_down, zone.looks) == ([DOMAIN_REF], 0)


async def test_an_object_that_is_gone_is_forgotten():
    world = World(toy(ACCEPTED))
    await world.run()
    del world.cluster.objects[DOMAIN_REF]
    assert await world.run() is None
    assert world.reconciler.memories == {}


@pytest.mark.parametrize(
    ("spec", "field", "looks"),
    [({"ingestion": {"replicas": "many"}}, "spec.ingestion.replicas: ", 1), ({"domain": 7}, "spec.domain: ", 0)],
    ids=["the name is known", "the name is not known"],
)
async def test_a_spec_that_slipped_through_is_told_with_its_field_and_only_what_exists_is_kept_up(spec, field, looks):
    def think(was):
        invalid = Domain.read(world.cluster.objects[DOMAIN_REF]).invalid
        return Decision(Verdict(Truth.FALSE, Reason.INVALID_SPEC, str(invalid), stalled=True))

    notes = []
    changes = (Note(text="make", notes=notes, first=True), Note(text="shape", notes=notes, from_spec=True))
    accepted, zone = toy(ACCEPTED), toy(ZONE, Decision(FALSE, changes), needs=(ACCEPTED,))
    accepted.think = think
    world = World(accepted, zone, spec=spec)
    await world.run(2)
    message = next(c["message"] for c in world.status["conditions"] if c["type"] == "Ready")
    assert message.startswith(field)
    assert world.conditions["ZoneReady"] == ("Unknown", "Waiting")
    assert (zone.looks, notes) == (looks, [])


async def test_a_spec_that_slipped_through_takes_nothing_out_of_status_that_was_seen_before():
    unusable = Decision(Verdict(Truth.FALSE, Reason.INVALID_SPEC, "It cannot be used.", stalled=True))
    accepted, zone = toy(ACCEPTED), toy(ZONE, Decision(TRUE, report={"nameservers": ["ns1.example"]}))
    type(zone).reports = ("nameservers",)
    world = World(accepted, zone)
    await world.run(2)
    accepted.think = lambda _: unusable
    world.cluster.edit(DOMAIN_REF, sources="none")
    for _ in range(3):
        await world.run()
        assert world.status["nameservers"] == ["ns1.example"]
        assert world.conditions["ZoneReady"] == TRUE_ZONE
    assert world.conditions["Ready"] == ("False", "InvalidSpec")


async def test_an_event_is_posted_when_a_reason_is_new_and_not_for_waiting():
    zone = toy(ZONE, Decision(FALSE))
    world = World(toy(ACCEPTED), zone, toy(REACHABLE, needs=(ZONE,)))
    world.reconciler.phases[2].look = lambda: None
    await world.run(4)
    told = [(event.type, event.reason, event.message) for event in world.cluster.events]
    assert told == [
        ("Normal", "Hosted", "Accepted: It holds."),
        ("Normal", "Creating", "ZoneReady: It does not hold."),
    ]


async def test_ready_is_told_of_when_it_comes_and_goes_and_does_not_repeat_what_it_sums_up():
    zone = toy(ZONE, Decision(FALSE))
    world = World(toy(ACCEPTED), zone)
    await world.run(2)
    zone.think = lambda _: Decision(TRUE)
    await world.run()
    zone.think = lambda _: Decision(FALSE)
    await world.run()
    told = [event.message for event in world.cluster.events if event.message.startswith(("Ready", "Reconciling"))]
    assert told == ["Ready: Every condition holds.", "Ready: It does not hold."]
