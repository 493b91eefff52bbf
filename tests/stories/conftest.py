"""What stories about claims begin with."""

from collections.abc import AsyncIterator

import pytest

from tests.cluster.access import ClusterAccess
from tests.nameplate_operator.conftest import served_kinds
from tests.nameplate_operator.memory_ports import MemoryZones
from tests.stories.api_cluster import ApiCluster
from tests.stories.claim_world import ClaimWorld

__all__ = ["served_kinds"]


@pytest.fixture
async def claims(served_kinds: ClusterAccess) -> AsyncIterator[ClaimWorld]:
    """A world for one story."""
    async with served_kinds.async_client() as client:
        world = ClaimWorld(ApiCluster(client), MemoryZones())
        yield world
        await world.end()
