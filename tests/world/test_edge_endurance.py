"""The edge goes on after the API server was away, and leaves nothing behind when it or its owner ends."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.cluster.access import ClusterAccess
from tests.cluster.control_plane import ControlPlane
from tests.cluster.directories import root
from tests.cluster.processes import clean_environment
from tests.cluster.waiting import until
from tests.world.edge import Edge
from tests.world.edge_objects import Application

OWNER = """
    import sys
    from pathlib import Path
    from tests.cluster.access import ClusterAccess
    from tests.world.edge import Edge
    from tests.world.edge_objects import Application

    directory, url, kubectl, namespace = sys.argv[1:]
    cluster = ClusterAccess(Path(directory), url, kubectl)
    edge = Edge(cluster, ingress_class=namespace)
    edge.start()
    Application(cluster, namespace, namespace, "app.example").serving(edge, replicas=3)
    print(edge.backends_pid, flush=True)
    sys.stdin.read()
"""


def _group(leader: int) -> list[int]:
    """The processes of a group that are not yet dead."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(group) == leader and state not in "ZX":
                found.append(int(entry.name))
    return found


def test_killing_the_owner_leaves_no_process(control_plane: ClusterAccess, namespace: str) -> None:
    owner = subprocess.Popen(
        [
            *(sys.executable, "-c", textwrap.dedent(OWNER)),
            *(str(control_plane.directory), control_plane.url, control_plane.kubectl_program, namespace),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(PYTHONPATH=str(Path(__file__).parents[2])),
    )
    with owner:
        assert owner.stdout is not None
        leader = int(owner.stdout.readline())
        until(lambda: len(_group(leader)) == 5, "the parent, its three backends, and the watcher that ends them")
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
    until(lambda: not _group(leader), "the backends to end")
    control_plane.kubectl("delete", "ingressclass", namespace)


def test_stopping_leaves_no_process_and_no_file(control_plane: ClusterAccess, namespace: str) -> None:
    before = set(root().glob(f"edge-{os.getpid()}-*"))
    with Edge(control_plane, ingress_class=namespace) as edge:
        Application(control_plane, namespace, namespace, "app.example").serving(edge)
        leader = edge.backends_pid
        assert leader is not None
        until(lambda: len(_group(leader)) == 3, "the parent, its backend, and the watcher that ends them")
    until(lambda: not _group(leader), "the backends to end")
    assert set(root().glob(f"edge-{os.getpid()}-*")) == before
    control_plane.kubectl("delete", "ingressclass", namespace)


def test_it_follows_again_after_the_api_server_was_away(own_control_plane: ControlPlane) -> None:
    own_control_plane.kubectl("create", "namespace", "away")
    with Edge(own_control_plane) as edge:
        app = Application(own_control_plane, "away", edge.ingress_class, "app.example")
        authority = app.serving(edge)
        own_control_plane.stop_apiserver(orderly=False)
        assert app.serves(edge, authority)
        own_control_plane.start_apiserver()
        app.settings("revision-2")
        path = "/.well-known/nameplate?nonce=1"
        until(lambda: app.fetch(edge, authority, path).json()["revision"] == "revision-2", "the new revision")
