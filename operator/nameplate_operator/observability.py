"""The operator's Prometheus metrics: the names that dashboards of controller-runtime expect, and a few of our own."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from nameplate_api.conditions import ConditionType, Reason, Truth
from nameplate_operator.ports import Manifest, Ref
from nameplate_operator.schedule import Schedule, Turn

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
CONTROLLERS = ("customdomain", "domainclaim")


def controller(ref: Ref) -> str:
    """Return the label of the object's kind."""
    return ref.kind.kind.lower()


class Metrics:
    """All metrics of one operator, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._passes()
        self._queue()
        self._process()
        self._domains()

    def _passes(self) -> None:
        by = ["controller"]
        name = "controller_runtime_"
        self.reconciles = self._counter(
            f"{name}reconcile",
            "Passes, by result: success, requeue (at once), requeue_after or error.",
            [*by, "result"],
        )
        self.errors = self._counter(f"{name}reconcile_errors", "Passes that failed as a whole.", by)
        # No pass of ours is the last: dashboards that subtract it must find it nevertheless.
        self.terminal = self._counter(
            f"{name}terminal_reconcile_errors",
            "Passes that failed and are not repeated: every one is, so always 0.",
            by,
        )
        self.panics = self._counter(f"{name}reconcile_panics", "Passes that failed by a mistake in the operator.", by)
        self.timeouts = self._counter(f"{name}reconcile_timeouts", "Passes that were ended because they took long.", by)
        self.seconds = self._histogram(f"{name}reconcile_time_seconds", "Duration of a pass.", by)
        self.slots = self._gauge(f"{name}max_concurrent_reconciles", "Passes that can run at a time.", by)
        self.active = self._gauge(f"{name}active_workers", "Passes that run now.", by)

    def _queue(self) -> None:
        by = ["name"]
        self.adds = self._counter("workqueue_adds", "Times that an object was put into the queue.", by)
        self.retries = self._counter("workqueue_retries", "Passes that follow a failed one.", by)
        self.queued = self._histogram("workqueue_queue_duration_seconds", "Wait for a free slot.", by)
        self.worked = self._histogram("workqueue_work_duration_seconds", "Work on one object.", by)

    def _process(self) -> None:
        self.requests = self._counter(
            "rest_client_requests", "Requests to the Kubernetes API, by answer.", ["code", "method"]
        )
        self.request_seconds = self._histogram(
            "rest_client_request_duration_seconds", "Duration of a request to the Kubernetes API.", ["verb"]
        )
        self.leader = self._gauge("leader_election_master_status", "1 while this process holds the Lease.", ["name"])
        self.build = self._gauge("nameplate_build_info", "1; the label says which version runs.", ["version"])
        self.build.labels(version("nameplate")).set(1)
        self.missed = self._counter(
            "nameplate_missed_events", "Changes that the watch did not tell of and the resync found.", []
        )
        self.failed_looks = self._counter(
            "nameplate_failed_looks",
            "Looks that failed: no answer, a failed probe, or one that speaks against what held so far.",
            ["condition", "reason"],
        )
        self.sweep_halted = self._gauge(
            "nameplate_sweep_halted", "1 while the sweep lets go of nothing, since too many holders seem absent.", []
        )

    def _domains(self) -> None:
        by = ["namespace", "name"]
        self.domain_ready = self._gauge("nameplate_domain_ready", "1 if the CustomDomain is Ready, else 0.", by)
        self.certificate_expiration = self._gauge(
            "nameplate_certificate_expiration_timestamp_seconds", "End of the certificate's life, in Unix time.", by
        )

    def _counter(self, name: str, text: str, labels: list[str]) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: list[str]) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, labels: list[str]) -> Histogram:
        return Histogram(name, text, labels, registry=self.registry, buckets=SECONDS)

    def watch(self, schedule: Schedule, now: Callable[[], float], slots: int) -> None:
        """Show the state of the queue at every scrape."""
        self.registry.register(_QueueState(schedule, now))
        for name in CONTROLLERS:
            self.slots.labels(name).set(slots)
            self.active.labels(name).set(0)
            self.terminal.labels(name)

    def added(self, ref: Ref) -> None:
        """Count an object that was put into the queue."""
        self.adds.labels(controller(ref)).inc()

    def began(self, turn: Turn) -> None:
        """Count a pass that begins."""
        self.active.labels(controller(turn.ref)).inc()
        self.queued.labels(controller(turn.ref)).observe(max(0.0, turn.started_at - turn.ready_at))

    def ended(self, turn: Turn, now: float) -> None:
        """Count a pass that has ended."""
        self.active.labels(controller(turn.ref)).dec()
        self.seconds.labels(controller(turn.ref)).observe(now - turn.started_at)
        self.worked.labels(controller(turn.ref)).observe(now - turn.started_at)

    def succeeded(self, ref: Ref, after: float | None) -> None:
        """Count a pass that went well."""
        result = "success" if after is None else "requeue_after" if after > 0 else "requeue"
        self.reconciles.labels(controller(ref), result).inc()

    def failed(self, ref: Ref, *, timeout: bool, foreseen: bool) -> None:
        """Count a pass that failed as a whole."""
        self.reconciles.labels(controller(ref), "error").inc()
        self.errors.labels(controller(ref)).inc()
        self.retries.labels(controller(ref)).inc()
        if timeout:
            self.timeouts.labels(controller(ref)).inc()
        elif not foreseen:
            self.panics.labels(controller(ref)).inc()

    def requested(self, method: str, code: str, seconds: float) -> None:
        """Count a request to the Kubernetes API; ``code`` is the status, or why there was none."""
        self.requests.labels(code, method).inc()
        self.request_seconds.labels(method).observe(seconds)

    def look_failed(self, condition: ConditionType, reason: Reason) -> None:
        """Count a look at an outside system that failed."""
        self.failed_looks.labels(condition, reason).inc()

    def show(self, ref: Ref, manifest: Manifest) -> None:
        """Show what the status of a CustomDomain says."""
        status = manifest.get("status") or {}
        truths = {each.get("type"): each.get("status") for each in status.get("conditions", ())}
        ready = truths.get(ConditionType.READY.value) == Truth.TRUE.value
        self.domain_ready.labels(ref.namespace, ref.name).set(ready)
        expiry = (status.get("certificate") or {}).get("notAfter")
        if expiry is None:
            self.certificate_expiration.remove_by_labels({"namespace": ref.namespace, "name": ref.name})
        else:
            instant = datetime.fromisoformat(expiry).timestamp()
            self.certificate_expiration.labels(ref.namespace, ref.name).set(instant)

    def hide(self, ref: Ref) -> None:
        """Show nothing more of a CustomDomain that is gone."""
        for gauge in (self.domain_ready, self.certificate_expiration):
            gauge.remove_by_labels({"namespace": ref.namespace, "name": ref.name})


QUEUE_STATE = {
    name: (f"workqueue_{name}", "gauge", ("name",), text)
    for name, text in (
        ("depth", "Objects that wait for a free slot."),
        ("unfinished_work_seconds", "Time spent so far on all passes that run now."),
        ("longest_running_processor_seconds", "Time spent so far on the oldest pass that runs now."),
    )
}
"""What is read from the queue at each scrape: name, type, labels, text."""


class _QueueState(Collector):
    """The state of the queue at the moment of a scrape."""

    def __init__(self, schedule: Schedule, now: Callable[[], float]) -> None:
        self._schedule = schedule
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        depth = dict.fromkeys(CONTROLLERS, 0)
        ages: dict[str, list[float]] = {name: [] for name in CONTROLLERS}
        now = self._now()
        for ref in self._schedule.ready():
            depth[controller(ref)] += 1
        for turn in self._schedule.running():
            ages[controller(turn.ref)].append(now - turn.started_at)
        values: dict[str, Mapping[str, float]] = {
            "depth": depth,
            "unfinished_work_seconds": {name: sum(each) for name, each in ages.items()},
            "longest_running_processor_seconds": {name: max(each, default=0.0) for name, each in ages.items()},
        }
        for key, by_name in values.items():
            name, _, labels, text = QUEUE_STATE[key]
            family = GaugeMetricFamily(name, text, labels=labels)
            for label, value in by_name.items():
                family.add_metric([label], value)
            yield family
