"""The kubelets' part: the directories and one backend for each Pod that the edge may send requests to."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.world.backends import Container, Launcher
from tests.world.edge_routes import Json, World
from tests.world.pod_mounts import NotMountable, PodMounts

_SOCKETS = "s"
_PODS = "pods"
# Requests that were on their way when a Pod stopped being ready still get their answer.
GRACE = 1.0


@dataclass
class _Running:
    namespace: str
    mounts: PodMounts
    container: Container


class Kubelets:
    """Starts, feeds and ends backends; `later` calls something after some seconds."""

    def __init__(
        self, directory: Path, launcher: Launcher, later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self.held = False
        """While true, what is mounted stays as it is."""
        self.waiting: dict[str, str] = {}
        """Why a Pod has no backend, by the Pod's uid."""
        self._directory, self._launcher, self._later = directory, launcher, later
        self._running: dict[str, _Running] = {}
        self._count = 0
        (directory / _SOCKETS).mkdir()

    def socket(self, uid: str) -> Path | None:
        """Return where a Pod's backend answers."""
        running = self._running.get(uid)
        return None if running is None else running.container.socket

    def follow(self, wanted: set[str], world: World) -> None:
        """Run a backend for exactly these Pods (by uid), and bring what they mount up to date."""
        for uid in self._running.keys() - wanted:
            self._end(uid)
        self.waiting = {}
        if not self.held:
            for running in self._running.values():
                running.mounts.refresh(_finder(world, running.namespace))
        by_uid = {pod["metadata"]["uid"]: pod for pod in world["pods"].values()}
        for uid in sorted((wanted - self._running.keys()) & by_uid.keys()):
            try:
                self._begin(uid, by_uid[uid], world)
            except NotMountable as missing:
                self.waiting[uid] = str(missing)

    def _begin(self, uid: str, pod: Json, world: World) -> None:
        namespace = pod["metadata"]["namespace"]
        mounts = PodMounts(self._directory / _PODS / uid, pod)
        mounts.refresh(_finder(world, namespace))
        self._count += 1
        arguments = [mounts.translate(each) for each in pod["spec"]["containers"][0].get("args", ())]
        # The path of a Unix socket is short: at most 107 octets.
        socket = self._directory / _SOCKETS / str(self._count)
        container = Container(f"{uid}/{self._count}", pod["metadata"]["name"], arguments, socket)
        self._launcher.start(container)
        self._running[uid] = _Running(namespace, mounts, container)

    def _end(self, uid: str) -> None:
        running = self._running.pop(uid)

        def end() -> None:
            self._launcher.stop(running.container)
            if uid not in self._running:
                shutil.rmtree(self._directory / _PODS / uid, ignore_errors=True)

        self._later(GRACE, end)


def _finder(world: World, namespace: str) -> Callable[[str, str], Mapping[str, object] | None]:
    return lambda plural, name: world[plural].get((namespace, name))
