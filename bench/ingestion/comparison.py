"""Servers side by side: each in turn on one core with wrk on another; a ratio is that of one round."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.ingestion.contenders import (
    ANSWERING,
    CONTENDERS,
    FORWARDED_DISK,
    GRANIAN_DISK,
    INTAKE_DISK,
    LOGGING,
    WHOLE_DISK,
    Contender,
)
from bench.ingestion.load import CONNECTIONS, send
from bench.ingestion.processes import CLIENT_CORE, SERVER_CORE

BATCH = 20
_WARM_UP = 1
_COLUMNS = (
    "server",
    "requests per CPU second",
    "÷ nginx return",
    "÷ nginx proxy + body log",
    "requests per second",
    "p99, ms",
    "p99 at half load, ms",
    "largest process, MiB",
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


@dataclass(frozen=True)
class Results:
    """A server in all rounds, and once at half of its rate."""

    rounds: Sequence[Measured]
    half_p99: float

    def ratio(self, other: "Results") -> float:
        """Return how many times the other's requests per CPU second, by the median of the rounds."""
        return median(one.per_cpu / two.per_cpu for one, two in zip(self.rounds, other.rounds, strict=True))

    @property
    def resident(self) -> int:
        """Resident memory, at most, of the largest process, in octets."""
        return max(each.resident for each in self.rounds)


def measure(contender: Contender, seconds: int, *, pause: float = 0, events: int = 1) -> Measured:
    """Keep one server busy for so long."""
    with tempfile.TemporaryDirectory() as place, contender.start(Path(place) / "it", SERVER_CORE) as server:
        send(server.port, _WARM_UP, core=CLIENT_CORE, events=events)
        before = server.cpu
        load = send(server.port, seconds, core=CLIENT_CORE, pause=pause, events=events)
        per_cpu = load.requests / (server.cpu - before)
        return Measured(per_cpu, load.rate, load.p99, server.largest, load.failed)


def compare(rounds: int, seconds: int, say: Callable[[str], None]) -> dict[str, Results]:
    """Return what each server did."""
    found = _rounds(CONTENDERS, rounds, lambda contender: measure(contender, seconds), say)
    say("Each at half of its rate")
    results = {}
    for name, contender in CONTENDERS.items():
        half = median(each.rate for each in found[name]) / 2
        results[name] = Results(found[name], measure(contender, seconds, pause=CONNECTIONS / half).p99)
    return results


def comparison_table(results: dict[str, Results]) -> str:
    """Return the servers as a Markdown table."""
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|---|{'---:|' * (len(_COLUMNS) - 1)}"]
    for name, own in results.items():
        lines.append(
            f"| {name} | {_median(own, 'per_cpu'):,.0f} "
            f"| {own.ratio(results[ANSWERING]):.2f} | {own.ratio(results[LOGGING]):.2f} "
            f"| {_median(own, 'rate'):,.0f} | {_median(own, 'p99'):.1f} | {own.half_p99:.1f} "
            f"| {own.resident / 2**20:.0f} | {sum(each.failed for each in own.rounds)} |"
        )
    return "\n".join(lines)


def batches_table(rounds: int, seconds: int, say: Callable[[str], None]) -> str:
    """Return what servers do with batches as a Markdown table."""
    names = (LOGGING, GRANIAN_DISK, INTAKE_DISK, WHOLE_DISK, FORWARDED_DISK)
    found = _rounds(names, rounds, lambda contender: measure(contender, seconds, events=BATCH), say)
    lines = [
        f"| server, batches of {BATCH} | events per CPU second | events per second | failed |",
        "|---|---:|---:|---:|",
    ]
    for name, own in found.items():
        per_cpu, rate = (median(getattr(each, field) for each in own) * BATCH for field in ("per_cpu", "rate"))
        lines.append(f"| {name} | {per_cpu:,.0f} | {rate:,.0f} | {sum(each.failed for each in own)} |")
    return "\n".join(lines)


def _rounds(
    names: Iterable[str], rounds: int, run: Callable[[Contender], Measured], say: Callable[[str], None]
) -> dict[str, list[Measured]]:
    found: dict[str, list[Measured]] = {name: [] for name in names}
    for number in range(rounds):
        say(f"Round {number + 1} of {rounds}")
        for name, own in found.items():
            own.append(run(CONTENDERS[name]))
    return found


def _median(own: Results, field: str) -> float:
    return median(getattr(each, field) for each in own.rounds)
