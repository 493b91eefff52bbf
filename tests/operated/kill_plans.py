"""Plans to kill the operator around one of its writes, made from the log of a life in which nobody killed it."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.operated.courses import Course
from tests.operated.sample_life import Life, live
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld
from tests.world.http_faults import WRITES, Exchange, FaultProxy, Hook, HttpFault, HttpInjection, Point

_LEASE = "/leases"
_RESTART_TIMEOUT = 30.0
_EVENT = r"(?<=/events/)[^/]+"


@dataclass(frozen=True)
class Write:
    """The nth request of this kind in a life; the path holds placeholders for what differs between lives."""

    system: str
    method: str
    path: str
    nth: int

    @property
    def may_be_one_with_another(self) -> bool:
        """Whether a life may have one less: a status that changes twice in a short time is written once."""
        is_status = self.method == "PATCH" and self.path.endswith("/status")
        return is_status or (self.method == "POST" and self.path.endswith("/events"))

    def __str__(self) -> str:
        short = re.sub(r"^/(apis?/)?", "", self.path)
        return f"{self.system}: {self.method} {short}" + (f" ({self.nth}.)" if self.nth > 1 else "")


@dataclass(frozen=True)
class Plan:
    """Kill the operator at one point of one write of a course, and start it again."""

    course: Course
    write: Write
    point: Point


@dataclass
class Outcome:
    """How a plan went: how many writes of its kind came, and how long the life took."""

    plan: Plan
    came: int
    life: Life
    seconds: float

    @property
    def reached(self) -> bool:
        """Whether the moment of the plan came, so that the operator was killed."""
        return self.came >= self.plan.write.nth


@dataclass
class Learnt:
    """Writes of an undisturbed life, in order, and how it ended."""

    course: Course
    life: Life
    writes: list[Write] = field(default_factory=list)


def learn(world: OperatedWorld, course: Course) -> Learnt:
    """Let one life go by undisturbed, and log its writes to the API server and to PowerDNS."""
    tenant = world.tenant()
    marks = {name: len(proxy.exchanges) for name, proxy in _proxies(world).items()}
    life = live(tenant, course)
    passed = [
        (exchange.started, name, exchange)
        for name, proxy in _proxies(world).items()
        for exchange in proxy.exchanges[marks[name] :]
        if exchange.method in WRITES and _LEASE not in exchange.path
    ]
    writes = _numbered(tenant, sorted(passed, key=lambda each: each[0]))
    return Learnt(course, life, [write for started, write in writes if started >= life.since])


def plans(learnt: Learnt) -> list[Plan]:
    """Return the three plans of each write."""
    return [Plan(learnt.course, write, point) for write in learnt.writes for point in Point]


def run(world: OperatedWorld, plan: Plan) -> Outcome:
    """Live a life of which the plan is a part."""
    tenant, restarted = world.tenant(), threading.Event()

    def kill_and_start(_: Exchange) -> None:
        world.kill()
        world.start(wait=False)
        restarted.set()

    injection = _inject(world, tenant, plan, kill_and_start)
    begun = time.monotonic()
    try:
        life = live(tenant, plan.course)
    finally:
        _proxies(world)[plan.write.system].injections.remove(injection)
        came = injection.matched
        if came >= plan.write.nth:
            # The last writes come when all that a life waits for has happened already.
            restarted.wait(_RESTART_TIMEOUT)
            world.operator.wait_ready()
    return Outcome(plan, came, life, time.monotonic() - begun)


def _inject(world: OperatedWorld, tenant: Tenant, plan: Plan, hook: Hook) -> HttpInjection:
    fault = HttpFault(plan.point, hook=hook, drop=True)
    proxy = _proxies(world)[plan.write.system]
    return proxy.inject(fault, methods={plan.write.method}, path=_pattern(tenant, plan.write.path), nth=plan.write.nth)


def _proxies(world: OperatedWorld) -> dict[str, FaultProxy]:
    return {"Kubernetes": world.api_proxy, "PowerDNS": world.powerdns_proxy}


def _numbered(tenant: Tenant, passed: Iterable[tuple[float, str, Exchange]]) -> Iterator[tuple[float, Write]]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for started, system, exchange in passed:
        path = exchange.path.replace(tenant.host, "{host}").replace(tenant.namespace, "{namespace}")
        kind = (system, exchange.method, re.sub(_EVENT, "{event}", path))
        seen[kind] += 1
        yield started, Write(*kind, seen[kind])


def _pattern(tenant: Tenant, path: str) -> str:
    pattern = re.escape(path)
    known = {"{host}": re.escape(tenant.host), "{namespace}": re.escape(tenant.namespace), "{event}": "[^/]+"}
    for placeholder, value in known.items():
        pattern = pattern.replace(re.escape(placeholder), value)
    return f"^{pattern}$"
