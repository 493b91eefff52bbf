"""The site that the SDKs post to."""

from collections.abc import Iterator

import pytest

from tests.sdks.served import Site, running_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running domain for all tests of a worker."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site
