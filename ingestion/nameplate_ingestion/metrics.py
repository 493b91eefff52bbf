"""What a worker counts, as plain numbers, and what each of them means."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

PREFIX = "nameplate_ingestion_"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""
_BUCKETS = (*((str(bound),) for bound in BOUNDS), ("+Inf",))
_SUM = ("sum",)
Snapshot = Mapping[str, Sequence[tuple[Sequence[str], float]]]
"""By the name of the measure: labels and value."""


class Measure(NamedTuple):
    """One metric."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    text: str
    joined: Literal["sum", "max"] = "sum"
    """How the gauges of several logs and workers become one."""

    def join(self, one: float, other: float) -> float:
        """Return what two values of the same labels are together."""
        return max(one, other) if self.joined == "max" else one + other


_DOMAIN = ("domain",)
MEASURES = (
    Measure("requests", "counter", ("domain", "code"), "Requests answered, by the code of docs/answers.md."),
    Measure("refused_requests", "counter", ("code",), "Requests that the server turned away before any domain."),
    Measure("events", "counter", ("domain", "source"), "Events acknowledged."),
    Measure(
        "rejected_events",
        "counter",
        ("domain", "source", "code"),
        "Events that were left out of batches that were taken: few SDKs look at what is said of them.",
    ),
    Measure("body_bytes", "counter", _DOMAIN, "Octets of the bodies of acknowledged requests, decompressed."),
    Measure("request_seconds", "histogram", (), "Time from a whole request to its answer."),
    Measure("connections", "gauge", (), "Connections open now."),
    Measure("delivered_events", "counter", _DOMAIN, "Events that the sink has acknowledged."),
    Measure("parked_events", "counter", _DOMAIN, "Events that the sink refused, kept in the dead-letter file."),
    Measure("sink_retries", "counter", _DOMAIN, "Batches that the sink did not take whole."),
    Measure("sink_away", "gauge", _DOMAIN, "1 while the sink takes nothing.", "max"),
    Measure(
        "dead_letters_away",
        "gauge",
        _DOMAIN,
        "1 while the dead-letter files take no more: an event that the sink refuses then holds up those behind it.",
        "max",
    ),
    Measure("log_bytes", "gauge", _DOMAIN, "Octets in the log that the sink has not acknowledged."),
    Measure("log_oldest_seconds", "gauge", _DOMAIN, "Age of the oldest record that is not acknowledged.", "max"),
    Measure("log_unreadable", "gauge", _DOMAIN, "1 while a log cannot be read on: what it holds behind waits.", "max"),
    Measure("log_failed", "gauge", _DOMAIN, "1 while a log takes no record for good: its disk failed.", "max"),
    Measure("log_cut_bytes", "counter", _DOMAIN, "Octets cut at recovery: the torn tail of a kill or power cut."),
    Measure("log_damaged_bytes", "counter", _DOMAIN, "Octets of acknowledged records found damaged at recovery."),
    Measure(
        "upstream_fetches",
        "counter",
        ("kind", "result"),
        "Files and settings that an upstream CDN was asked for: fetched, unchanged, absent, unusable, or away.",
    ),
    Measure("settings_problems", "gauge", (), "Things wrong with the mounted settings and keys.", "max"),
    Measure("missing_keys", "gauge", _DOMAIN, "Sources and sinks whose key file is not there.", "max"),
    Measure("worker_starts", "counter", (), "Starts of workers; more than there are workers tells of crashes."),
)

BY_NAME = {measure.name: measure for measure in MEASURES}


class Numbers:
    """What one process counts; keys are tuples of label values."""

    def __init__(self) -> None:
        self._values: dict[str, defaultdict[tuple[str, ...], float]] = {
            measure.name: defaultdict(float) for measure in MEASURES
        }

    def of(self, name: str) -> defaultdict[tuple[str, ...], float]:
        """Return the values of a measure by their labels, to be added to or set."""
        return self._values[name]

    def observe(self, name: str, seconds: float) -> None:
        """Count a duration in a histogram."""
        values = self._values[name]
        values[_BUCKETS[bisect_left(BOUNDS, seconds)]] += 1
        values[_SUM] += seconds

    def snapshot(self) -> Snapshot:
        """Return all values as they are now, fit for JSON."""
        return {
            name: [(labels, value) for labels, value in each.items()] for name, each in self._values.items() if each
        }
