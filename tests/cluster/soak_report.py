"""The committed report of full runs: docs/soak.md, one section for each counted bar, written by its own test."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.cluster.build_cache import locked
from tests.cluster.directories import root

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "soak.md"
_PROGRAMS = ("api", "operator", "ingestion", "crds", "manifests")
_HEAD = """# What full runs saw

Written by `make soak`, in which every counted bar runs in full; `make test` runs a seeded tenth of each. A section is
written by the test of its bar once it has passed, and names the programs that it saw. Seconds are by the clock unless
it says otherwise.
"""


def write_section(title: str, body: str, page: Path) -> None:
    """Put a section in the place of the one with this title, or where the alphabet has it."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(root() / "soak-report.lock"):
        _, *parts = re.split(r"(?m)^(?=## )", page.read_text() if page.exists() else "")
        sections = {part.splitlines()[0]: part.strip() for part in parts}
        sections[f"## {title}"] = f"## {title}\n\n{body.strip()}"
        page.write_text("\n\n".join([_HEAD.strip(), *(text for _, text in sorted(sections.items()))]) + "\n")


def circumstances() -> str:
    """Return what ran where, as far as it is known: the newest commit of the programs, and the processors."""
    place = f"on {len(os.sched_getaffinity(0))} processors"
    git = ("git", "-C", str(REPOSITORY))
    newest = [*git, "log", "-1", "--format=%h", "--", *_PROGRAMS]
    last = subprocess.run(newest, capture_output=True, text=True, check=False)
    if last.returncode != 0 or not last.stdout.strip():
        return f"Seen {place}."
    same = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", *_PROGRAMS], check=False).returncode == 0
    return f"Seen with the programs of commit {last.stdout.strip()}{'' if same else ', changed since,'} {place}."


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that at least this share of them does not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 1000) // 1000)
    return ordered[max(rank, 1) - 1]


def figures(seconds: Sequence[float]) -> str:
    """Return the middle, the 95th percentile and the largest of some seconds, for a report."""
    middle, most = percentile(seconds, 0.5), percentile(seconds, 0.95)
    return f"p50 {middle:.2f} s, p95 {most:.2f} s, max {max(seconds):.2f} s"
