"""A control plane of one's own starts, is hurt, comes back, ends, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import directories
from tests.cluster.access import KubectlError
from tests.cluster.control_plane import ControlPlane
from tests.cluster.machine import Machine
from tests.cluster.processes import clean_environment
from tests.cluster.waiting import until

CHECKOUT = Path(__file__).parent.parent.parent
ENDS_WITHIN = 2.0
# A process that owns a control plane, says so, and then waits to be killed.
OWNER = """
import json, sys
from tests.cluster.control_plane import ControlPlane
started = ControlPlane()
print(json.dumps({"pids": list(started.pids.values()), "directory": str(started.directory)}), flush=True)
sys.stdin.read()
"""


def _alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def machine() -> Iterator[Machine]:
    with Machine() as looking:
        yield looking


def test_two_run_side_by_side_and_end_within_seconds_and_without_a_trace(machine: Machine) -> None:
    with ControlPlane() as left, ControlPlane() as right:
        print(f"two control planes started in {machine.net():.1f} s")
        assert left.url != right.url
        left.kubectl("create", "namespace", "only-left")
        with pytest.raises(KubectlError, match="NotFound"):
            right.kubectl("get", "namespace", "only-left")
        with left.client() as client, pytest.raises(Exception, match="certificate verify failed"):
            client.get(f"{right.url}/readyz")
        pids = [*left.pids.values(), *right.pids.values()]
        assert len(pids) == 10
        assert all(map(_alive, pids))
        ending = time.time()
    assert machine.net(ending) < 2 * ENDS_WITHIN
    assert not any(map(_alive, pids))
    assert not left.directory.exists()
    assert not right.directory.exists()


def test_an_owner_that_is_killed_takes_every_program_along_and_the_next_one_sweeps() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env=clean_environment() | dict(os.environ),
    ) as owner:
        assert owner.stdout is not None
        known = json.loads(owner.stdout.readline())
        assert len(known["pids"]) == 5
        assert all(map(_alive, known["pids"]))
        owner.kill()
    until(lambda: not any(map(_alive, known["pids"])), "the programs to end")
    assert Path(known["directory"]).exists()
    directories.sweep()
    assert not Path(known["directory"]).exists()


@pytest.mark.parametrize("orderly", [True, False])
def test_an_api_server_that_restarts_has_its_objects_and_its_port(
    own_control_plane: ControlPlane, orderly: bool
) -> None:
    own_control_plane.kubectl("create", "namespace", "kept")
    own_control_plane.stop_apiserver(orderly=orderly)
    with pytest.raises(KubectlError, match="refused"):
        own_control_plane.kubectl("get", "namespaces")
    own_control_plane.start_apiserver()
    own_control_plane.kubectl("get", "namespace", "kept")
    own_control_plane.kubectl("create", "deployment", "after", "--image=x")
    own_control_plane.kubectl("wait", "deployment/after", "--for=condition=Available", "--timeout=120s")


def test_a_program_that_ends_at_its_start_is_told_with_the_end_of_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.cluster.commands.SERVICE_RANGE", "nonsense")
    with pytest.raises(RuntimeError, match=r"kube-apiserver ended with code 1(.|\n)*not a valid cidr"):
        ControlPlane()


def test_an_api_server_can_hang(own_control_plane: ControlPlane) -> None:
    own_control_plane.signal_apiserver(signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        own_control_plane.kubectl("get", "namespaces", timeout=1.5)
    own_control_plane.signal_apiserver(signal.SIGCONT)
    own_control_plane.kubectl("get", "namespaces")
