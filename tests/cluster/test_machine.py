"""What counts and what does not when a time is held to a bound: what others take from us is taken off, nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.cluster.machine import Machine, lost_to_others

BUSY = (sys.executable, "-c", "while True: pass")


@pytest.fixture
def others() -> Iterator[None]:
    """Two programs for each processor that do nothing but work, and are not below this process."""
    count = 2 * len(os.sched_getaffinity(0))
    # Their parent ends at once, and names them.
    start = f"subprocess.Popen({list(BUSY)!r}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid"
    leave = f"import subprocess; print(*[{start} for _ in range({count})])"
    started = subprocess.run([sys.executable, "-c", leave], capture_output=True, text=True, check=True).stdout.split()
    yield
    for each in started:
        os.kill(int(each), signal.SIGKILL)


@pytest.mark.parametrize(
    ("usage", "share"),
    [
        pytest.param((1.0, 1.0, 3.0, 2.0, 2), 1 / 2, id="one thread and three others on two processors"),
        pytest.param((2.0, 2.0, 2.0, 2.0, 2), 1 / 2, id="two threads and two others on two processors"),
        pytest.param((6.0, 18.0, 2.0, 4.0, 2), 1 / 4, id="six threads and two others on two processors"),
        pytest.param((2.0, 4.0, 1.0, 3.0, 1), 1 / 3, id="two threads and another on one processor"),
        pytest.param((6.0, 12.0, 0.0, 3.0, 2), 0.0, id="six threads that wait for each other"),
        pytest.param((0.5, 0.5, 0.5, 4.0, 1), 1 / 8, id="a thread that sleeps for most of the time"),
        pytest.param((1.0, 0.0, 1.0, 1.0, 2), 0.0, id="nobody waits"),
        pytest.param((0.0, 0.0, 2.0, 1.0, 2), 0.0, id="nobody of ours does anything"),
        pytest.param((0.0, 1.0, 2.0, 1.0, 2), 1.0, id="others have it all"),
    ],
)
def test_lost_is_what_would_have_been_sooner_without_others(usage, share):
    """The shares follow by hand from processors that all who are ready share evenly."""
    assert lost_to_others(*usage) == pytest.approx(share)


@pytest.mark.usefixtures("others")
def test_on_a_busy_machine_work_counts_about_as_long_as_it_uses_a_processor():
    net, by_the_clock = alone(_work)
    assert 0.1 < net < 0.8 * by_the_clock


def test_what_our_own_programs_wait_for_each_other_counts_but_for_the_share_of_others():
    net, by_the_clock, share_of_others = alone(_wait_for_each_other)
    assert by_the_clock - net <= by_the_clock * (share_of_others + 0.1)


def test_a_pause_counts_in_full():
    whole, part, rest = alone(_pause)
    assert whole > 0.45
    assert 0.05 < part <= 0.1 + 1e-6
    assert rest > 0.15


def alone(measure: Callable[[], tuple[float, ...]]) -> tuple[float, ...]:
    """Measure in a process of its own, below which no program of another test is."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measure).result()


def _work() -> tuple[float, ...]:
    with Machine() as machine:
        began, worked = time.time(), time.thread_time()
        while time.thread_time() - worked < 0.3:
            pass
        return machine.net(), time.time() - began


def _pause() -> tuple[float, ...]:
    with Machine() as machine:
        begin = time.time()
        threading.Event().wait(0.5)
        return machine.net(), machine.net(begin, begin + 0.1), machine.net(begin + 0.3)


def _wait_for_each_other() -> tuple[float, ...]:
    """Have three busy children for each processor; return also which share others had of all that was used."""
    with Machine() as machine:
        before, began = used_by_all(), time.time()
        started = [subprocess.Popen(BUSY) for _ in range(3 * len(os.sched_getaffinity(0)))]
        threading.Event().wait(2)
        net, by_the_clock, everything = machine.net(), time.time() - began, used_by_all() - before
        ours = sum(map(used_by, started))
    return net, by_the_clock, max(1 - ours / everything, 0.0)


def used_by_all() -> float:
    """Return how many seconds all processors have worked since the machine began."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def used_by(program: subprocess.Popen[bytes]) -> float:
    """End a program, and return how many seconds it used."""
    program.kill()
    used = os.wait4(program.pid, 0)[2]
    program.returncode = -signal.SIGKILL
    return used.ru_utime + used.ru_stime
