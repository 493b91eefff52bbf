"""Fixtures of the edge: one per worker with an Ingress class of its own, and an application for one test."""

import uuid
from collections.abc import Iterator

import pytest

from tests.cluster.access import ClusterAccess
from tests.world.edge import Edge
from tests.world.edge_objects import Application


@pytest.fixture(scope="session")
def shared_edge(control_plane: ClusterAccess) -> Iterator[Edge]:
    """An edge beside the shared control plane."""
    name = f"edge-{uuid.uuid4().hex[:8]}"
    with Edge(control_plane, ingress_class=name) as started:
        yield started
    control_plane.kubectl("delete", "ingressclass", name)


@pytest.fixture
def edge(shared_edge: Edge) -> Iterator[Edge]:
    """The worker's edge, without faults; those of a test end with it."""
    yield shared_edge
    shared_edge.heal()


@pytest.fixture
def app(edge: Edge, control_plane: ClusterAccess, namespace: str) -> Application:
    """An application behind the edge that is not deployed yet."""
    return Application(control_plane, namespace, edge.ingress_class, f"{namespace}.example")
