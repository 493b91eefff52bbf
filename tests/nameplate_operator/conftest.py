"""What tests of the operator against a real API server have: our kinds served, and a way to disturb it."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.access import ClusterAccess
from tests.world.http_faults import FaultProxy

CRDS = Path(__file__).parents[2] / "crds"


@pytest.fixture(scope="session")
def served_kinds(control_plane: ClusterAccess) -> ClusterAccess:
    """The control plane of the run, with CustomDomain and DomainClaim served."""
    control_plane.kubectl("apply", "--server-side", "--filename", str(CRDS))
    control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", "--filename", str(CRDS))
    return control_plane


@pytest.fixture
def api_proxy(served_kinds: ClusterAccess) -> Iterator[FaultProxy]:
    """A proxy in front of the API server that speaks as administrator and can be told to fail."""
    context = ssl.create_default_context(cafile=str(served_kinds.ca_file))
    pki = served_kinds.directory / "pki"
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    with FaultProxy(served_kinds.url, upstream_tls=context) as proxy:
        yield proxy
