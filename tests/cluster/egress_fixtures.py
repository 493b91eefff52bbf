"""Fails every test during which something tried to leave the machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import egress
from tests.cluster.directories import new_directory

_folder = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Guard the process that runs the tests, the main one and each worker."""
    folder = config.stash[_folder] = new_directory(os.getpid(), "egress")
    egress.install(folder / "attempts")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the record."""
    shutil.rmtree(config.stash[_folder], ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_egress() -> Iterator[None]:
    yield
    attempts = egress.attempts()
    if attempts:
        pytest.fail("tried to leave the machine:\n  " + "\n  ".join(attempts), pytrace=False)
