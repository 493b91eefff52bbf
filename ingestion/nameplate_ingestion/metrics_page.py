"""The page that describes every metric of the ingestion service, made from the measures themselves.

python -m nameplate_ingestion.metrics_page [--check] FILE
"""

import argparse
import sys
from pathlib import Path

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


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with --check say whether it differs."""
    parser = argparse.ArgumentParser(prog="python -m nameplate_ingestion.metrics_page", description=__doc__)
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
