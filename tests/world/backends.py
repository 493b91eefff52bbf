"""Starts and ends backends: the processes that stand for the containers of ready Pods.

`Launcher` is all that the edge knows of them, so that a real program can take the stand-in's place: it gets the
arguments of the Pod's own container, with the mounted paths turned into directories, and a socket to serve HTTP on.
"""

import contextlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.cluster.leash import leashed
from tests.cluster.processes import clean_environment

_PARENT = Path(__file__).with_name("backends_server.py")
_STOP_TIMEOUT = 10.0


@dataclass(frozen=True)
class Container:
    """One process to run: for which Pod, with which arguments, answering HTTP at which Unix socket."""

    id: str
    pod: str
    arguments: Sequence[str]
    socket: Path


class Launcher(Protocol):
    """Runs containers; none outlives its owner."""

    def start(self, container: Container) -> None:
        """Start it; its socket may take a moment to be there."""
        ...

    def stop(self, container: Container) -> None:
        """End it."""
        ...

    def close(self) -> None:
        """End all."""
        ...


class ForkedBackends:
    """Forks the stand-in program from one small parent: some milliseconds and about a megabyte each."""

    def __init__(self, python: Path, log: Path, owner: int) -> None:
        self._parent = _Parent(python, log, owner)

    @property
    def pid(self) -> int:
        """The process id of the parent, which leads the process group of all backends."""
        return self._parent.process.pid

    def start(self, container: Container) -> None:
        """Fork a process for it."""
        order = {"start": container.id, "pod": container.pod, "arguments": list(container.arguments)}
        self._parent.tell({**order, "socket": str(container.socket)})

    def stop(self, container: Container) -> None:
        """Kill its process."""
        self._parent.tell({"stop": container.id})
        container.socket.unlink(missing_ok=True)

    def close(self) -> None:
        """Kill all."""
        self._parent.close()


class _Parent:
    def __init__(self, python: Path, log: Path, owner: int) -> None:
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                leashed(owner, [str(python), "-I", "-S", str(_PARENT)]),
                stdin=subprocess.PIPE,
                stdout=errors,
                stderr=errors,
                env=clean_environment(),
            )

    def tell(self, order: dict[str, object]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            assert self.process.stdin is not None
            self.process.stdin.close()
        try:
            self.process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
