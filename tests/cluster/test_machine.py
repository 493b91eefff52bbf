"""What counts and what does not when a time is held to a bound: waits for a processor are taken off, nothing else."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from tests.cluster.machine import Machine


@pytest.fixture
def others() -> Iterator[None]:
    """Two programs for each processor that do nothing but work."""
    command = [sys.executable, "-c", "while True: pass"]
    started = [subprocess.Popen(command) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for each in started:
        each.kill()
        each.wait()


def work(seconds: float) -> None:
    """Use a processor for so long."""
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


@pytest.mark.usefixtures("others")
def test_on_a_busy_machine_work_counts_about_as_long_as_it_uses_a_processor():
    with Machine() as machine:
        begun = time.time()
        work(0.3)
        net, by_the_clock = machine.net(), time.time() - begun
    assert 0.1 < net < 0.8 * by_the_clock


def test_a_pause_counts_in_full():
    with Machine() as machine:
        threading.Event().wait(0.5)
        assert machine.net() > 0.45


def test_only_what_lies_between_two_moments_counts():
    with Machine() as machine:
        begin = time.time()
        threading.Event().wait(0.5)
        assert 0.05 < machine.net(begin, begin + 0.1) <= 0.1 + 1e-6
        assert machine.net(begin + 0.3) > 0.15
