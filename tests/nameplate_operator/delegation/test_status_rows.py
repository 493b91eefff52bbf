"""The rows of status.records: which records a person must add or remove, under which name, and what stands there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from nameplate_api.conditions import Reason
from nameplate_operator.delegation.diagnosis import Case
from nameplate_operator.delegation.facts import Facts, View
from nameplate_operator.delegation.problem import Action, Conclusion, Problem, Record, Severity, conclude
from nameplate_operator.delegation.status_rows import rows
from tests.nameplate_operator.delegation.sights import NAME, OURS, absent, facts, parents

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DELEGATION = {
    "purpose": "Delegation",
    "action": "Add",
    "name": "cdp.acme.com",
    "relativeName": "cdp",
    "type": "NS",
    "values": ["k1.ns1.nameplate.example", "k1.ns2.nameplate.example"],
    "ttl": 3600,
    "state": "Pending",
    "found": [],
}
FINE = conclude(NAME, [])
UNSEEN = conclude(NAME, [Problem(Reason.PARENT_UNREACHABLE, Severity.UNKNOWN, "Nobody answers.")])
CHILD_UNSEEN = conclude(NAME, [Problem(Reason.NS_TIMEOUT, Severity.UNKNOWN, "Ours do not answer.")])


def broken(*records: Record) -> Conclusion:
    return conclude(NAME, [Problem(Reason.DELEGATION_MISSING, Severity.BLOCKING, "It is broken.", records)])


def shown(seen: Facts, conclusion: Conclusion, nameservers: tuple[str, ...] = OURS) -> list[dict[str, Any]]:
    return rows(Case(seen, NOW, nameservers, "t0k3n"), conclusion)


@pytest.mark.parametrize(
    ("seen", "conclusion", "state", "found"),
    [
        pytest.param(facts(), FINE, "Present", [*OURS], id="all are listed"),
        pytest.param(
            facts(parents=parents(View.REFERRAL, *OURS, "ns.old.net")),
            FINE,
            "Present",
            [*OURS, "ns.old.net"],
            id="more",
        ),
        pytest.param(facts(parents=parents(View.REFERRAL, OURS[1])), FINE, "Pending", [OURS[1]], id="one is listed"),
        pytest.param(
            facts(parents=parents(View.REFERRAL, "ns.old.net")), broken(), "Pending", ["ns.old.net"], id="others are"
        ),
        pytest.param(absent(), broken(), "Pending", [], id="none are"),
        pytest.param(absent(View.SILENT), UNSEEN, "Unknown", [], id="nobody says"),
        pytest.param(facts(children=()), CHILD_UNSEEN, "Present", [*OURS], id="the parent says, ours are silent"),
    ],
)
def test_the_delegation_comes_first_with_what_the_parent_lists(
    seen: Facts, conclusion: Conclusion, state: str, found: list[str]
) -> None:
    assert shown(seen, conclusion) == [DELEGATION | {"state": state, "found": found}]


@pytest.mark.parametrize(
    ("name", "zone", "reached", "relative"),
    [
        pytest.param("cdp.acme.com", "acme.com", True, "cdp", id="below the registrable domain"),
        pytest.param("cdp.eu.acme.com", "eu.acme.com", True, "cdp", id="below a zone further down"),
        pytest.param("cdp.eu.acme.com", "acme.com", True, "cdp.eu", id="two labels below the zone"),
        pytest.param("cdp.eu.acme.com", "com", False, "cdp.eu", id="the zone was not found: as if it were registrable"),
        pytest.param("cdp.acme.co.uk", "uk", False, "cdp", id="below a public suffix of two labels"),
    ],
)
def test_the_name_to_enter_is_relative_to_the_zone_that_is_edited(
    name: str, zone: str, reached: bool, relative: str
) -> None:
    seen = absent(name=name, zone=zone, reached=reached)
    (row,) = shown(seen, UNSEEN)
    assert (row["name"], row["relativeName"]) == (name, relative)


OLD_NS = Record(Action.REMOVE, NAME, "cdp", "NS", ("ns.old.net",), 600)
ALIAS = Record(Action.REMOVE, NAME, "cdp", "CNAME", ("shop.example",), 300)
DOUBLED = Record(Action.REMOVE, f"{NAME}.acme.com", f"{NAME}", "NS", OURS, 60)
NEW_DS = Record(Action.ADD, NAME, "cdp", "DS", ("1 13 2 ab",))
OLD_DS = Record(Action.REMOVE, NAME, "cdp", "DS", ("9 8 2 cd",), 7200)
OUR_NS = Record(Action.ADD, NAME, "cdp", "NS", OURS)
GLUE = Record(Action.ADD, f"ns1.{NAME}", "ns1.cdp", "NS", OURS)


def row(purpose: str, record: Record, action: str, **changes: Any) -> dict[str, Any]:
    """Return the row of a record that is none of the delegation's own."""
    fields = {"name": record.name, "relativeName": record.relative_name, "type": record.type, "ttl": record.ttl}
    values = {"values": list(record.values), "found": list(record.values) if action == "Remove" else []}
    return {"purpose": purpose, "action": action, "state": "Pending"} | fields | values | changes


@pytest.mark.parametrize(
    ("records", "others"),
    [
        pytest.param((OLD_NS, OUR_NS), [row("Delegation", OLD_NS, "Remove")], id="ours is no second row"),
        pytest.param((ALIAS,), [row("Delegation", ALIAS, "Remove")], id="an alias in the way"),
        pytest.param((DOUBLED,), [row("Delegation", DOUBLED, "Remove")], id="a name that was doubled"),
        pytest.param((GLUE,), [row("Delegation", GLUE, "Add")], id="NS records elsewhere are no row of the delegation"),
        pytest.param(
            (OLD_DS, NEW_DS), [row("DNSSEC", OLD_DS, "Remove"), row("DNSSEC", NEW_DS, "Add")], id="DS to exchange"
        ),
        pytest.param(
            (OLD_NS, ALIAS, OLD_NS), [row("Delegation", each, "Remove") for each in (OLD_NS, ALIAS)], id="once"
        ),
    ],
)
def test_whatever_else_must_be_added_or_removed_follows(records: tuple[Record, ...], others: list[Any]) -> None:
    assert shown(absent(), broken(*records)) == [DELEGATION, *others]


def test_a_name_that_no_record_can_have_is_left_out() -> None:
    longest = Record(Action.REMOVE, ("a" * 60 + ".") * 4 + "acme.test", "a", "NS", ("ns.old.net",), 60)
    assert len(longest.name) == 253
    longer = Record(Action.REMOVE, "a" + longest.name, "aa", "NS", ("ns.old.net",), 60)
    assert shown(absent(), broken(longer)) == [DELEGATION]
    assert [each["name"] for each in shown(absent(), broken(longest))] == [NAME, longest.name]


def test_what_is_shown_is_bounded_whatever_the_parent_lists() -> None:
    listed = tuple(f"ns{number:03}.{'x' * 600}.net" for number in range(100))
    delegation, removal = shown(
        facts(parents=parents(View.REFERRAL, *listed)),
        broken(Record(Action.REMOVE, NAME, "cdp", "NS", tuple(each[:512] for each in listed[:16]), 60)),
    )
    assert delegation["found"] == [each[:512] for each in listed[:32]]
    assert len(removal["values"]) == len(removal["found"]) == 16
    many = tuple(f"ns{number:02}.nameplate.example" for number in range(40))
    assert shown(absent(), broken(), many)[0]["values"] == list(many[:16])
