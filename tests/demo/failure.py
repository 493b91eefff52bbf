"""Keeps what explains a failed demo, before all that runs is ended."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.cluster.access import KubectlError
from tests.demo.scene import Scene

_KINDS = "customdomains,domainclaims,deployments,pods,services,endpointslices,ingresses,configmaps,events"


def keep_logs(scene: Scene) -> Path:
    """Copy the logs of all programs, and the objects in the cluster, to a folder that stays; return it."""
    kept = Path(tempfile.mkdtemp(prefix="nameplate-demo-"))
    for name, log in scene.logs.items():
        with suppress(OSError):
            shutil.copyfile(log, kept / f"{name}.log")
    with suppress(AttributeError, OSError):
        shutil.copytree(scene.services.directory, kept / "ingestion")
    with suppress(AttributeError, KubectlError, OSError):
        (kept / "objects.yaml").write_text(scene.cluster.kubectl("get", _KINDS, "-A", "-o", "yaml"))
    return kept
