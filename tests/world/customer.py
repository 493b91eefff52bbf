"""The person who owns the domain: reads what kubectl shows, and types it into the zone editor of their provider.

    customer = Customer(cluster, "acme", "web", at=world.zone("acme.example"))
    customer.add_records()         # every row of status.records with action Add that is not there yet
    customer.remove_shown()        # every row with action Remove that is still there
    customer.remove_records()      # all that was typed before, as after the CustomDomain was deleted

Nothing is worked out and nothing is corrected: what is shown wrongly is typed wrongly.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.world.dns.zone import Zone


@dataclass(frozen=True)
class Typed:
    """One record set as it was typed into an editor that appends the zone's own name."""

    name: str
    type: str
    values: tuple[str, ...]
    ttl: int

    def __str__(self) -> str:
        return "\n".join(f"{self.name} {self.ttl} {self.type} {value}" for value in self.values)


class Kubectl(Protocol):
    """Where kubectl can be run, such as a ClusterAccess."""

    def kubectl(self, *arguments: str) -> str:
        """Run it, and return what it prints."""
        ...


class Customer:
    """Has kubectl for one CustomDomain, and an account at the provider of one zone."""

    def __init__(self, cluster: Kubectl, namespace: str, name: str, *, at: Zone) -> None:
        self.typed: list[Typed] = []
        """What stands in the zone by this person's hand."""
        self._cluster, self._namespace, self._name = cluster, namespace, name
        self._zone = at

    def shown(self, action: str) -> list[Typed]:
        """Return the rows of this action that are still to be done, as `kubectl get -o json` shows them."""
        text = self._cluster.kubectl("get", "customdomain", self._name, "-n", self._namespace, "-o", "json")
        rows = json.loads(text).get("status", {}).get("records", [])
        pending = [row for row in rows if row["action"] == action and row["state"] != "Present"]
        return [Typed(row["relativeName"], row["type"], tuple(row["values"]), row["ttl"]) for row in pending]

    def add_records(self) -> list[Typed]:
        """Type what is to be added, and return it."""
        rows = self.shown("Add")
        for row in rows:
            self._zone.add_records(row.name, row.type, *row.values, ttl=row.ttl)
        self.typed += rows
        return rows

    def remove_shown(self) -> list[Typed]:
        """Remove what is shown to be removed, and return it."""
        return self._remove(self.shown("Remove"))

    def remove_records(self) -> list[Typed]:
        """Remove all that was typed before, and return it."""
        return self._remove(list(self.typed))

    def _remove(self, rows: Sequence[Typed]) -> list[Typed]:
        for row in rows:
            self._zone.remove_records(row.name, row.type, *row.values)
        self.typed = [row for row in self.typed if row not in rows]
        return list(rows)
