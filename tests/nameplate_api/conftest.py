"""The API of Nameplate on the shared control plane."""

from pathlib import Path

import pytest

from tests.cluster.access import ClusterAccess

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def api(control_plane: ClusterAccess) -> ClusterAccess:
    """A control plane that serves CustomDomains and DomainClaims; others may have installed them before us."""
    control_plane.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(REPOSITORY / "crds"))
    definitions = ("crd/customdomains.nameplate.dev", "crd/domainclaims.nameplate.dev")
    control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", *definitions)
    return control_plane
