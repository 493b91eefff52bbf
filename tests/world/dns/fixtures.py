"""The pytest fixture that makes DNS worlds and takes them down again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.world.dns.world import DnsWorld


@pytest.fixture
def dns_world() -> Iterator[Callable[[], DnsWorld]]:
    """A factory: each call starts a world, all of them end with the test."""
    with ExitStack() as worlds:
        yield lambda: worlds.enter_context(DnsWorld())
