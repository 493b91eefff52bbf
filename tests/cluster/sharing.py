"""One control plane for all workers of a run: the first that needs it starts it, the main process ends it."""

import json
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from tests.cluster.access import ClusterAccess
from tests.cluster.build_cache import locked
from tests.cluster.control_plane import ControlPlane
from tests.cluster.directories import directory_of

# Kept until this process ends: it is the parent of the programs, though not their owner.
_started_here: list[ControlPlane] = []


def shared_control_plane(owner: int) -> ClusterAccess:
    """Return the control plane of the test run whose main process is `owner`, started if nobody did so yet."""
    record = _record(owner)
    with locked(record.with_suffix(".lock")):
        if not record.exists():
            started = ControlPlane(owner=owner)
            _started_here.append(started)
            record.write_text(
                json.dumps(
                    {
                        "directory": str(started.directory),
                        "url": started.url,
                        "kubectl": started.kubectl_program,
                        "pids": list(started.pids.values()),
                    }
                )
            )
        known = json.loads(record.read_text())
    return ClusterAccess(Path(known["directory"]), known["url"], known["kubectl"])


def stop_shared_control_plane(owner: int) -> None:
    """End the control plane of a test run, if it has one; for its main process, after the last worker ended."""
    record = _record(owner)
    if record.exists():
        known = json.loads(record.read_text())
        for pid in known["pids"]:
            _kill(pid, known["directory"])
        shutil.rmtree(known["directory"], ignore_errors=True)
    shutil.rmtree(record.parent, ignore_errors=True)


def _record(owner: int) -> Path:
    return directory_of(owner, "shared") / "control-plane.json"


def _kill(pid: int, directory: str) -> None:
    # Its number may be another's by now; its command line names our folder.
    with suppress(FileNotFoundError, ProcessLookupError):
        if directory.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
