"""The page that describes every metric of the ingestion service, made from the measures themselves.

python -m nameplate_ingestion.metrics_page [--check] [DIRECTORY]
"""

import sys

from nameplate_api import generated
from nameplate_ingestion.metrics import MEASURES, PREFIX

_HEAD = """\
<!-- Generated from nameplate_ingestion.metrics by `make generate`. -->
# Metrics of the ingestion service

Each Pod serves these at `/metrics`, on the port of `/healthz` and `/readyz`: those of all its workers together. Counts
of a worker that was restarted stay in the sum. The usual `process_` and `python_` metrics tell of the process that
watches over the workers.

| metric | type | labels | what it says |
|---|---|---|---|
"""
_SUFFIX = {"counter": "_total"}


def page() -> str:
    """Return the page."""
    rows = [
        f"| `{PREFIX}{each.name}{_SUFFIX.get(each.kind, '')}` | {each.kind} "
        f"| {', '.join(f'`{label}`' for label in each.labels)} | {each.text} |\n"
        for each in MEASURES
    ]
    return _HEAD + "".join(sorted(rows))


if __name__ == "__main__":
    sys.exit(generated.main("nameplate_ingestion.metrics_page", {"docs/ingestion-metrics.md": page()}))
