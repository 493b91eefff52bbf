"""How long a delegation that held is believed in against what looks show: strikes, places, disagreement."""

from datetime import timedelta

import pytest

from nameplate_api.conditions import Reason, Truth
from nameplate_operator.delegation.diagnosis import Case
from nameplate_operator.delegation.facts import ChildAnswer, Facts, Service, View, Why
from nameplate_operator.delegation.patience import confirmed, disagreeing, escalated, struck
from nameplate_operator.delegation.problem import Conclusion, Problem, Severity, conclude
from nameplate_operator.phase import Streak
from nameplate_operator.ports import Server
from tests.nameplate_operator.delegation.sights import NAME, OURS, absent, child, facts, parent
from tests.nameplate_operator.memory_ports import EPOCH

NOW = EPOCH + timedelta(days=30)
BEGAN = NOW - timedelta(seconds=600)
PARENT_1, PARENT_2 = "ns1.acme.com/192.0.2.1", "ns2.acme.com/192.0.2.2"
HOMELESS = "k1.ns2.nameplate.example/"
OURS_1, OURS_2 = "k1.ns1.nameplate.example/192.0.2.11", "k1.ns2.nameplate.example/192.0.2.12"


def case(seen: Facts) -> Case:
    return Case(seen, NOW, OURS, "t0k3n")


def failing(reason: Reason) -> Conclusion:
    return conclude(NAME, [Problem(reason, Severity.BLOCKING, "It is broken.")])


def torn(*others: Problem) -> Conclusion:
    return conclude(NAME, [Problem(Reason.PARENT_INCONSISTENT, Severity.WARNING, "They disagree."), *others])


def failures(count: int, seconds: float, *places: str) -> Streak:
    """So many failures, the first of them so many seconds ago."""
    return Streak(count, NOW - timedelta(seconds=seconds), frozenset(places))


MISSING, REFUSED = failing(Reason.DELEGATION_MISSING), failing(Reason.LAME_REFUSED)
STRANGER, UNRESOLVABLE = failing(Reason.WRONG_ZONE_ANSWERS), failing(Reason.NS_UNRESOLVABLE)
EXPIRED = failing(Reason.SIGNATURE_EXPIRED)
FINE = conclude(NAME, [])

GONE = absent()
GONE_AT_ONE = absent(parents=(parent(0, View.NXDOMAIN), parent(1, View.SILENT, why=Why.TIMEOUT)))
NOT_THE_ZONE_S = absent(parents=(parent(0, View.NODATA), parent(1, View.LAME, detail="REFUSED")))


def served(*children: ChildAnswer) -> Facts:
    return facts(children=children)


LAME = served(child(0, Service.REFUSED), child(1, Service.REFUSED))
HALF_LAME = served(child(0, Service.REFUSED), child(1))
LAME_AND_SILENT = served(child(0, Service.REFUSED), child(1, Service.SILENT, why=Why.TIMEOUT))
LAME_AND_HOMELESS = served(
    child(0, Service.REFUSED), ChildAnswer(Server(OURS[1], ""), Service.SILENT, why=Why.NO_ADDRESS)
)


@pytest.mark.parametrize(
    ("seen", "conclusion", "places"),
    [
        pytest.param(GONE, MISSING, {PARENT_1, PARENT_2}, id="both parents say so"),
        pytest.param(GONE_AT_ONE, MISSING, {PARENT_1}, id="a silent parent says nothing"),
        pytest.param(NOT_THE_ZONE_S, MISSING, {PARENT_1}, id="nor does one that is lame"),
        pytest.param(LAME, REFUSED, {OURS_1, OURS_2}, id="both of ours refuse"),
        pytest.param(HALF_LAME, REFUSED, {OURS_1}, id="the one of ours that serves is no place of failure"),
        pytest.param(LAME_AND_SILENT, REFUSED, {OURS_1}, id="nor is one that is silent"),
        pytest.param(LAME_AND_HOMELESS, UNRESOLVABLE, {OURS_1, HOMELESS}, id="one without any address is"),
        pytest.param(served(child(0), child(1)), STRANGER, {OURS_1, OURS_2}, id="another zone than ours is served"),
        pytest.param(served(child(0), child(1)), EXPIRED, {OURS_1, OURS_2}, id="signatures that are served are old"),
        pytest.param(LAME, MISSING, {PARENT_1, PARENT_2}, id="the parent's reasons show at the parent"),
    ],
)
def test_a_failure_is_noted_with_the_servers_that_showed_it(
    seen: Facts, conclusion: Conclusion, places: set[str]
) -> None:
    assert struck(Streak(), case(seen), conclusion) == Streak(1, NOW, frozenset(places))
    before = Streak(4, BEGAN, frozenset({"ns3.acme.com/192.0.2.3"}))
    assert struck(before, case(seen), conclusion) == Streak(5, BEGAN, before.places | places)


def test_failures_are_counted_anew_after_a_mere_disagreement() -> None:
    quarrel = disagreeing(disagreeing(Streak(), torn(), BEGAN), torn(), BEGAN)
    assert struck(quarrel, case(GONE), MISSING) == Streak(1, NOW, frozenset({PARENT_1, PARENT_2}))


@pytest.mark.parametrize(
    ("streak", "seen", "conclusion", "expected"),
    [
        pytest.param(failures(3, 600, PARENT_1, PARENT_2), GONE, MISSING, True, id="enough of all"),
        pytest.param(failures(2, 9999, PARENT_1, PARENT_2), GONE, MISSING, False, id="too few"),
        pytest.param(failures(99, 599, PARENT_1, PARENT_2), GONE, MISSING, False, id="too quick"),
        pytest.param(failures(3, 600, PARENT_1), GONE, MISSING, False, id="on one of two servers"),
        pytest.param(failures(3, 600, PARENT_1), GONE_AT_ONE, MISSING, True, id="on the only one that speaks"),
        pytest.param(
            failures(3, 600, PARENT_1, "ns0.acme.com/192.0.2.9"), GONE, MISSING, True, id="on one that was replaced"
        ),
        pytest.param(failures(3, 600, OURS_1), HALF_LAME, REFUSED, False, id="on one of ours while the other serves"),
        pytest.param(
            failures(3, 600, OURS_1), LAME_AND_SILENT, REFUSED, True, id="on the only one of ours that speaks"
        ),
        pytest.param(
            failures(3, 600, OURS_1), LAME_AND_HOMELESS, REFUSED, False, id="on one of two, the other has no address"
        ),
        pytest.param(failures(3, 600, OURS_1, OURS_2), LAME, REFUSED, True, id="on both of ours"),
    ],
)
def test_what_holds_is_given_up_once_failures_are_many_old_and_seen_on_two_servers(
    streak: Streak, seen: Facts, conclusion: Conclusion, expected: bool
) -> None:
    assert confirmed(streak, case(seen), conclusion) is expected


def test_disagreement_lasts_from_the_first_look_that_shows_it_to_the_first_that_does_not() -> None:
    first = disagreeing(Streak(), torn(), BEGAN)
    second = disagreeing(first, torn(), NOW)
    assert (first.count, first.since, second.count, second.since) == (1, BEGAN, 2, BEGAN)
    assert disagreeing(second, FINE, NOW) == Streak()
    incomplete = conclude(NAME, [Problem(Reason.DELEGATION_INCOMPLETE, Severity.WARNING, "One is missing.")])
    assert disagreeing(second, incomplete, NOW) == Streak()


def test_disagreement_does_not_go_on_from_failures() -> None:
    after = disagreeing(failures(2, 600, PARENT_1), torn(), NOW)
    assert (after.count, after.since) == (1, NOW)


SLOW = Problem(Reason.NS_TTL_HIGH, Severity.WARNING, "A long TTL.")


@pytest.mark.parametrize(("seconds", "truth"), [(3599, Truth.TRUE), (3600, Truth.FALSE)])
def test_an_hour_of_disagreement_is_a_failure_and_no_other_warning_is(seconds: float, truth: Truth) -> None:
    streak = disagreeing(Streak(), torn(SLOW), NOW - timedelta(seconds=seconds))
    conclusion = escalated(torn(SLOW), streak, NAME, NOW)
    assert conclusion.truth is truth
    severities = {problem.reason: problem.severity for problem in conclusion.problems}
    assert severities[Reason.NS_TTL_HIGH] is Severity.WARNING
    assert (severities[Reason.PARENT_INCONSISTENT] is Severity.BLOCKING) is (truth is Truth.FALSE)
    if truth is Truth.FALSE:
        assert (conclusion.reason, conclusion.message) == (Reason.PARENT_INCONSISTENT, "They disagree.")


def test_old_failures_are_no_disagreement() -> None:
    assert escalated(torn(), failures(9, 86400, PARENT_1, PARENT_2), NAME, NOW) == torn()
