"""What the service is meant to reach, and by how much it does or does not."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.ingestion.comparison import Results
from bench.ingestion.contenders import ANSWERING, INTAKE_DISK, INTAKE_MEMORY, LOGGING, WHOLE_DISK, WHOLE_MEMORY
from bench.ingestion.kafka import Rates, kafka_ratio
from bench.ingestion.keeping_up import Backlog

MOST_P99 = 10.0
MOST_RESIDENT = 40 * 2**20
MOST_BEHIND = 0.5
"""Seconds: as old as metrics may be."""
LEAST_OF_LIBRDKAFKA = 0.8


class Aim(NamedTuple):
    """One aim for one server; times and sizes are met from below, ratios from above."""

    text: str
    wanted: float
    found: float
    unit: str = ""

    @property
    def line(self) -> str:
        """Return a row of a Markdown table."""
        reached = self.found <= self.wanted if self.unit else self.found >= self.wanted
        verdict = "yes" if reached else f"no: {self.found / self.wanted:.0%} of it"
        bound = "≤" if self.unit else "≥"
        digits = 1 if self.unit else 2
        return f"| {self.text} | {bound} {self.wanted:g}{self.unit} | {self.found:.{digits}f}{self.unit} | {verdict} |"


def aims_table(results: dict[str, Results], backlogs: Sequence[Backlog], kafka: Sequence[Rates]) -> str:
    """Return the aims as a Markdown table."""
    lines = ["| aim | wanted | found | reached |", "|---|---:|---:|---|"]
    aims = (*_aims(results), *map(_keeps_up, backlogs), _kafka(kafka))
    return "\n".join([*lines, *(aim.line for aim in aims)])


def _aims(results: dict[str, Results]) -> Iterator[Aim]:
    for name in (INTAKE_MEMORY, WHOLE_MEMORY):
        yield Aim(f"{name}: ÷ {ANSWERING}", 0.55, results[name].ratio(results[ANSWERING]))
    for name in (INTAKE_DISK, WHOLE_DISK):
        yield Aim(f"{name}: ÷ {ANSWERING}", 0.40, results[name].ratio(results[ANSWERING]))
        yield Aim(f"{name}: ÷ {LOGGING}", 1.3, results[name].ratio(results[LOGGING]))
    yield Aim(f"{WHOLE_DISK}: p99 at half load", MOST_P99, results[WHOLE_DISK].half_p99, " ms")
    yield Aim(f"{WHOLE_DISK}: memory of a worker", MOST_RESIDENT / 2**20, results[WHOLE_DISK].resident / 2**20, " MiB")


def _keeps_up(backlog: Backlog) -> Aim:
    text = f"{backlog.load}: intake that is not delivered after {backlog.seconds} s of full load"
    return Aim(text, MOST_BEHIND, backlog.behind, " s")


def _kafka(found: Sequence[Rates]) -> Aim:
    return Aim("the Kafka sink ÷ librdkafka, acks=all", LEAST_OF_LIBRDKAFKA, kafka_ratio(found))
