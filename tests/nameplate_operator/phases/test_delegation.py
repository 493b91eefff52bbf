"""Delegated: what is decided from what is seen, when it is looked again, and when a look is made at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.changes import RecordOnClaim
from nameplate_operator.delegation.facts import Facts, Service, View, Why
from nameplate_operator.phase import Decision, Streak, Was
from nameplate_operator.phases.delegation import Delegating, Delegation
from nameplate_operator.subject import Claim, Domain
from tests.nameplate_operator.builders import CLAIM_REF, a_claim, a_condition, a_domain, memory_ports, settings
from tests.nameplate_operator.delegation.sights import OURS, absent, child, facts, parent, parents
from tests.nameplate_operator.memory_ports import EPOCH

TOKEN = "t0k3nt0k3nt0k3nt0k3n"
ZONE = {"provider": "powerdns", "id": "cdp.acme.com.", "nameservers": list(OURS)}
NEW = a_claim(token=TOKEN, zone=ZONE)
ONCE = a_claim(token=TOKEN, zone=ZONE | {"delegated": True})
SERVED = (child(0, token=TOKEN), child(1, token=TOKEN))
HEALTHY = facts(children=SERVED)
MIXED = facts(children=SERVED, parents=(parent(0, View.REFERRAL, *OURS), parent(1, View.NXDOMAIN)))
NO_STREAK = Streak()
NOW = EPOCH + timedelta(days=30)
ROW = {
    "purpose": "Delegation",
    "action": "Add",
    "name": "cdp.acme.com",
    "relativeName": "cdp",
    "type": "NS",
    "values": list(OURS),
    "ttl": 3600,
    "state": "Pending",
    "found": [],
}


def was(status: str = "", *, since: float = 0, streak: Streak = NO_STREAK) -> Was:
    """The condition's past: its status for so many seconds."""
    domain = a_domain(status={"conditions": [condition(status, since)]}) if status else a_domain()
    return Was(NOW, domain.conditions.get(ConditionType.DELEGATED), streak)


def condition(status: str, since: float, type_: str = "Delegated") -> dict[str, Any]:
    moment = (NOW - timedelta(seconds=since)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return a_condition(type_, status, "DelegationMissing", lastTransitionTime=moment)


def shown(seconds_ago: float = 86400, **meta: Any) -> Domain:
    """A domain whose name servers have been shown for so long."""
    return a_domain(meta, {"conditions": [condition("True", seconds_ago, "ZoneReady")]})


def decide(seen: Facts, past: Was, claim: Claim = NEW, domain: Domain | None = None, **more: Any) -> Decision:
    phase = Delegation(memory_ports(), settings(delegationDeadline=86400))
    return phase.decide(domain or shown(), Delegating(claim, OURS, seen, past.now, **more), past)


def test_a_healthy_delegation_is_true_at_once_and_noted_on_the_claim_once() -> None:
    decision = decide(HEALTHY, was("False", since=60))
    assert (decision.verdict.truth, decision.verdict.reason) == (Truth.TRUE, Reason.DELEGATED)
    assert decision.changes == (RecordOnClaim(claim=CLAIM_REF, uid="uid-claim", spec={"zone": {"delegated": True}}),)
    assert decision.report == {"records": [ROW | {"state": "Present", "found": list(OURS)}]}
    assert decision.recheck_after is None
    assert decide(HEALTHY, was("True"), ONCE).changes == ()


def test_warnings_are_told_with_a_delegation_that_holds() -> None:
    decision = decide(facts(children=SERVED, parents=parents(View.REFERRAL, OURS[0])), was())
    assert (decision.verdict.truth, decision.verdict.reason) == (Truth.TRUE, Reason.DELEGATED_PARTIALLY)
    assert decision.verdict.message == (
        "cdp.acme.com is delegated, and its name servers answer for it. 1 of 2 name servers are listed. "
        "It works, with less redundancy. Please add k1.ns2.nameplate.example."
    )
    assert decision.report["records"][0]["state"] == "Pending"
    assert decision.report["records"][0]["found"] == [OURS[0]]


def test_a_missing_delegation_is_false_with_the_record_to_add() -> None:
    decision = decide(absent(), was())
    assert (decision.verdict.truth, decision.verdict.reason) == (Truth.FALSE, Reason.DELEGATION_MISSING)
    assert decision.report == {"records": [ROW]}
    assert decision.changes == ()
    assert not decision.verdict.stalled


@pytest.mark.parametrize(("false_for", "stalled"), [(86399, False), (86400, True)])
def test_it_is_stalled_once_the_deadline_has_passed(false_for: float, stalled: bool) -> None:
    assert decide(absent(), was("False", since=false_for)).verdict.stalled is stalled


def test_records_to_remove_are_rows_too() -> None:
    elsewhere = facts(parents=parents(View.REFERRAL, "ns1.other.net", ttl=600))
    rows = decide(elsewhere, was()).report["records"]
    assert [(row["action"], row["values"], row["state"], row["found"], row["ttl"]) for row in rows] == [
        ("Add", list(OURS), "Pending", ["ns1.other.net"], 3600),
        ("Remove", ["ns1.other.net"], "Pending", ["ns1.other.net"], 600),
    ]


def test_a_first_look_that_fails_is_unknown_and_still_shows_the_record() -> None:
    unseen = absent(View.SILENT, parents=parents(View.SILENT, why=Why.TIMEOUT))
    decision = decide(unseen, was())
    assert (decision.verdict.truth, decision.verdict.reason) == (Truth.UNKNOWN, Reason.PARENT_UNREACHABLE)
    assert decision.verdict.message.endswith(" We keep trying; nothing changes until then.")
    assert decision.report == {"records": [ROW | {"state": "Unknown"}]}


def test_a_delegation_that_once_held_and_is_gone_is_lost() -> None:
    verdict = decide(absent(), was("False", since=60), ONCE).verdict
    assert (verdict.reason, verdict.message) == (
        Reason.DELEGATION_LOST,
        "The NS records of cdp.acme.com were removed at acme.com. Put them back.",
    )


BOTH = frozenset({"ns1.acme.com/192.0.2.1", "ns2.acme.com/192.0.2.2"})
ONE = frozenset({"ns1.acme.com/192.0.2.1"})
LAME = facts(children=(child(0, Service.REFUSED), child(1, Service.REFUSED)))
FIRST_HEARD = (parent(0, View.NXDOMAIN), parent(1, View.SILENT))
ALONE = absent(parents=(parent(0, View.NXDOMAIN),))


@pytest.mark.parametrize(
    ("seen", "strikes", "seconds", "places", "truth"),
    [
        pytest.param(absent(), 0, 0, frozenset(), Truth.TRUE, id="first failure"),
        pytest.param(absent(), 2, 599, BOTH, Truth.TRUE, id="third failure too early"),
        pytest.param(absent(), 1, 3600, BOTH, Truth.TRUE, id="second failure after an hour"),
        pytest.param(absent(), 2, 600, BOTH, Truth.FALSE, id="third failure after ten minutes on two servers"),
        pytest.param(ALONE, 2, 600, ONE, Truth.FALSE, id="the parent has one server"),
        pytest.param(LAME, 2, 600, frozenset(), Truth.FALSE, id="both of ours are lame"),
        pytest.param(MIXED, 2, 600, BOTH, Truth.TRUE, id="one of the parent's servers still delegates"),
    ],
)
def test_what_holds_is_given_up_after_three_failures_over_ten_minutes_on_two_servers(
    seen: Facts, strikes: int, seconds: float, places: frozenset[str], truth: Truth
) -> None:
    streak = Streak(strikes, NOW - timedelta(seconds=seconds) if strikes else None, places)
    decision = decide(seen, was("True", streak=streak), ONCE)
    assert decision.verdict.truth is truth
    if truth is Truth.TRUE and seen is not MIXED:
        assert decision.recheck_after == 30
        assert decision.streak.count == strikes + 1
        assert "Delegated until now." in decision.verdict.message


def test_a_success_ends_the_streak() -> None:
    streak = Streak(2, NOW - timedelta(seconds=900), BOTH)
    assert decide(HEALTHY, was("True", streak=streak)).streak == Streak()


@pytest.mark.parametrize(
    ("seen", "before", "fresh", "reason"),
    [
        pytest.param(absent(), "True", True, "DelegationLost", id="gone, and not believed yet"),
        pytest.param(LAME, "True", True, "LameRefused", id="ours refuse"),
        pytest.param(MIXED, "True", True, "ParentInconsistent", id="the parent's servers disagree"),
        pytest.param(absent(), "True", False, None, id="seen in an earlier pass"),
        pytest.param(absent(), "False", True, None, id="not delegated yet"),
        pytest.param(absent(View.SILENT), "", True, "ParentUnreachable", id="nothing was ever seen"),
        pytest.param(HEALTHY, "True", True, None, id="all is well"),
    ],
)
def test_a_look_that_shows_nothing_or_speaks_against_what_holds_is_a_failed_one(
    seen: Facts, before: str, fresh: bool, reason: str | None
) -> None:
    assert decide(seen, was(before), ONCE, fresh=fresh).failed_look == reason


def test_what_was_seen_in_an_earlier_pass_is_no_further_failure() -> None:
    streak = Streak(2, NOW - timedelta(seconds=900), BOTH)
    decision = decide(absent(), was("True", streak=streak), ONCE, fresh=False)
    assert decision.streak == streak
    assert decision.verdict.truth is Truth.TRUE


def test_parents_that_disagree_for_an_hour_are_a_failure() -> None:
    decision = decide(MIXED, was("True"))
    assert decision.verdict.truth is Truth.TRUE
    assert "1 of 2 servers of acme.com have the record shown here" in decision.verdict.message
    assert decision.recheck_after == 30
    later = replace(was("True", streak=decision.streak), now=NOW + timedelta(seconds=3600))
    verdict = decide(MIXED, later).verdict
    assert (verdict.truth, verdict.reason) == (Truth.FALSE, Reason.PARENT_INCONSISTENT)


def test_a_disagreement_does_not_count_as_failures() -> None:
    streak = decide(MIXED, was("True")).streak
    long_ago = replace(streak, count=5, since=NOW - timedelta(seconds=1800))
    assert decide(absent(), was("True", streak=long_ago), ONCE).verdict.truth is Truth.TRUE


HOUR, DAY, WEEK = 3600, 86400, 604800


@pytest.mark.parametrize(
    ("shown_for", "waited", "every"),
    [
        (0, 0, 5),
        (119, 60, 5),
        (121, 100, 10),
        (HOUR, HOUR - 1, 10),
        (HOUR, HOUR, 10),
        (2 * HOUR, HOUR + 100, 40),  # 10 s and 0.3 of the 100 s since the hour was over
        (DAY, DAY - 1, 900),
        (DAY, DAY, 3600),
        (WEEK, WEEK - 1, 3600),
        (WEEK, WEEK, 21600),
        (52 * WEEK, 52 * WEEK, 21600),
    ],
)
def test_what_is_waited_for_is_looked_at_ever_more_rarely(shown_for: float, waited: float, every: float) -> None:
    assert decide(absent(), was("False", since=waited), domain=shown(shown_for)).recheck_after == pytest.approx(every)


def test_an_edit_or_the_annotation_makes_it_quick_again() -> None:
    week = was("False", since=WEEK)
    assert decide(absent(), week, edited_at=NOW - timedelta(seconds=60)).recheck_after == 5
    asked = {"annotations": {"nameplate.dev/recheck": (NOW - timedelta(seconds=60)).isoformat()}}
    assert decide(absent(), week, domain=shown(WEEK, **asked)).recheck_after == 5
    old = {"annotations": {"nameplate.dev/recheck": (NOW - timedelta(seconds=121)).isoformat()}}
    assert decide(absent(), week, domain=shown(WEEK, **old)).recheck_after == 21600


def test_a_pass_for_another_reason_does_not_put_off_the_next_look() -> None:
    past = was("False", since=60)
    phase = Delegation(memory_ports(), settings())
    seen = Delegating(NEW, OURS, absent(), NOW - timedelta(seconds=4), fresh=False)
    assert phase.decide(shown(), seen, past).recheck_after == 6
