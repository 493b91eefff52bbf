"""How soon a person sees that something happens."""

import json

from tests.operated.busy import slowness
from tests.operated.onset import percentile
from tests.operated.world import OperatedWorld

AT_ONCE = 10
WITHIN = 1.0
ROUNDS = 4


def first_statuses(world: OperatedWorld) -> list[float]:
    """Apply ten at once, and return the seconds from each one's creation to its first status, by the audit log."""
    tenants = [world.tenant() for _ in range(AT_ONCE)]
    mark = world.cluster.audit_mark()
    manifests = {"apiVersion": "v1", "kind": "List", "items": [tenant.manifest() for tenant in tenants]}
    world.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifests))
    for tenant in tenants:
        tenant.wait_for("Accepted")
    world.cluster.audit_mark()
    created, shown = {}, {}
    for each in world.cluster.audit_events(mark):
        if each.resource == "customdomains" and each.stage == "ResponseComplete" and each.code in (200, 201):
            if each.verb == "create":
                created[each.namespace] = each.answered_at
            elif each.subresource == "status":
                shown.setdefault(each.namespace, each.answered_at)
    return [(shown[tenant.namespace] - created[tenant.namespace]).total_seconds() for tenant in tenants]


def test_the_first_status_is_there_within_a_second_of_create_at_p95_when_ten_are_applied(world: OperatedWorld):
    seen = []
    for _ in range(ROUNDS):
        before = slowness()
        took = percentile(first_statuses(world), 0.95)
        # A second on a machine that does nothing else; others may be at work on this one.
        allowed = WITHIN * (before + slowness()) / 2
        seen.append(f"{took:.2f} s of {allowed:.2f} s")
        if took <= allowed:
            break
    print("p95, and what was allowed:", ", ".join(seen))
    assert took <= allowed, seen
