"""What is made of facts that no world of real servers shows easily: severities, order, mixtures, bounds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from nameplate_api.conditions import MESSAGE_LIMIT, Reason, Truth
from nameplate_operator.delegation.diagnosis import Case, diagnose
from nameplate_operator.delegation.diagnosis.nameserver_sets import distance
from nameplate_operator.delegation.facts import Absence, Facts, Found, Host, HostState, Service, View, Why
from nameplate_operator.delegation.problem import Problem, Severity, conclude
from tests.nameplate_operator.delegation.sights import (
    OURS,
    SERVERS,
    TOKEN,
    absent,
    child,
    facts,
    hosts,
    parent,
    parents,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def found(seen: Facts, nameservers: tuple[str, ...] = OURS, token: str | None = TOKEN) -> list[tuple[str, str]]:
    """The problems as (reason, first letter of the severity)."""
    problems = diagnose(Case(seen, NOW, nameservers, token)).problems
    return [(str(problem.reason), problem.severity[0]) for problem in problems]


SILENT: dict[str, Any] = {"detail": str(Why.TIMEOUT), "why": Why.TIMEOUT}
NO_ROUTE: dict[str, Any] = {"detail": str(Why.NO_ROUTE), "why": Why.NO_ROUTE}
TCP: dict[str, Any] = {"detail": str(Why.TCP_BLOCKED), "why": Why.TCP_BLOCKED}
SECOND_SILENT = facts(children=(child(0), child(1, Service.SILENT, **SILENT)))
SECOND_LAME = facts(children=(child(0), child(1, Service.REFUSED)))
BOTH_TCP = facts(children=(child(0, Service.SILENT, **TCP), child(1, Service.SILENT, **TCP)))
TWO_FAMILIES = facts(children=(child(0), child(0, Service.SILENT, **NO_ROUTE), child(1)))
HOMELESS = facts(
    hosts=(*hosts(SERVERS[0]), Host(OURS[1], HostState.ABSENT)),
    children=(child(0), child(1, Service.SILENT, detail=str(Why.NO_ADDRESS), why=Why.NO_ADDRESS)),
)


@pytest.mark.parametrize(
    ("seen", "expected", "anything"),
    [
        pytest.param(SECOND_SILENT, [("NSTimeout", "W")], [("NSTimeout", "U")], id="one silent"),
        pytest.param(SECOND_LAME, [("LameRefused", "W")], [("LameRefused", "B")], id="one lame"),
        pytest.param(HOMELESS, [("NSUnresolvable", "W")], [("NSUnresolvable", "B")], id="one without address"),
        pytest.param(
            BOTH_TCP,
            [("NSTimeout", "U"), ("TCPBlocked", "W")],
            [("NSTimeout", "U"), ("TCPBlocked", "W")],
            id="all need TCP",
        ),
        pytest.param(TWO_FAMILIES, [], [], id="no IPv6 here"),
    ],
)
def test_one_of_our_servers_will_do_but_every_server_where_nothing_is_expected(
    seen: Facts, expected: list[tuple[str, str]], anything: list[tuple[str, str]]
) -> None:
    assert found(seen) == expected
    assert found(seen, (), None) == anything


def test_a_server_out_of_reach_by_every_address_is_silent() -> None:
    unreachable = facts(children=(child(0, Service.SILENT, **NO_ROUTE), child(1)))
    assert found(unreachable) == [("NSTimeout", "W")]


def test_blocking_goes_before_unknown_and_unknown_before_warning() -> None:
    def problem(reason: Reason, severity: Severity) -> Problem:
        return Problem(reason, severity, "")

    given = [
        problem(Reason.DS_MISSING, Severity.WARNING),
        problem(Reason.NS_TTL_HIGH, Severity.WARNING),
        problem(Reason.NS_TIMEOUT, Severity.UNKNOWN),
        problem(Reason.DS_MISMATCH, Severity.BLOCKING),
        problem(Reason.WRONG_ZONE_ANSWERS, Severity.BLOCKING),
    ]
    conclusion = conclude("cdp.acme.com", given)
    assert conclusion.problems == tuple(given[index] for index in (4, 3, 2, 1, 0))
    assert (conclusion.truth, conclusion.reason) == (Truth.FALSE, Reason.WRONG_ZONE_ANSWERS)
    assert conclude("cdp.acme.com", given[:3]).truth is Truth.UNKNOWN
    assert conclude("cdp.acme.com", given[:2]).truth is Truth.TRUE


def test_parents_that_are_lame_and_silent_leave_it_open() -> None:
    mixed = absent(parents=(parent(0, View.LAME, detail="REFUSED"), parent(1, View.SILENT, **SILENT)))
    assert found(mixed) == [("ParentUnreachable", "U")]


def test_parents_without_any_address_are_lame() -> None:
    assert found(absent(parents=parents(View.SILENT, why=Why.NO_ADDRESS))) == [("ParentLame", "B")]


def test_parents_that_need_tcp_are_warned_of_by_what_kept_them_silent_and_by_no_words() -> None:
    one_heard = absent(parents=(parent(0, View.NODATA), parent(1, View.SILENT, why=Why.TCP_BLOCKED)))
    assert ("TCPBlocked", "W") in found(one_heard)
    words = {"detail": str(Why.TCP_BLOCKED)}
    assert ("TCPBlocked", "W") not in found(absent(parents=(parent(0, View.NODATA), parent(1, View.FAILED, **words))))
    homeless = {"detail": str(Why.NO_ADDRESS)}
    assert found(absent(parents=parents(View.FAILED, **homeless))) == [("ParentUnreachable", "U")]


def test_servers_that_list_other_sets_disagree_and_the_nearest_counts() -> None:
    torn = facts(parents=(parent(0, View.REFERRAL, "ns1.old.net"), parent(1, View.REFERRAL, *OURS)))
    assert found(torn) == [("ParentInconsistent", "W")]


def test_a_twin_on_one_of_the_parents_servers_hides_the_delegation() -> None:
    torn = facts(parents=(parent(0, View.HOSTED, "ns1.acme.com", "ns2.acme.com"), parent(1, View.REFERRAL, *OURS)))
    assert found(torn) == [("ParentServesChild", "B")]


def test_several_mistakes_at_once_are_all_told() -> None:
    others = (Found("A", ("192.0.2.1",), 300, wildcard=True), Found("TXT", (f"{OURS[0]}.",), 300))
    seen = absent(View.NODATA, absence=Absence(Found("NS", OURS, 300), others))
    assert [reason for reason, _ in found(seen)] == ["NameDoubled", "WrongRecordType", "WildcardAnswer"]


def test_a_name_server_of_another_set_is_not_taken_for_a_typing_error() -> None:
    ours = ("ns-1.awsdns-1.com", "ns-2.awsdns-2.net")
    theirs = ("ns-1234.awsdns-56.org", "ns-789.awsdns-12.co.uk")
    assert found(facts(parents=parents(View.REFERRAL, *theirs)), ours) == [("DelegationElsewhere", "B")]


def test_typing_errors_beside_strangers_are_both_told() -> None:
    seen = facts(parents=parents(View.REFERRAL, "k1.ns1.nameplte.example", "ns1.other.net"))
    assert [reason for reason, _ in found(seen)] == ["NSMisspelt", "DelegationMixed"]


def test_whatever_the_servers_list_messages_and_records_stay_small() -> None:
    crowd = tuple(f"{'x' * 60}.{'y' * 60}.{i}.example" for i in range(4000))
    conclusion = diagnose(Case(facts(parents=parents(View.REFERRAL, *crowd)), NOW, OURS, "t0k3n"))
    assert len(conclusion.message) <= MESSAGE_LIMIT
    assert max(len(record.values) for record in conclusion.records) == 16


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("ns1.ours.net", "ns1.ours.net", 0),
        ("ns1.ours.net", "ns1.ous.net", 1),
        ("ns1.ours.net", "ns1.oursx.net", 1),
        ("ns1.ours.net", "ns1.ousr.net", 2),
        ("ns1.ours.net", "ns12.ourz.net", 2),
        ("ns1.ours.net", "mx9.ourz.net", 4),
        ("ns1.ours.net", "ns1.ours.net.acme.com", 3),
    ],
)
def test_the_distance_of_two_names(one: str, other: str, apart: int) -> None:
    assert distance(one, other) == distance(other, one) == apart
