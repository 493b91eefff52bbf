"""The page that describes every metric, made from the metrics themselves.

python -m nameplate_operator.metrics_page [--check] FILE
"""

import argparse
import sys
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

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


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with --check say whether it differs."""
    parser = argparse.ArgumentParser(prog="python -m nameplate_operator.metrics_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the file differs")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    if options.file.is_file() and options.file.read_text(encoding="utf-8") == page():
        return 0
    if options.check:
        sys.stderr.write(f"{options.file} differs from the metrics; run `make generate`\n")
        return 1
    options.file.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{options.file} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
