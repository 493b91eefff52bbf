"""Whether forwarding keeps up with intake: what is left in the log when a load ends, and how long that takes."""

import re
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from bench.ingestion.comparison import BATCH, CLIENT_CORE, SERVER_CORE
from bench.ingestion.load import send
from bench.ingestion.processes import free_port
from bench.ingestion.service import Shape, service
from nameplate_api.custom_domain import Durability

_TIMEOUT = 120.0
_LOOK_EVERY = 0.05


class _Numbers(NamedTuple):
    taken: int
    delivered: int
    left: int
    """Octets in the log."""


def keeping_up_table(seconds: int) -> str:
    """Return backlog and delay after a full load as a Markdown table."""
    lines = [
        "| load | events taken | delivered when the load ended | left in the log then, MiB | all delivered after, s |",
        "|---|---:|---:|---:|---:|",
    ]
    for what, events in (("single events", 1), (f"batches of {BATCH}", BATCH)):
        ended, last, after = _measure(seconds, events)
        share = ended.delivered / ended.taken
        lines.append(f"| {what} | {last.taken:,} | {share:.0%} | {ended.left / 2**20:.1f} | {after:.1f} |")
    return "\n".join(lines)


def _measure(seconds: int, events: int) -> tuple[_Numbers, _Numbers, float]:
    operations = free_port()
    shape = Shape(Durability.DISK, forwards=True)
    with tempfile.TemporaryDirectory() as place, service(Path(place), SERVER_CORE, shape, operations) as server:
        send(server.port, seconds, core=CLIENT_CORE, events=events)
        began = time.monotonic()
        ended = seen = _ask(operations)
        while seen.left or seen.delivered < seen.taken:
            if time.monotonic() > began + _TIMEOUT:
                raise RuntimeError(f"after {_TIMEOUT} s there is still something in the log: {seen}")
            time.sleep(_LOOK_EVERY)
            seen = _ask(operations)
        return ended, seen, time.monotonic() - began


def _ask(port: int) -> _Numbers:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    names = ("events_total", "delivered_events_total", "log_bytes")
    return _Numbers(*(_sum(text, f"nameplate_ingestion_{name}") for name in names))


def _sum(text: str, name: str) -> int:
    return round(sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)))
