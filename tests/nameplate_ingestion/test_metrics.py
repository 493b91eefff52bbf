"""Metrics: those of several workers become one, and no total ever falls."""

from prometheus_client import CollectorRegistry, generate_latest

from nameplate_ingestion.metrics import MEASURES, Numbers
from nameplate_ingestion.report import Report, decode, encode
from nameplate_ingestion.service_metrics import ServiceMetrics


def shown(metrics: ServiceMetrics) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(metrics)
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def a_worker(events: int, away: float) -> Numbers:
    numbers = Numbers()
    numbers.of("events")["cdp.acme.com", "website"] += events
    numbers.of("sink_away")["cdp.acme.com",] = away
    numbers.of("log_bytes")["cdp.acme.com",] = 100
    return numbers


EVENTS = 'nameplate_ingestion_events_total{domain="cdp.acme.com",source="website"}'
AWAY = 'nameplate_ingestion_sink_away{domain="cdp.acme.com"}'
OCTETS = 'nameplate_ingestion_log_bytes{domain="cdp.acme.com"}'


def test_counts_are_added_and_gauges_joined_as_they_mean():
    metrics = ServiceMetrics()
    metrics.update(0, a_worker(3, 0).snapshot())
    metrics.update(1, a_worker(4, 1).snapshot())
    values = shown(metrics)
    assert (values[EVENTS], values[AWAY], values[OCTETS]) == (7, 1, 200)


def test_counts_of_a_worker_that_ended_stay_and_its_state_goes():
    metrics = ServiceMetrics()
    metrics.update(0, a_worker(3, 0).snapshot())
    metrics.update(1, a_worker(4, 1).snapshot())
    metrics.ended(1)
    values = shown(metrics)
    assert (values[EVENTS], values[AWAY], values[OCTETS]) == (7, 0, 100)
    metrics.update(1, a_worker(2, 0).snapshot())
    assert shown(metrics)[EVENTS] == 9


def test_durations_fall_into_the_buckets_of_prometheus():
    metrics, numbers = ServiceMetrics(), Numbers()
    for seconds in (0.0005, 0.001, 0.003, 0.3, 100):
        numbers.observe("request_seconds", seconds)
    metrics.update(0, numbers.snapshot())
    values = shown(metrics)
    name = "nameplate_ingestion_request_seconds"
    buckets = {bound: values[f'{name}_bucket{{le="{bound}"}}'] for bound in ("0.001", "0.005", "0.25", "0.5", "+Inf")}
    assert buckets == {"0.001": 2, "0.005": 3, "0.25": 3, "0.5": 4, "+Inf": 5}
    assert values[f"{name}_count"] == 5
    assert values[f"{name}_sum"] == 100.3045


def test_a_report_survives_the_way_to_the_process_that_watches():
    report = Report(a_worker(1, 0).snapshot(), ("stuck",), ("unready",), ("problem",))
    metrics = ServiceMetrics()
    metrics.update(0, decode(encode(report)).numbers)
    assert shown(metrics)[EVENTS] == 1
    assert decode(encode(report)).unready == ("unready",)


def test_every_measure_is_shown_under_a_name_of_its_own():
    registry = CollectorRegistry()
    registry.register(ServiceMetrics())
    families = [family.name for family in registry.collect()]
    assert len(families) == len(set(families)) == len(MEASURES)
