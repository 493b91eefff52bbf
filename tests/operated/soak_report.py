"""The committed report of the last full run: docs/soak.md, one section for each counted bar, written by its test."""

import re
from pathlib import Path

from tests.cluster.build_cache import locked
from tests.cluster.directories import root

PAGE = Path(__file__).parents[2] / "docs" / "soak.md"
_HEAD = """# The last full run

Written by `make soak`, in which every counted bar runs in full; `make test` runs a seeded tenth of each.
"""


def report(title: str, body: str, page: Path = PAGE) -> None:
    """Put a section in the place of the one with this title, or at the end."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(root() / "soak-report.lock"):
        text = page.read_text() if page.exists() else _HEAD
        head, *parts = re.split(r"(?m)^(?=## )", text)
        sections = {part.splitlines()[0]: part.strip() for part in parts}
        sections[f"## {title}"] = f"## {title}\n\n{body.strip()}"
        page.write_text("\n\n".join([head.strip(), *sections.values()]) + "\n")
