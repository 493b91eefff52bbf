"""The library as it is built for tests, and the npm packages that it is built from."""

import shutil
from pathlib import Path

import pytest

from nameplate_ingestion.library.shelf import Library
from tests.world.library import ensure_library, ensure_packages


@pytest.fixture(scope="session")
def directory() -> Path:
    """Return the directory that the service is given."""
    return ensure_library()


@pytest.fixture(scope="session")
def library(directory: Path) -> Library:
    """Return what a worker holds."""
    return Library.read(directory)


@pytest.fixture(scope="session")
def packages() -> Path:
    """Return the unpacked npm packages; nobody changes these."""
    return ensure_packages()


@pytest.fixture
def copied(packages: Path, tmp_path: Path) -> Path:
    """Return a package of Analytics.js to alter."""
    copy = tmp_path / "copied"
    (copy / "dist").mkdir(parents=True)
    original = packages / "@segment/analytics-next"
    for name in ("package.json", "LICENSE.MD"):
        shutil.copy(original / name, copy)
    shutil.copytree(original / "dist/umd", copy / "dist/umd")
    return copy
