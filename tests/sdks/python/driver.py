"""Drives segment-analytics-python by a plan; what makes a client stands in client.py."""

import json
import re
import runpy
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from segment import analytics


def _failed(error: Exception, events: list[object]) -> None:
    print("failure", error, len(events), file=sys.stderr)


def _arguments(call: dict[str, Any]) -> dict[str, Any]:
    said = {re.sub("([A-Z])", lambda big: f"_{big[1].lower()}", name): value for name, value in call.items()}
    if "timestamp" in said:
        said["timestamp"] = datetime.fromisoformat(said["timestamp"])
    return said


def main() -> None:
    """Make the calls of the plan that is named on the command line."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    one_each = plan["options"].pop("oneClientPerCall", False)
    runpy.run_path(str(Path(__file__).with_name("client.py")))
    for name, value in {"on_error": _failed, **plan["options"]}.items():
        setattr(analytics, name, value)
    clients = []
    for call in plan["calls"]:
        said = _arguments(call)
        getattr(analytics, said.pop("type"))(**said)
        if one_each or not clients:
            clients.append(analytics.default_client)
        if one_each:
            # The next call makes another.
            analytics.default_client = None
    print("called", flush=True)
    sys.stdin.read()
    for client in clients:
        client.shutdown()


if __name__ == "__main__":
    main()
