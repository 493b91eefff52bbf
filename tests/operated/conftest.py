"""Fixtures of operated worlds: one per worker that its tests share, or one of their own."""

from collections.abc import Iterator

import pytest

from tests.cluster.programs import Programs
from tests.operated.disclosure import secrets_told
from tests.operated.tenant import Tenant
from tests.operated.world import OperatedWorld


@pytest.fixture(scope="session")
def shared_world(built_programs: Programs) -> Iterator[OperatedWorld]:
    """The world of this worker."""
    with OperatedWorld(built=built_programs) as started:
        yield started
        assert secrets_told(started) == []


@pytest.fixture
def world(shared_world: OperatedWorld) -> Iterator[OperatedWorld]:
    """The worker's world, without faults; those of a test end with it."""
    before = len(shared_world.tenants)
    if shared_world.operator.has_ended():
        # It ends when it loses its Lease, as on a machine that is too busy for a moment; a kubelet starts it again.
        shared_world.start()
    yield shared_world
    shared_world.heal()
    for tenant in shared_world.tenants[before:]:
        tenant.leave()


@pytest.fixture
def own_world(built_programs: Programs) -> Iterator[OperatedWorld]:
    """A world for one test only, which may hurt it."""
    with OperatedWorld(built=built_programs) as started:
        yield started


@pytest.fixture
def tenant(world: OperatedWorld) -> Tenant:
    """A tenant of the worker's world without a CustomDomain."""
    return world.tenant()
