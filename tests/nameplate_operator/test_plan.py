"""Gates, failed looks and failed changes: what a plan publishes and what it holds back."""

from datetime import UTC, datetime, timedelta

import pytest

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.phase import Decision, Streak, Verdict
from nameplate_operator.plan import Halt, Memory, carry_out, failed_looks, plan
from nameplate_operator.ports import Conflict, ProviderError
from nameplate_operator.summary import told
from tests.nameplate_operator.builders import a_condition, a_domain, memory_ports
from tests.nameplate_operator.toys import FALSE, TRUE, Note, raising, toy

NOW = datetime(2030, 1, 2, tzinfo=UTC)
ACCEPTED, ZONE, DELEGATED = ConditionType.ACCEPTED, ConditionType.ZONE_READY, ConditionType.DELEGATED
AWAY = ProviderError(Reason.PROVIDER_UNAVAILABLE, "PowerDNS did not answer.")
REFUSED = ProviderError(Reason.CREDENTIALS_REJECTED, "PowerDNS refused the key.", refused=True)


def zone_was(status: str, reason: str, message: str) -> dict[str, object]:
    """Return a status in which ZoneReady stands so."""
    return {"observedGeneration": 1, "conditions": [a_condition("ZoneReady", status, reason, message)]}


async def planned(*phases, domain=None, memory=None, halt=None):
    return await plan(phases, domain or a_domain(), memory or Memory(), NOW, halt)


async def test_a_gate_holds_back_only_what_is_made_for_the_first_time():
    first, upkeep = Note(text="make", notes=[], first=True), Note(text="mend", notes=[])
    zone = toy(ZONE, Decision(FALSE, (first, upkeep)), needs=(ACCEPTED,))
    decisions = await planned(toy(ACCEPTED, Decision(FALSE)), zone)
    assert decisions[ZONE] == Decision(Verdict(Truth.UNKNOWN, Reason.WAITING, "Waits for Accepted."), (upkeep,))


async def test_a_gate_holds_back_no_fact():
    zone = toy(ZONE, Decision(TRUE, (Note(text="make", notes=[], first=True),)), needs=(ACCEPTED,))
    decisions = await planned(toy(ACCEPTED, Decision(FALSE)), zone)
    assert decisions[ZONE] == Decision(TRUE)


@pytest.mark.parametrize("status", ["True", "False"])
async def test_what_once_passed_its_gate_is_made_again_whatever_became_of_earlier_phases(status):
    make = Note(text="make", notes=[], first=True)
    delegated = toy(DELEGATED, Decision(FALSE, (make,)), needs=(ZONE,))
    before = {"conditions": [a_condition("Delegated", status, "DelegationMissing")]}
    decisions = await planned(toy(ZONE, Decision(FALSE)), delegated, domain=a_domain(status=before))
    assert decisions[DELEGATED].changes == (make,)


async def test_a_spec_that_is_not_accepted_holds_back_only_what_is_built_from_it():
    built, renewed = Note(text="roll out", notes=[], from_spec=True), Note(text="renew", notes=[])
    zone = toy(ZONE, Decision(TRUE, (built, renewed)))
    decisions = await planned(toy(ACCEPTED, Decision(FALSE)), zone)
    assert decisions[ZONE].changes == (renewed,)


async def test_what_waits_for_the_spec_says_so_until_it_was_once_seen():
    make = Note(text="make", notes=[], first=True, from_spec=True)
    phases = (toy(ACCEPTED, Decision(FALSE)), toy(ZONE, Decision(FALSE, (make,))))
    fresh = await planned(*phases)
    assert fresh[ZONE] == Decision(Verdict(Truth.UNKNOWN, Reason.WAITING, "Waits for Accepted."))
    seen = await planned(*phases, domain=a_domain(status=zone_was("True", "Hosted", "")))
    assert seen[ZONE] == Decision(FALSE)


async def test_an_open_gate_lets_everything_through():
    make = Note(text="make", notes=[], first=True, from_spec=True)
    decisions = await planned(toy(ACCEPTED), toy(ZONE, Decision(FALSE, (make,)), needs=(ACCEPTED,)))
    assert decisions[ZONE] == Decision(FALSE, (make,))


async def test_a_halt_holds_back_every_change_and_says_why_where_nothing_was_seen():
    make = Note(text="make", notes=[], first=True)
    halt = Halt(Reason.SUSPENDED, "Suspended.")
    fresh = await planned(toy(ZONE, Decision(FALSE, (make,))), halt=halt)
    assert fresh[ZONE] == Decision(Verdict(Truth.UNKNOWN, Reason.SUSPENDED, "Suspended."))
    was = a_domain(status=zone_was("False", "Creating", "x"))
    seen = await planned(toy(ZONE, Decision(FALSE, (make,))), domain=was, halt=halt)
    assert seen[ZONE] == Decision(FALSE)


@pytest.mark.parametrize(
    ("before", "error", "expected"),
    [
        pytest.param(None, AWAY, (Truth.UNKNOWN, AWAY.reason, AWAY.message, False), id="first look fails"),
        pytest.param(None, REFUSED, (Truth.FALSE, REFUSED.reason, REFUSED.message, True), id="first look refused"),
        pytest.param(
            ("True", "Hosted", "The zone stands."),
            AWAY,
            (Truth.TRUE, Reason.HOSTED, f"The zone stands. The last attempt failed: {AWAY.message}", False),
            id="was True, look fails",
        ),
        pytest.param(
            ("True", "Hosted", "The zone stands. The last attempt failed: something else."),
            REFUSED,
            (Truth.TRUE, Reason.HOSTED, f"The zone stands. The last attempt failed: {REFUSED.message}", False),
            id="was True, refused: nothing piles up in the message",
        ),
        pytest.param(
            ("False", "Creating", "The zone is being made."),
            AWAY,
            (Truth.FALSE, Reason.CREATING, f"The zone is being made. The last attempt failed: {AWAY.message}", False),
            id="was False, look fails",
        ),
        pytest.param(
            ("False", "Creating", "The zone is being made."),
            REFUSED,
            (Truth.FALSE, REFUSED.reason, REFUSED.message, True),
            id="was False, refused",
        ),
        pytest.param(
            ("Unknown", "Waiting", "Waits for Accepted."),
            AWAY,
            (Truth.UNKNOWN, AWAY.reason, AWAY.message, False),
            id="was waiting, look fails",
        ),
        pytest.param(
            None,
            ZeroDivisionError("secret detail"),
            (Truth.UNKNOWN, Reason.INTERNAL_ERROR, "The operator failed; its log says how.", False),
            id="unforeseen",
        ),
    ],
)
async def test_a_failed_look_keeps_what_was_seen(before, error, expected):
    zone = toy(ZONE)
    zone.look = raising(error)
    domain = a_domain(status=zone_was(*before)) if before else a_domain()
    verdict = (await planned(zone, domain=domain))[ZONE].verdict
    assert (verdict.truth, verdict.reason, told(verdict), verdict.stalled) == expected


async def test_a_reason_of_another_version_is_no_obstacle():
    zone = toy(ZONE)
    zone.look = raising(AWAY)
    decisions = await planned(zone, domain=a_domain(status=zone_was("True", "ReasonOfAnotherVersion", "It stands.")))
    kept = Verdict(Truth.TRUE, Reason.PROGRESSING, "It stands.", aside=AWAY.message)
    assert decisions[ZONE].verdict == kept


async def test_a_failed_look_keeps_the_phase_s_part_of_status():
    zone = toy(ZONE)
    type(zone).reports = ("nameservers",)
    zone.look = raising(AWAY)
    before = zone_was("True", "Hosted", "") | {"nameservers": ["ns1.example"], "records": []}
    assert (await planned(zone, domain=a_domain(status=before)))[ZONE].report == {"nameservers": ["ns1.example"]}


async def test_failed_looks_are_repeated_more_and_more_slowly():
    zone, memory = toy(ZONE), Memory()
    zone.look = raising(AWAY)
    pauses = [(await planned(zone, memory=memory))[ZONE].recheck_after for _ in range(9)]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    memory.failures[ZONE] = 10_000
    assert (await planned(zone, memory=memory))[ZONE].recheck_after == 300
    zone.look = lambda: "seen"
    await planned(zone, memory=memory)
    zone.look = raising(AWAY)
    assert (await planned(zone, memory=memory))[ZONE].recheck_after == 5


async def test_one_phase_s_trouble_never_keeps_another_from_its_work():
    broken = toy(ZONE)
    broken.look = raising(ZeroDivisionError())
    mend = Note(text="mend", notes=[])
    decisions = await planned(toy(ACCEPTED), broken, toy(DELEGATED, Decision(TRUE, (mend,))))
    assert decisions[DELEGATED].changes == (mend,)


async def test_nothing_to_look_at_yet_waits_for_what_is_needed():
    zone = toy(ZONE, needs=(ACCEPTED,))
    zone.look = lambda: None
    waits = await planned(toy(ACCEPTED, Decision(FALSE)), zone)
    assert waits[ZONE].verdict == Verdict(Truth.UNKNOWN, Reason.WAITING, "Waits for Accepted.")
    nobody = await planned(toy(ACCEPTED), zone)
    assert nobody[ZONE].verdict == Verdict(Truth.UNKNOWN, Reason.WAITING, "It has not been looked at yet.")
    stays = await planned(toy(ACCEPTED), zone, domain=a_domain(status=zone_was("True", "Hosted", "It stands.")))
    assert stays[ZONE].verdict == Verdict(Truth.TRUE, Reason.HOSTED, "It stands.")


async def test_failures_in_a_row_are_handed_to_the_next_decision():
    zone, memory, counts = toy(ZONE), Memory(), []

    def think(was):
        counts.append(was.streak.count)
        return Decision(FALSE, streak=was.streak.struck(NOW, frozenset({"ns1"})))

    zone.think = think
    for _ in range(3):
        await planned(zone, memory=memory)
    assert counts == [0, 1, 2]
    assert memory.streaks[ZONE] == Streak(3, NOW, frozenset({"ns1"}))
    assert memory.streaks[ZONE].age(NOW + timedelta(minutes=10)) == 600


async def test_decisions_say_which_looks_failed_whether_nothing_was_seen_or_something_wrong():
    zone, delegated = toy(ZONE), toy(DELEGATED, Decision(TRUE, failed_look=Reason.DELEGATION_MISSING))
    zone.look = raising(AWAY)
    decisions = await planned(toy(ACCEPTED), zone, delegated)
    assert list(failed_looks(decisions)) == [(ZONE, AWAY.reason), (DELEGATED, Reason.DELEGATION_MISSING)]


async def test_changes_are_made_in_phase_order_and_a_failure_ends_those_of_its_phase_alone():
    notes: list[str] = []
    failing = (Note(text="1", notes=notes), Note(text="2", notes=notes, error=AWAY), Note(text="3", notes=notes))
    decisions = {ZONE: Decision(FALSE, failing), DELEGATED: Decision(FALSE, (Note(text="4", notes=notes),))}
    outcome, changed = await carry_out(decisions, memory_ports(), Memory())
    assert (notes, changed) == (["1", "4"], True)
    assert outcome[ZONE].verdict == Verdict(Truth.FALSE, AWAY.reason, AWAY.message)
    assert outcome[ZONE].recheck_after == 5
    assert outcome[DELEGATED] == decisions[DELEGATED]


def test_changes_that_are_undone_for_days_are_made_again_every_minute():
    memory = Memory(passes_with_changes=10_000)
    assert memory.pause(changed=True) == 60


async def test_changes_that_keep_failing_are_repeated_more_and_more_slowly():
    memory, pauses = Memory(), []
    zone = toy(ZONE, Decision(FALSE, (Note(text="1", notes=[], error=AWAY),)))
    for _ in range(3):
        outcome, _ = await carry_out(await planned(zone, memory=memory), memory_ports(), memory)
        pauses.append(outcome[ZONE].recheck_after)
    assert pauses == [5, 10, 20]
    zone.think = lambda _: Decision(FALSE, (Note(text="1", notes=[]),))
    await carry_out(await planned(zone, memory=memory), memory_ports(), memory)
    assert memory.failures == {}


@pytest.mark.parametrize(
    ("verdict", "error", "expected"),
    [
        pytest.param(FALSE, REFUSED, Verdict(Truth.FALSE, REFUSED.reason, REFUSED.message, stalled=True), id="refused"),
        pytest.param(
            TRUE,
            AWAY,
            Verdict(Truth.TRUE, Reason.HOSTED, "It holds.", aside=AWAY.message),
            id="upkeep fails",
        ),
        pytest.param(FALSE, Conflict("older"), FALSE, id="somebody was faster: look again at once"),
    ],
)
async def test_a_failed_change_is_told(verdict, error, expected):
    decisions = {ZONE: Decision(verdict, (Note(text="1", notes=[], error=error),))}
    outcome, _ = await carry_out(decisions, memory_ports(), Memory())
    assert outcome[ZONE].verdict == expected
