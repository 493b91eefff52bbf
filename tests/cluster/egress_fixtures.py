"""Fails every test during which something tried to leave the machine."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import egress

_folder = tempfile.TemporaryDirectory(prefix="nameplate-egress-")


def pytest_configure() -> None:
    """Guard the process that runs the tests, the main one and each worker."""
    egress.install(Path(_folder.name) / "attempts")


def pytest_unconfigure() -> None:
    """Remove the record."""
    _folder.cleanup()


@pytest.fixture(autouse=True)
def _no_egress() -> Iterator[None]:
    yield
    attempts = egress.attempts()
    if attempts:
        pytest.fail("tried to leave the machine:\n  " + "\n  ".join(attempts), pytrace=False)
