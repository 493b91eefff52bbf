"""The operator as a process of its own manifests: installed from manifests/base, run as its Deployment says.

    with OperatorProcess(own_control_plane, {"zones": {"powerDns": {"url": powerdns.api_url}}}) as operator:
        operator.grant(tenant)            # the RoleBinding that a tenant's namespace needs
        operator.wait_ready()
        operator.kill(); operator.start()  # the same Pod, its container restarted

Two operators that live at once fight over the same objects, unless they share namespace and Lease as two Pods of one
Deployment do: a test that runs one needs a control plane without another.
"""

import os
import shutil
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from tests.cluster.access import ClusterAccess
from tests.cluster.directories import new_directory
from tests.cluster.processes import Program
from tests.cluster.waiting import until
from tests.world.operator_process_container import Container
from tests.world.operator_process_log import lines
from tests.world.operator_process_manifests import NAME, NAMESPACE, Installation, Json, change_settings


@dataclass(frozen=True)
class ApiServer:
    """Where the operator finds the API server, if not at its own address: a proxy in front of it, and its CA."""

    url: str
    ca_file: Path


class OperatorProcess:
    """One Pod of the operator; `settings` are laid over those of the ConfigMap in manifests/base."""

    def __init__(
        self,
        cluster: ClusterAccess,
        settings: Json | None = None,
        *,
        namespace: str = NAMESPACE,
        api: ApiServer | None = None,
        api_key: str = "pdns-api-key",
    ) -> None:
        if os.geteuid():
            raise PermissionError("only root can mount files where a container finds them")
        self.installation = Installation(cluster, namespace)
        self.pod_name = f"{NAME}-{uuid.uuid4().hex[:10]}"
        self._settings = settings or {}
        self._api = api or ApiServer(cluster.url, cluster.ca_file)
        self._api_key = api_key
        self._directory = new_directory(os.getpid(), "operator")
        self._port = _held_port()
        self._container: Container | None = None
        self._program: Program | None = None
        self._mounted = False

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def namespace(self) -> str:
        """The operator's own namespace."""
        return self.installation.namespace

    @property
    def health_url(self) -> str:
        """Base URL of /healthz, /readyz and /metrics."""
        return f"http://127.0.0.1:{self._health_port}"

    @property
    def log(self) -> Path:
        """What it wrote to standard output and standard error, over all starts."""
        return self._directory / "operator.log"

    @property
    def pid(self) -> int:
        """The process id of the operator itself."""
        return self._running.pid

    def install(self, settings: Json | None = None, *, arguments: Sequence[str] = ()) -> None:
        """Apply CRDs, manifests and settings; a new start reads them, and is given these arguments besides."""
        if settings is not None:
            self._settings = settings
        self.installation.apply(self._settings, self._api_key)
        self._container = self._new_container()
        self._container.spec["args"] += arguments
        self._mounted = False

    def start(self) -> None:
        """Start the process, installed before if it is not; it is not waited for."""
        if self._program is not None:
            raise RuntimeError("it runs already")
        if self._container is None:
            self.install()
        try:
            self.refresh_mounts()
        except httpx.TransportError:
            # A kubelet too restarts a container with what is mounted, while the API server is away.
            if not self._mounted:
                raise
        address = urlsplit(self._api.url)
        environment = self._ready_container.environment((str(address.hostname), int(address.port or 443)))
        self._program = Program(self._ready_container.command(), self.log, os.getpid(), environment)
        self._program.name = "the operator"

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait until its readiness probe succeeds; an end of the process is an error at once."""
        until(self.is_ready, "the operator to be ready", timeout)

    def has_ended(self) -> bool:
        """Say whether it ended by itself; it may be started again then."""
        if self._program is None or self._program.is_alive():
            return False
        self._end(Signals.SIGKILL, 5.0)
        return True

    def is_ready(self) -> bool:
        """Ask as the Deployment's readiness probe does."""
        self._running.check_alive()
        probe = self._ready_container.spec["readinessProbe"]["httpGet"]
        try:
            return httpx.get(f"{self.health_url}{probe['path']}", trust_env=False, timeout=2).is_success
        except httpx.TransportError:
            return False

    def metrics(self) -> str:
        """Return what /metrics shows."""
        return httpx.get(f"{self.health_url}/metrics", trust_env=False).raise_for_status().text

    def refresh_mounts(self) -> None:
        """Bring mounted ConfigMaps, Secrets and the token up to date, as a kubelet does every minute or so."""
        self._ready_container.refresh(self._api.ca_file.read_bytes())
        self._mounted = True

    def terminate(self, timeout: float | None = None) -> int:
        """Ask it to end, as a kubelet does, and return its exit code; after the grace period it is killed."""
        grace = self._pod()["spec"]["terminationGracePeriodSeconds"] if timeout is None else timeout
        return self._end(SIGTERM, grace)

    def kill(self) -> None:
        """End it by SIGKILL."""
        self._end(SIGKILL, 10)

    def signal(self, number: Signals) -> None:
        """Send it a signal, such as SIGSTOP and SIGCONT."""
        self._running.signal(number)

    def restart(self) -> None:
        """End it in order and start it again; of the same Pod, as a kubelet restarts a container."""
        self.terminate()
        self.start()

    def another_pod(self) -> "OperatorProcess":
        """Return a second Pod of the same Deployment, to be started: it waits for the Lease."""
        cluster = self.installation.cluster
        return OperatorProcess(cluster, self._settings, namespace=self.namespace, api=self._api, api_key=self._api_key)

    def grant(self, tenant: str) -> None:
        """Let it work in a tenant's namespace."""
        self.installation.grant(tenant)

    def deny(self, tenant: str) -> None:
        """Take back what `grant` gave."""
        self.installation.deny(tenant)

    def log_lines(self) -> list[dict[str, Any]]:
        """Return its log records, parsed."""
        return [each for each in lines(self.log) if isinstance(each, dict)]

    def unstructured_lines(self) -> list[str]:
        """Return what it wrote that is no log record."""
        return [each for each in lines(self.log) if isinstance(each, str)]

    def close(self) -> None:
        """End it if it runs, and remove its files; what was applied stays."""
        if self._program is not None:
            self.kill()
        self._port.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def _running(self) -> Program:
        if self._program is None:
            raise RuntimeError("the operator was not started, or was ended")
        return self._program

    @property
    def _ready_container(self) -> Container:
        if self._container is None:
            raise RuntimeError("the operator is not installed")
        return self._container

    def _end(self, number: Signals, timeout: float) -> int:
        code = self._running.stop(number, timeout)
        self._program = None
        return code

    def _pod(self) -> dict[str, Any]:
        """Return the Pod that the Deployment's controller and the API server would make."""
        template = self.installation.deployment()["spec"]["template"]
        metadata = {**template["metadata"], "name": self.pod_name, "namespace": self.namespace}
        return {"metadata": metadata, "spec": template["spec"]}

    def _new_container(self) -> Container:
        pod, cluster = self._pod(), self.installation.cluster

        def token(expires_after: int) -> str:
            return cluster.token(self.namespace, pod["spec"]["serviceAccountName"], expires_after)

        return Container(self._directory, pod, self._find, token)

    def _find(self, plural: str, name: str) -> dict[str, Any] | None:
        """Look an object up for a mount; a Pod has an address of its own, here it has a port of its own instead."""
        found = self.installation.find(plural, name)
        if found is not None and (plural, name) == ("configmaps", NAME):
            change_settings(found, {"healthPort": self._health_port})
        return found

    @property
    def _health_port(self) -> int:
        return int(self._port.getsockname()[1])


def _held_port() -> socket.socket:
    """Return a socket whose port nobody gets but who binds it by number: it never listens, and lets others reuse it."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("0.0.0.0", 0))
    return held
