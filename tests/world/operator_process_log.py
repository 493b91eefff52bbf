"""The operator's log as values: each line a record, or the text that it is where it is none."""

import json
from pathlib import Path
from typing import Any


def lines(log: Path) -> list[dict[str, Any] | str]:
    """Return the lines of a log, the empty ones left out."""
    return [_parsed(line) for line in log.read_text(errors="replace").splitlines() if line.strip()]


def _parsed(line: str) -> dict[str, Any] | str:
    try:
        found = json.loads(line)
    except ValueError:
        return line
    return found if isinstance(found, dict) else line
