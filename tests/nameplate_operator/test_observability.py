"""Metrics under the names that dashboards expect, log lines as JSON, and the generated page."""

import json
import logging
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from nameplate_api.conditions import ConditionType, Reason
from nameplate_api.json_lines import JsonLines
from nameplate_operator import logs
from nameplate_operator.metrics_page import page
from nameplate_operator.observability import Metrics
from nameplate_operator.schedule import Lane, Schedule
from tests.nameplate_operator.builders import DOMAIN_REF, a_condition, domain_manifest

# As controller-runtime and client-go name them: existing dashboards and alerts read these.
EXPECTED = {
    "controller_runtime_reconcile_total",
    "controller_runtime_reconcile_errors_total",
    "controller_runtime_terminal_reconcile_errors_total",
    "controller_runtime_reconcile_panics_total",
    "controller_runtime_reconcile_timeouts_total",
    "controller_runtime_reconcile_time_seconds_bucket",
    "controller_runtime_max_concurrent_reconciles",
    "controller_runtime_active_workers",
    "workqueue_depth",
    "workqueue_adds_total",
    "workqueue_queue_duration_seconds_bucket",
    "workqueue_work_duration_seconds_bucket",
    "workqueue_unfinished_work_seconds",
    "workqueue_longest_running_processor_seconds",
    "workqueue_retries_total",
    "rest_client_requests_total",
    "rest_client_request_duration_seconds_bucket",
    "leader_election_master_status",
}


def scrape(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_every_name_that_a_dashboard_reads_is_there():
    metrics, schedule = Metrics(), Schedule(share=8)
    metrics.watch(schedule, lambda: 5.0, 8)
    schedule.wake(DOMAIN_REF, Lane.EDIT, 0)
    turn = schedule.take(1)
    assert turn is not None
    metrics.added(DOMAIN_REF)
    metrics.began(turn)
    metrics.ended(turn, 2)
    metrics.succeeded(DOMAIN_REF, None)
    metrics.failed(DOMAIN_REF, timeout=True, foreseen=False)
    metrics.failed(DOMAIN_REF, timeout=False, foreseen=False)
    metrics.requested("GET", "200", 0.1)
    metrics.leader.labels("nameplate").set(1)
    shown = {line.split("{")[0].split(" ")[0] for line in scrape(metrics).splitlines() if line[0] != "#"}
    assert shown >= EXPECTED


@pytest.mark.parametrize(("after", "result"), [(None, "success"), (0.0, "requeue"), (30.0, "requeue_after")])
def test_a_pass_is_counted_by_what_follows_it(after: float | None, result: str):
    metrics = Metrics()
    metrics.succeeded(DOMAIN_REF, after)
    labels = {"controller": "customdomain", "result": result}
    assert metrics.registry.get_sample_value("controller_runtime_reconcile_total", labels) == 1


def test_a_domain_is_shown_while_it_exists():
    metrics = Metrics()
    status = {
        "conditions": [a_condition("Ready", "True", "Serving")],
        "certificate": {"notAfter": "2030-01-01T00:00:00Z"},
    }
    metrics.show(DOMAIN_REF, domain_manifest() | {"status": status})
    labels = {"namespace": "acme", "name": "web"}
    assert metrics.registry.get_sample_value("nameplate_domain_ready", labels) == 1
    expiry = "nameplate_certificate_expiration_timestamp_seconds"
    assert metrics.registry.get_sample_value(expiry, labels) == 1893456000
    metrics.show(
        DOMAIN_REF, domain_manifest() | {"status": {"conditions": [a_condition("Ready", "False", "Creating")]}}
    )
    assert metrics.registry.get_sample_value("nameplate_domain_ready", labels) == 0
    assert metrics.registry.get_sample_value(expiry, labels) is None
    metrics.hide(DOMAIN_REF)
    assert 'name="web"' not in scrape(metrics)


def test_failed_looks_are_counted_by_condition_and_reason():
    metrics = Metrics()
    metrics.look_failed(ConditionType.DELEGATED, Reason.PARENT_UNREACHABLE)
    labels = {"condition": "Delegated", "reason": "ParentUnreachable"}
    assert metrics.registry.get_sample_value("nameplate_failed_looks_total", labels) == 1


def test_the_page_of_the_metrics_is_current():
    assert page() == (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


def written(record: logging.LogRecord) -> dict[str, object]:
    line = JsonLines(logs.context).format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    return logging.getLogger("nameplate").makeRecord(
        "nameplate", logging.INFO, __file__, 1, message, args, None, **more
    )  # type: ignore[arg-type]


def test_lines_within_a_pass_say_what_they_are_about():
    with logs.reconciling(DOMAIN_REF):
        first = written(record("one"))
        logs.identify(uid="uid-1", generation=3)
        second = written(record("two"))
    assert (first["kind"], first["namespace"], first["name"]) == ("CustomDomain", "acme", "web")
    assert (second["uid"], second["generation"]) == ("uid-1", 3)
    assert first["reconcileID"] == second["reconcileID"]
    assert "name" not in written(record("outside"))
    with logs.reconciling(DOMAIN_REF):
        assert written(record("another pass"))["reconcileID"] != first["reconcileID"]
