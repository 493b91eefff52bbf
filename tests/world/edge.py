"""A stand-in for an ingress controller, its load balancer, and the kubelets' mounts.

    with Edge(cluster) as edge:                      # a ControlPlane, or any ClusterAccess
        edge.ingress_class                           # the IngressClass that it made, `edge` by default
        edge.address, edge.port                      # where it ends TLS, with the Ingresses' tls Secrets, by SNI
        edge.log                                     # the requests, oldest first
        edge.show_nothing(); edge.show_hostname("lb.example"); edge.show_address()
        edge.move()                                  # another address, same port
        edge.stop_answering()                        # connections are taken, and nothing comes back
        edge.refuse_connections()
        edge.show_certificate_of("other.example")    # self-signed, whatever the client asks for
        edge.answer_as("stranger.example")           # the well-known answer of another domain
        edge.hold_mounts()                           # Pods go on with the settings that they have
        edge.heal()                                  # end all of these faults

It fills `status.loadBalancer` of the Ingresses of its class in all namespaces and sends requests only to ready
endpoints of their Services, each played by a process that reads what its Pod mounts; `launcher` may start others.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tests.cluster.access import ClusterAccess
from tests.cluster.directories import new_directory
from tests.world.backends import ForkedBackends, Launcher
from tests.world.edge_control import EdgeControl
from tests.world.edge_proxy import Request
from tests.world.loop_thread import LoopThread

T = TypeVar("T")


class Edge:
    """Runs in a thread of its own; every method may be called from any thread."""

    def __init__(
        self, cluster: ClusterAccess, *, ingress_class: str = "edge", launcher: Launcher | None = None
    ) -> None:
        self.ingress_class = ingress_class
        self._cluster = cluster
        self._directory = new_directory(os.getpid(), "edge")
        self._launcher = launcher or ForkedBackends(Path(sys.executable), self._directory / "backends.log", os.getpid())
        self._thread = LoopThread("edge")
        self._control: EdgeControl

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make the IngressClass, listen, and begin to follow the cluster."""

        async def begin() -> EdgeControl:
            control = EdgeControl(self._cluster.async_client(), self.ingress_class, self._directory, self._launcher)
            await control.start()
            return control

        try:
            self._control = self._thread.run(begin())
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """End everything, backends too; what stands in the cluster stays."""
        try:
            self._thread.run(self._control.stop())
        finally:
            self._end()

    @property
    def address(self) -> str:
        """The loopback address that it listens on and shows."""
        return self._control.listener.address

    @property
    def port(self) -> int:
        """Its port, for as long as it runs."""
        return self._control.listener.port

    @property
    def log(self) -> list[Request]:
        """The requests so far, oldest first."""
        return list(self._control.proxy.log)

    @property
    def waiting_pods(self) -> dict[str, str]:
        """Why a ready Pod has no backend, by its uid, as a kubelet would say in an event."""
        return dict(self._control.kubelets.waiting)

    @property
    def backends_pid(self) -> int | None:
        """The process that leads the group of all stand-in backends."""
        return self._launcher.pid if isinstance(self._launcher, ForkedBackends) else None

    def show_nothing(self) -> None:
        """Take the address out of every Ingress."""
        self._do(lambda: self._control.show(()))

    def show_hostname(self, name: str) -> None:
        """Show a host name instead of an address."""
        self._do(lambda: self._control.show(({"hostname": name},)))

    def show_address(self, *addresses: str) -> None:
        """Show its own address, or others."""
        self._do(lambda: self._control.show(tuple({"ip": each} for each in addresses) or None))

    def move(self) -> None:
        """Listen on another address from now on, and show that."""
        self._thread.run(self._control.move())

    def stop_answering(self) -> None:
        """Take connections and requests, and never answer."""
        self._do(lambda: self._control.set_silent(True))

    def refuse_connections(self) -> None:
        """Close the port and every connection; `heal` opens it again."""
        self._thread.run(self._control.listener.close())

    def show_certificate_of(self, name: str) -> None:
        """Show every client a self-signed certificate of this name."""
        certificates = self._control.certificates
        self._do(lambda: setattr(certificates, "everywhere", certificates.other(name)))

    def answer_as(self, domain: str) -> None:
        """Answer the well-known path of every host in the name of another domain."""
        self._do(lambda: self._control.impersonate(domain))

    def hold_mounts(self) -> None:
        """Leave what is mounted as it is."""
        self._do(lambda: setattr(self._control.kubelets, "held", True))

    def heal(self) -> None:
        """End all faults."""
        self._thread.run(self._control.heal())

    def _do(self, what: Callable[[], T]) -> T:
        async def do() -> T:
            return what()

        return self._thread.run(do())

    def _end(self) -> None:
        self._thread.close()
        self._launcher.close()
        shutil.rmtree(self._directory, ignore_errors=True)
