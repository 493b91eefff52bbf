"""Drives segment-analytics-python by a plan."""

import json
import re
import sys
from datetime import datetime
from pathlib import Path

from segment.analytics.client import Client


def main() -> None:
    """Make the calls of the plan that is named on the command line."""
    plan = json.loads(Path(sys.argv[1]).read_text())

    def failed(error: Exception, events: list[object]) -> None:
        print("error", error, len(events), file=sys.stderr)

    client = Client(plan["writeKey"], host=plan["host"], on_error=failed, **plan["options"])
    for call in plan["calls"]:
        said = {re.sub("([A-Z])", lambda big: f"_{big[1].lower()}", name): value for name, value in call.items()}
        if "timestamp" in said:
            said["timestamp"] = datetime.fromisoformat(said["timestamp"])
        getattr(client, said.pop("type"))(**said)
    print("called", flush=True)
    sys.stdin.read()
    client.shutdown()


if __name__ == "__main__":
    main()
