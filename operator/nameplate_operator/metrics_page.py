"""The page that describes every metric, made from the metrics themselves.

python -m nameplate_operator.metrics_page [--check] [DIRECTORY]
"""

import sys

from prometheus_client.metrics import MetricWrapperBase

from nameplate_api import generated
from nameplate_operator.observability import QUEUE_STATE, Metrics

_HEAD = """\
<!-- Generated from nameplate_operator.observability by `make generate`. -->
# Metrics

The operator serves these at `/metrics`, on the port of `/healthz` and `/readyz`. Those that begin with
`controller_runtime_`, `workqueue_`, `rest_client_` and `leader_election_` carry the names and labels of Go's
controller-runtime, so that dashboards made for it show the operator too.

| metric | type | labels | what it says |
|---|---|---|---|
"""
_SUFFIX = {"counter": "_total"}


def page() -> str:
    """Return the page."""
    rows = [_row(*each) for each in QUEUE_STATE.values()]
    for metric in vars(Metrics()).values():
        if isinstance(metric, MetricWrapperBase):
            family = next(iter(metric.describe()))
            labels = metric._labelnames  # noqa: SLF001 - there is no public way to them
            rows.append(_row(family.name + _SUFFIX.get(family.type, ""), family.type, labels, family.documentation))
    return _HEAD + "".join(sorted(rows))


def _row(name: str, kind: str, labels: tuple[str, ...], text: str) -> str:
    return f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels)} | {text} |\n"


if __name__ == "__main__":
    sys.exit(generated.main("nameplate_operator.metrics_page", {"docs/metrics.md": page()}))
