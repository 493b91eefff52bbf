"""The domains of a benchmark: CustomDomains in their namespaces, below parent zones that their owners edit."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.cluster.waiting import until
from tests.operated.onset import Onset
from tests.operated.tenant import Tenant, summary
from tests.operated.world import OperatedWorld

NAMESPACES = 20
Json = dict[str, Any]


@dataclass(frozen=True)
class Fleet:
    """Domains that go to Ready together."""

    world: OperatedWorld
    tenants: Sequence[Tenant]

    @classmethod
    def of(cls, world: OperatedWorld, title: str, count: int) -> "Fleet":
        """Make namespaces and parent zones; no CustomDomain is there yet."""
        names = [world.namespace(f"{title}-{number}") for number in range(min(NAMESPACES, count))]
        return cls(world, [_tenant(world, names[n % len(names)], f"{title}-{n}", n) for n in range(count)])

    def create(self) -> None:
        """Create all CustomDomains, one request each."""
        for tenant in self.tenants:
            tenant.create(sources=[{"name": tenant.name, "type": "AnalyticsJS", "writeKey": "k3y"}])

    def delegate(self, timeout: float) -> None:
        """Have the NS records stand at the parents as soon as they are shown; nobody reads kubectl here."""
        deadline, waiting = time.monotonic() + timeout, {(t.namespace, t.name): t for t in self.tenants}
        while waiting:
            for key, row in list(_shown(self.world, waiting)):
                waiting.pop(key).parent.add_records(row["relativeName"], row["type"], *row["values"], ttl=row["ttl"])
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(waiting)} domains show no NS records after {timeout:g} s")
            time.sleep(0.5)

    def until_ready(self, onset: Onset, timeout: float) -> float:
        """Wait for all to be Ready, and return the Unix time at which the last one was."""
        keys = {(tenant.namespace, tenant.name) for tenant in self.tenants}
        try:
            until(lambda: onset.all_hold("Ready", keys), f"{len(keys)} domains to be Ready", timeout, look_every=0.2)
        except TimeoutError as error:
            left = [t for t in self.tenants if not onset.all_hold("Ready", [(t.namespace, t.name)])]
            story = "\n".join(summary(left[0].seen()))
            raise TimeoutError(f"{error}; {len(left)} are not, such as {left[0].host}:\n{story}") from None
        return max(onset.held[key]["Ready"] for key in keys)


def _tenant(world: OperatedWorld, namespace: str, name: str, number: int) -> Tenant:
    host = f"{name}.shop-{number % NAMESPACES}.example"
    return Tenant(world, namespace, name, host, world.parent_of(host))


def _shown(world: OperatedWorld, waiting: dict[tuple[str, str], Tenant]) -> Iterator[tuple[tuple[str, str], Json]]:
    answer = world.api.get("/apis/nameplate.dev/v1alpha1/customdomains").raise_for_status()
    for item in answer.json()["items"]:
        key = item["metadata"]["namespace"], item["metadata"]["name"]
        rows = item.get("status", {}).get("records", ())
        if key in waiting and rows:
            yield key, rows[0]
