"""Measures the ingestion service beside other servers and prints a page.

python -m bench.ingestion [--rounds N] [--seconds N] [--write]
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

from bench.ingestion.aims import aims_table
from bench.ingestion.comparison import batches_table, compare, comparison_table
from bench.ingestion.contenders import WHOLE_DISK
from bench.ingestion.kafka import compare_with_librdkafka, kafka_table
from bench.ingestion.keeping_up import backlogs, backlogs_table
from bench.ingestion.library import library_table
from bench.ingestion.library_octets import wire_table
from bench.ingestion.page import PAGE
from bench.ingestion.parts import parts_table
from bench.ingestion.slow_connections import slow_connections_table
from bench.ingestion.threads import threads_table

FILE = Path(__file__).parents[2] / "docs" / "bench-ingestion.md"
KAFKA_EVENTS = 20_000
BACKLOG_TIMES = 3
"""As long a load: who is a little slower than intake shows it only in time."""


def say(text: str) -> None:
    """Tell a person who waits how far it is; standard output is for the page."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def measure(rounds: int, seconds: int) -> str:
    """Return the page."""
    say("What each part takes")
    parts = parts_table()
    say("Single events")
    results = compare(rounds, seconds, say)
    say("Threads")
    threads = threads_table(seconds)
    say("Batches")
    batches = batches_table(rounds, seconds, say)
    say("Forwarding beside intake")
    left = backlogs(BACKLOG_TIMES * seconds)
    say("The library")
    library = library_table(rounds, seconds)
    say("Slow connections")
    half = median(each.rate for each in results[WHOLE_DISK].rounds) / 2
    slow = slow_connections_table(rounds, seconds, half)
    say("Kafka")
    kafka = compare_with_librdkafka(rounds, KAFKA_EVENTS)
    return PAGE.format(
        rounds=rounds,
        seconds=seconds,
        aims=aims_table(results, left, kafka),
        comparison=comparison_table(results),
        batches=batches,
        keeping_up=backlogs_table(left),
        library=library,
        wire=wire_table(),
        slow=slow,
        kafka=kafka_table(kafka),
        threads=threads,
        parts=parts,
    )


def main() -> int:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingestion")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server runs (default: 3)")
    parser.add_argument("--seconds", type=int, default=3, help="how long each time (default: 3)")
    parser.add_argument("--write", action="store_true", help=f"write docs/{FILE.name} too")
    arguments = parser.parse_args()
    page = measure(arguments.rounds, arguments.seconds)
    print(page, end="")
    if arguments.write:
        FILE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
