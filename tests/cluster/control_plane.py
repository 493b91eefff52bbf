"""A Kubernetes control plane of real programs on loopback ports, whose nodes and Pods are played by kwok."""

import json
import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from tests.cluster.access import ClusterAccess
from tests.cluster.audit import POLICY
from tests.cluster.commands import POD_RANGE, Commands
from tests.cluster.directories import new_directory
from tests.cluster.pki import Pki
from tests.cluster.pods import ADMISSION, stages
from tests.cluster.ports import ReservedPort
from tests.cluster.processes import Program
from tests.cluster.programs import Programs, programs
from tests.cluster.waiting import until

NODE = "node-1"
_NODE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux"}},
    "spec": {"podCIDR": POD_RANGE, "podCIDRs": [POD_RANGE]},
    "status": {
        resources: {"cpu": "1000", "memory": "1Ti", "ephemeral-storage": "1Ti", "pods": "10000"}
        for resources in ("allocatable", "capacity")
    },
}


class ControlPlane(ClusterAccess):
    """A control plane that is started, and can be hurt and stopped, by this process."""

    def __init__(
        self, built: Programs | None = None, owner: int | None = None, *, definitions: Sequence[Path] = ()
    ) -> None:
        """Start all programs and wait until Pods can run; they end with the process `owner`, this one by default.

        Custom resources of these `definitions` are there before the controllers: of kinds that come later the garbage
        collector learns every 30 seconds only.
        """
        self._owner = owner or os.getpid()
        self._definitions = definitions
        built = built or programs()
        self._port = ReservedPort()
        directory = new_directory(self._owner, "control-plane")
        super().__init__(directory, f"https://127.0.0.1:{self._port.number}", built.path("kubectl"))
        self._commands = Commands(built, directory, self._port.number)
        self._programs: dict[str, Program] = {}
        try:
            self._write_files(built)
            self._start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each program."""
        return {name: program.pid for name, program in self._programs.items()}

    def stop(self) -> None:
        """End everything and remove its files; what it stored is of no more use, so nothing is asked to end orderly."""
        for program in self._programs.values():
            program.signal(signal.SIGKILL)
        for program in self._programs.values():
            program.stop()
        self._port.release()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop_apiserver(self, *, orderly: bool = True) -> None:
        """Stop the API server only, by SIGTERM (1 to 2 seconds) or at once; nobody else gets its port."""
        self._programs.pop("apiserver").stop(signal.SIGTERM if orderly else signal.SIGKILL)

    def start_apiserver(self) -> None:
        """Start a stopped API server on the same port with the same data, and wait until it is ready."""
        self._run("apiserver", self._commands.apiserver())
        until(self._is_ready, "the API server to be ready", timeout=60)

    def restart_apiserver(self, *, orderly: bool = True) -> None:
        """Stop the API server and start it again."""
        self.stop_apiserver(orderly=orderly)
        self.start_apiserver()

    def signal_apiserver(self, number: signal.Signals) -> None:
        """Send the API server a signal, such as SIGSTOP and SIGCONT: then it hangs without closing a connection."""
        self._programs["apiserver"].signal(number)

    def _write_files(self, built: Programs) -> None:
        Pki(self.directory / "pki").create(self.url)
        (self.directory / "audit-policy.json").write_text(json.dumps(POLICY))
        (self.directory / "stages.yaml").write_text(stages(built.stages))
        self.audit_log.touch()

    def _start(self) -> None:
        self._run("etcd", self._commands.etcd())
        self._run("apiserver", self._commands.apiserver())
        # On a busy machine the controllers give up before the API server has made the roles that they need.
        until(self._is_ready, "the API server to be ready", timeout=120)
        if self._definitions:
            self._define()
        self._run("controller-manager", self._commands.controller_manager())
        self._run("scheduler", self._commands.scheduler())
        self._run("kwok", self._commands.kwok())
        with self.client() as client:
            for path, body in {"/api/v1/nodes": _NODE, **ADMISSION}.items():
                answer = client.post(path, json=body)
                if answer.is_error:
                    raise RuntimeError(f"POST {path}: {answer.text}")
            until(lambda: self._pods_can_run(client), "Pods to be able to run", timeout=60)

    def _define(self) -> None:
        files = [f"--filename={each}" for each in self._definitions]
        self.kubectl("apply", "--server-side", *files)
        self.kubectl("wait", "--for=condition=Established", "--timeout=120s", *files)

    def _run(self, name: str, command: list[str]) -> None:
        self._programs[name] = Program(command, self._log(name), self._owner)

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _is_ready(self) -> bool:
        self._check_alive()
        try:
            with self.client() as client:
                return client.get("/readyz").is_success
        except httpx.TransportError:
            return False

    def _pods_can_run(self, client: httpx.Client) -> bool:
        self._check_alive()
        if not client.get("/api/v1/namespaces/default/serviceaccounts/default").is_success:
            return False
        node = client.get(f"/api/v1/nodes/{NODE}").json()
        conditions = {each["type"]: each["status"] for each in node["status"].get("conditions", ())}
        return conditions.get("Ready") == "True" and not node["spec"].get("taints")

    def _check_alive(self) -> None:
        for program in self._programs.values():
            program.check_alive()
