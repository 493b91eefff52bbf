"""Randomness that can be repeated, and counted tests of which a plain run does a tenth."""

import math
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.cluster import soak_report

LEAST_ROUNDS = 20
SHARE = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that steer randomness and length."""
    group = parser.getgroup("nameplate")
    group.addoption("--soak", action="store_true", help="run all rounds of counted tests, not a tenth of them")
    group.addoption("--seed", type=int, default=None, help="repeat the random choices of an earlier run")


def pytest_configure(config: pytest.Config) -> None:
    """Choose a seed where none was given; a worker takes that of the run."""
    if hasattr(config, "workerinput"):
        config.option.seed = config.workerinput["seed"]
    elif config.option.seed is None:
        config.option.seed = int.from_bytes(os.urandom(4))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the seed to a worker of pytest-xdist."""
    node.workerinput["seed"] = node.config.option.seed


def pytest_report_header(config: pytest.Config) -> str:
    """Print what is needed to repeat this run."""
    length = "all rounds" if config.getoption("soak") else "a tenth of the rounds"
    return f"nameplate: --seed {config.getoption('seed')}, {length} of counted tests"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it again after failures: a quiet run has no header."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(
            f"nameplate: repeat the random choices of this run with --seed {config.option.seed}"
        )


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run."""
    return int(request.config.getoption("seed"))


@pytest.fixture
def rng(seed: int, request: pytest.FixtureRequest) -> random.Random:
    """A source of randomness of the test's own: the same in every run with this seed, in whatever order tests run."""
    return random.Random(f"{seed}:{request.node.nodeid}")  # noqa: S311 - repeatable, not secret


@pytest.fixture
def counted(rng: random.Random, request: pytest.FixtureRequest) -> Callable[[int], list[int]]:
    """Choose which of `total` numbered rounds to run: all under --soak, else a seeded tenth, at least 20."""

    def choose(total: int) -> list[int]:
        if request.config.getoption("soak"):
            return list(range(total))
        return sorted(rng.sample(range(total), min(total, max(LEAST_ROUNDS, math.ceil(total / SHARE)))))

    return choose


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Print what a counted test saw, by its title; of a full run, keep it in docs/soak.md."""

    def tell(title: str, body: str) -> None:
        print(f"{title}: {body}")
        if request.config.getoption("soak"):
            soak_report.write_section(title, f"{body}\n\n{soak_report.circumstances()}", soak_report.PAGE)

    return tell
