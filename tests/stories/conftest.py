"""What stories about claims begin with."""

from collections.abc import AsyncIterator

import pytest

from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.conftest import served_kinds
from tests.nameplate_operator.memory_ports import MemoryZones
from tests.stories.api_server import cluster_of
from tests.stories.claim_world import ClaimWorld

__all__ = ["served_kinds"]


@pytest.fixture
async def claims(served_kinds: ClusterAccess) -> AsyncIterator[ClaimWorld]:
    """A world for one story."""
    async with cluster_of(served_kinds) as cluster:
        world = ClaimWorld(cluster, MemoryZones())
        yield world
        await world.end()
