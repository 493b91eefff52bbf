"""Many domains in many namespaces: all become Ready, and while nothing happens nothing is written."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.cluster.audit import AuditEvent
from tests.cluster.programs import Programs
from tests.cluster.waiting import until
from tests.operated.tenant import Tenant, settled
from tests.operated.world import OperatedWorld

DOMAINS, NAMESPACES = 200, 20
LOOKS = 6
RECHECK_EVERY = 10
"""Seconds; a domain is looked at after one to two times that, so a plain run takes half of it to be over sooner."""
APART = 2.0
"""Seconds between two questions for the same name that belong to different looks."""
QUIET = 5.0


@pytest.fixture
def measured_world(built_programs: Programs, request: pytest.FixtureRequest) -> Iterator[OperatedWorld]:
    """A world of its own, without a proxy before the API server."""
    every = RECHECK_EVERY if request.config.getoption("soak") else RECHECK_EVERY / 2
    with OperatedWorld({"pace": {"activeEvery": every}}, direct=True, played=True, built=built_programs) as started:
        yield started


def spread(world: OperatedWorld, numbers: list[int]) -> list[Tenant]:
    """Return a tenant for each number, in as many namespaces as there are."""
    namespaces = {number % NAMESPACES: "" for number in numbers}
    for number in namespaces:
        namespaces[number] = world.namespace(f"many-{number}")
    return [
        world.tenant(
            namespace=namespaces[number % NAMESPACES],
            name=f"web-{number}",
            host=f"cdp-{number}.many-{number % NAMESPACES}.example",
        )
        for number in numbers
    ]


def looks(tenant: Tenant, since: float) -> int:
    """Return how often the servers of the parent zone saw the name being looked at."""
    times = [query.time for query in tenant.world.dns.queries(tenant.parent, tenant.host) if query.time > since]
    return sum(1 for before, time_ in zip([0.0, *times], times, strict=False) if time_ - before > APART)


def settled_now(world: OperatedWorld) -> set[tuple[str, str]]:
    """Return namespace and name of every CustomDomain that is Ready and settled."""
    items = (world.get("/apis/nameplate.dev/v1alpha1/customdomains") or {})["items"]
    return {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in items if settled(each)}


def wait_until_quiet(world: OperatedWorld) -> None:
    """Wait until the operator has written nothing for a while."""
    begun = mark = world.cluster.audit_mark()
    since, deadline = time.monotonic(), time.monotonic() + 120
    while time.monotonic() - since < QUIET:
        if world.audit_writes(mark):
            since = time.monotonic()
        if time.monotonic() > deadline:
            raise TimeoutError(f"it goes on writing: {told(world.audit_writes(begun))}")
        mark = world.cluster.audit_mark()
        time.sleep(0.2)


def told(writes: list[AuditEvent]) -> Counter[str]:
    """Return how often what was written."""
    return Counter(f"{each.verb} {each.resource}/{each.subresource} {each.code}" for each in writes)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_all_become_ready_and_then_are_looked_at_again_and_again_without_a_write(measured_world, counted, report):
    world: OperatedWorld = measured_world
    tenants = spread(world, counted(DOMAINS))
    begun = time.monotonic()
    for tenant in tenants:
        tenant.create(sources=[{"name": f"site-of-{tenant.name}", "type": "AnalyticsJS", "writeKey": "k3y"}])
    for tenant in tenants:
        tenant.enter_ns_records(timeout=120)
    wanted = {(tenant.namespace, tenant.name) for tenant in tenants}
    until(lambda: settled_now(world) == wanted, "all to be Ready", timeout=600, look_every=0.5)
    ready_after = time.monotonic() - begun
    wait_until_quiet(world)
    mark, since = world.cluster.audit_mark(), time.time()
    fewest = until(
        lambda: (seen := min(looks(tenant, since) for tenant in tenants)) >= LOOKS and seen,
        f"{LOOKS} looks at each of {len(tenants)} domains",
        timeout=900,
        look_every=1,
    )
    writes = world.audit_writes(mark)
    assert not writes, told(writes)
    assert settled_now(world) == wanted
    story = (
        f"{len(tenants)} domains in {len({each.namespace for each in tenants})} namespaces were all Ready "
        f"{ready_after:.0f} s after the first was applied, by the pace at which their owners typed the records. In "
        f"the {time.time() - since:.0f} s after that each was looked at {fewest} times or more, and the operator made "
        "no request that changes anything, its Lease apart."
    )
    report("Many domains, and no write while nothing happens", story)
