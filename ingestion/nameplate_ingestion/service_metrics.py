"""The numbers of several workers as the metrics of one service.

Counts of a worker that ended stay in the sum, so that no total ever falls; what it showed of its state is forgotten.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from nameplate_ingestion.metrics import BOUNDS, MEASURES, PREFIX, Measure, Snapshot

Origin = int | Literal["settings", "workers"]
"""Who counts: a worker, by its number, or who follows the settings or watches over all workers."""
_GAUGES = frozenset(measure.name for measure in MEASURES if measure.kind == "gauge")


class ServiceMetrics(Collector):
    """The metrics of all workers together, and of what watches over them."""

    def __init__(self) -> None:
        self._ended: dict[str, defaultdict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
        self._latest: dict[Origin, Snapshot] = {}

    def update(self, origin: Origin, snapshot: Snapshot) -> None:
        """Take what somebody counts now."""
        self._latest[origin] = snapshot

    def ended(self, worker: int) -> None:
        """Keep what a worker has counted; its successor counts from nought."""
        for name, values in self._latest.pop(worker, {}).items():
            if name not in _GAUGES:
                for labels, value in values:
                    self._ended[name][tuple(labels)] += value

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, those without a value too."""
        for measure in MEASURES:
            yield _family(measure, self._joined(measure))

    def _joined(self, measure: Measure) -> dict[tuple[str, ...], float]:
        joined = dict(self._ended.get(measure.name, {}))
        for snapshot in self._latest.values():
            for labels, value in snapshot.get(measure.name, ()):
                key = tuple(labels)
                joined[key] = measure.join(joined[key], value) if key in joined else value
        if not measure.labels and measure.kind != "histogram":
            joined.setdefault((), 0)
        return joined


def _family(measure: Measure, values: Mapping[tuple[str, ...], float]) -> Metric:
    name = PREFIX + measure.name
    if measure.kind == "histogram":
        histogram = HistogramMetricFamily(name, measure.text)
        total, buckets = 0.0, []
        for bound in (*map(str, BOUNDS), "+Inf"):
            total += values.get((bound,), 0)
            buckets.append((bound, total))
        histogram.add_metric([], buckets, values.get(("sum",), 0))
        return histogram
    kind = CounterMetricFamily if measure.kind == "counter" else GaugeMetricFamily
    family = kind(name, measure.text, labels=measure.labels)
    for labels, value in sorted(values.items()):
        family.add_metric(labels, value)
    return family
