"""Measures requests per CPU second of the ingestion service beside other servers, and prints a table.

    python -m bench.ingestion [--rounds N] [--seconds N] [--write]

Every round runs each server in turn on one core, with wrk on another; a ratio is that of one round, and the table shows
the median of the rounds.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.ingestion.contenders import CONTENDERS, Contender
from bench.ingestion.load import CONNECTIONS, send

SERVER_CORE, CLIENT_CORE = 0, 1
_WARM_UP = 1
COLUMNS = (
    "server",
    "requests per CPU second",
    "÷ nginx return",
    "÷ nginx proxy + body log",
    "requests per second",
    "p99, ms",
    "p99 at half load, ms",
    "memory, MiB",
    "failed",
)


@dataclass(frozen=True)
class Measured:
    """One server in one round."""

    per_cpu: float
    rate: float
    p99: float
    resident: int
    failed: int


def say(text: str) -> None:
    """Tell a person who waits how far it is; standard output is for the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def measure(contender: Contender, seconds: int, *, pause: float = 0) -> Measured:
    """Keep one server busy for so long."""
    with tempfile.TemporaryDirectory() as place, contender.start(Path(place) / "it", SERVER_CORE) as server:
        send(server.port, _WARM_UP, core=CLIENT_CORE)
        before = server.cpu
        load = send(server.port, seconds, core=CLIENT_CORE, pause=pause)
        per_cpu = load.requests / (server.cpu - before)
        return Measured(per_cpu, load.rate, load.p99, server.largest, load.failed)


def at_half_load(contender: Contender, seconds: int, full: float) -> float:
    """Return the 99th percentile of the latency, in milliseconds, at half of the rate that the server can do."""
    return measure(contender, seconds, pause=CONNECTIONS / (full / 2)).p99


def table(rounds: int, seconds: int) -> str:
    """Return the table over so many rounds."""
    found: dict[str, list[Measured]] = {contender.name: [] for contender in CONTENDERS}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for contender in CONTENDERS:
            found[contender.name].append(measure(contender, seconds))
    lines = [f"| {' | '.join(COLUMNS)} |", f"|---|{'---:|' * (len(COLUMNS) - 1)}"]
    for contender in CONTENDERS:
        own = found[contender.name]
        half = at_half_load(contender, seconds, median(each.rate for each in own))
        against = [_ratio(own, found[name]) for name in ("nginx return", "nginx proxy + body log")]
        lines.append(
            f"| {contender.name} | {median(e.per_cpu for e in own):,.0f} | {against[0]:.2f} | {against[1]:.2f} "
            f"| {median(e.rate for e in own):,.0f} | {median(e.p99 for e in own):.1f} | {half:.1f} "
            f"| {max(e.resident for e in own) / 2**20:.0f} | {sum(e.failed for e in own)} |"
        )
    return "\n".join(lines)


def _ratio(own: list[Measured], other: list[Measured]) -> float:
    return median(one.per_cpu / two.per_cpu for one, two in zip(own, other, strict=True))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingestion")
    parser.add_argument("--rounds", type=int, default=5, help="how often each server runs (default: 5)")
    parser.add_argument("--seconds", type=int, default=5, help="how long each time (default: 5)")
    arguments = parser.parse_args()
    print(table(arguments.rounds, arguments.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
