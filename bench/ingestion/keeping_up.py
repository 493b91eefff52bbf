"""Whether forwarding keeps up with intake: what is left in the log when a load ends, and how long that takes."""

import re
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.ingestion.comparison import BATCH
from bench.ingestion.load import send
from bench.ingestion.processes import CLIENT_CORE, SERVER_CORE, free_port
from bench.ingestion.service import Shape, forwarded, service, to_files
from nameplate_api.custom_domain import Durability
from tests.cluster.waiting import until

_TIMEOUT = 120.0
_LOOK_EVERY = 0.05
_COLLECT_EVERY = 0.5
_SHAPES = {
    f"{where}, {what}": (Shape(Durability.DISK, sink), events)
    for where, sink in (("to files", to_files), ("forwarded", forwarded))
    for what, events in (("single events", 1), (f"batches of {BATCH}", BATCH))
}


class Numbers(NamedTuple):
    """Counts of events, by the metrics."""

    taken: int
    delivered: int
    left: int
    """Octets in the log."""


class Backlog(NamedTuple):
    """What a load left to do."""

    load: str
    seconds: int
    """Of load."""
    ended: Numbers
    """When the load ended."""
    taken: int
    """Events in all."""
    after: float
    """Seconds from then on until all were delivered."""

    @property
    def behind(self) -> float:
        """Return how many seconds of intake the deliveries were behind when the load ended."""
        return (self.ended.taken - self.ended.delivered) / self.ended.taken * self.seconds


def backlogs(seconds: int) -> list[Backlog]:
    """Return what is left of a full load of each kind, to each sink."""
    return [_measure(load, seconds) for load in _SHAPES]


def backlogs_table(found: Sequence[Backlog]) -> str:
    """Return them as a Markdown table."""
    lines = [
        "| load | events taken | delivered when the load ended | left in the log then, MiB | all delivered after, s |",
        "|---|---:|---:|---:|---:|",
    ]
    for load, _, ended, taken, after in found:
        share = ended.delivered / ended.taken
        lines.append(f"| {load} | {taken:,} | {share:.0%} | {ended.left / 2**20:.1f} | {after:.1f} |")
    return "\n".join(lines)


@contextmanager
def _collected(directory: Path) -> Iterator[None]:
    """Meanwhile take away the files of events that are whole, as somebody must: else the sink stops at their cap."""
    over = threading.Event()

    def collect() -> None:
        while not over.wait(_COLLECT_EVERY):
            for file in sorted(directory.glob("data/*/*/events/*"))[:-1]:
                file.unlink()

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        yield
    finally:
        over.set()
        collector.join()


def _measure(load: str, seconds: int) -> Backlog:
    operations = free_port()
    shape, events = _SHAPES[load]
    with (
        tempfile.TemporaryDirectory() as place,
        service(Path(place), SERVER_CORE, shape, operations) as server,
        _collected(Path(place)),
    ):
        send(server.port, seconds, core=CLIENT_CORE, events=events)
        began = time.monotonic()
        ended = seen = until(lambda: _ask_taken(operations), "events to be counted")
        while seen.left or seen.delivered < seen.taken:
            if time.monotonic() > began + _TIMEOUT:
                raise RuntimeError(f"after {_TIMEOUT} s there is still something in the log: {seen}")
            time.sleep(_LOOK_EVERY)
            seen = _ask(operations)
        return Backlog(load, seconds, ended, seen.taken, time.monotonic() - began)


def _ask_taken(port: int) -> Numbers | None:
    seen = _ask(port)
    return seen if seen.taken else None


def _ask(port: int) -> Numbers:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    names = ("events_total", "delivered_events_total", "log_bytes")
    return Numbers(*(_sum(text, f"nameplate_ingestion_{name}") for name in names))


def _sum(text: str, name: str) -> int:
    return round(sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)))
