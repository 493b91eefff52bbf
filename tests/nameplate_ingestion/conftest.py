"""A running ingestion service for tests of the whole program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nameplate_ingestion.mounted import Mounts, document
from tests.world.ingestion_process import IngestionProcess


@pytest.fixture
def mounts(tmp_path: Path) -> Mounts:
    """Directories with one domain, cdp.acme.com, whose events go to files."""
    mounts = Mounts(tmp_path)
    mounts.write(document())
    return mounts


@pytest.fixture
def service(mounts: Mounts, tmp_path: Path) -> Iterator[IngestionProcess]:
    """The program, not started yet."""
    service = IngestionProcess(tmp_path, mounts.arguments(), tmp_path / "s")
    yield service
    service.close()
