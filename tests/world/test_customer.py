"""The customer types what kubectl shows, rightly or wrongly, and removes it again."""

import json
from typing import Any

import pytest

from tests.world.customer import Customer
from tests.world.dns.zone import Zone


class Shown:
    """Prints a CustomDomain with these rows in status.records, as kubectl does."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.commands: list[str] = []

    def kubectl(self, *arguments: str) -> str:
        """Print it."""
        self.commands.append(" ".join(arguments))
        return json.dumps({"status": {"records": self.rows}})


ROW = {
    "purpose": "Delegation",
    "action": "Add",
    "name": "cdp.acme.example",
    "relativeName": "cdp",
    "type": "NS",
    "values": ["k1.ns1.platform.example", "k1.ns2.platform.example"],
    "ttl": 600,
    "state": "Pending",
}
CDP = {("cdp.acme.example.", "NS", 600, ("k1.ns1.platform.example.", "k1.ns2.platform.example."))}


@pytest.fixture
def zone() -> Zone:
    """The zone of the customer's domain."""
    return Zone("acme.example", nameservers=["ns1.acme.example"])


def _below(zone: Zone) -> set[tuple[str, str, int, tuple[str, ...]]]:
    return {
        (str(owner), kind.name, rdataset.ttl, tuple(sorted(str(rdata) for rdata in rdataset)))
        for owner, node in zone.nodes.items()
        if owner != zone.origin
        for kind, rdataset in node.items()
    }


def test_what_is_to_be_added_is_typed_as_it_is_shown(zone: Zone) -> None:
    shown = Shown(ROW)
    typed = Customer(shown, "acme", "web", at=zone).add_records()
    assert shown.commands == ["get customdomain web -n acme -o json"]
    assert _below(zone) == CDP
    assert str(typed[0]) == "cdp 600 NS k1.ns1.platform.example\ncdp 600 NS k1.ns2.platform.example"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(ROW | {"state": "Present"}, set(), id="what is there already is not typed again"),
        pytest.param(ROW | {"state": "Unknown"}, CDP, id="what could not be looked for is typed"),
        pytest.param(ROW | {"action": "Remove"}, set(), id="what is to be removed is not added"),
        pytest.param(
            ROW | {"relativeName": "cdp.acme.example", "values": ["a.example"]},
            {("cdp.acme.example.acme.example.", "NS", 600, ("a.example.",))},
            id="a wrong name is not put right",
        ),
    ],
)
def test_rows_are_followed_to_the_letter(
    zone: Zone, row: dict[str, Any], expected: set[tuple[str, str, int, tuple[str, ...]]]
) -> None:
    Customer(Shown(row), "acme", "web", at=zone).add_records()
    assert _below(zone) == expected


def test_what_was_typed_is_removed_when_nothing_is_shown_any_more(zone: Zone) -> None:
    shown = Shown(ROW)
    customer = Customer(shown, "acme", "web", at=zone)
    typed = customer.add_records()
    shown.rows = ()
    assert (customer.remove_records(), customer.typed) == (typed, [])
    assert _below(zone) == set()


def test_what_is_shown_to_be_removed_is_removed_and_nothing_else(zone: Zone) -> None:
    zone.add_records("cdp", "CNAME", "elsewhere.example")
    zone.add_records("www", "A", "192.0.2.1")
    row = ROW | {"action": "Remove", "type": "CNAME", "values": ["elsewhere.example"]}
    Customer(Shown(row), "acme", "web", at=zone).remove_shown()
    assert _below(zone) == {("www.acme.example.", "A", 300, ("192.0.2.1",))}
