"""Fixtures that give tests a control plane: one shared by the whole run, or one of their own."""

import os
import re
import uuid
from collections.abc import Iterator

import pytest

from tests.cluster.access import ClusterAccess
from tests.cluster.control_plane import ControlPlane
from tests.cluster.programs import Programs, are_built, programs
from tests.cluster.sharing import shared_control_plane, stop_shared_control_plane
from tests.cluster.waiting import until

# Set by the main process of a run; pytest-xdist's workers inherit it.
OWNER = "NAMEPLATE_TEST_RUN"


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Remember which process stands for the whole run."""
    if not _is_worker(config):
        os.environ[OWNER] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the workers share; they are gone by now."""
    if not _is_worker(config):
        stop_shared_control_plane(os.getpid())


@pytest.fixture(scope="session")
def built_programs() -> Programs:
    """The control plane's programs; building them takes longer than a test may, so it is not begun here."""
    if not are_built():
        pytest.fail(
            "the control plane is not built: run `python -m tests.cluster.programs` (minutes, once)", pytrace=False
        )
    return programs()


@pytest.fixture(scope="session")
def control_plane(built_programs: Programs) -> ClusterAccess:
    """The control plane of the whole run: use a namespace of your own in it, and leave the programs alone."""
    return shared_control_plane(int(os.environ[OWNER]))


@pytest.fixture
def own_control_plane(built_programs: Programs) -> Iterator[ControlPlane]:
    """A control plane for one test only, which may hurt it; it takes five seconds and half a gigabyte."""
    with ControlPlane(built_programs) as started:
        yield started


@pytest.fixture
def namespace(control_plane: ClusterAccess, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for one test, in which Pods can run at once; its deletion is not waited for."""
    slug = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")
    name = f"{slug[:40].strip('-') or 'test'}-{uuid.uuid4().hex[:8]}"
    with control_plane.client() as client:
        client.post("/api/v1/namespaces", json={"metadata": {"name": name}}).raise_for_status()
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        until(lambda: client.get(account).is_success, f"the default ServiceAccount of {name}")
        yield name
        client.delete(f"/api/v1/namespaces/{name}").raise_for_status()
