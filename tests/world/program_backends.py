"""Backends that are the ingestion service itself: the program that a Pod's container would run, on the Pod's mounts."""

import os
import shutil
import sys
from pathlib import Path

from tests.cluster.directories import new_directory
from tests.cluster.processes import Program
from tests.world.backends import Container
from tests.world.library import ensure_library


class ProgramBackends:
    """Starts one service for each ready Pod, as the edge's `Launcher`; about a second and 100 MB each."""

    def __init__(self, owner: int | None = None) -> None:
        """End all of them with the process `owner`, by default this one."""
        self._owner = os.getpid() if owner is None else owner
        self.directory = new_directory(self._owner, "ingestion")
        """Where their logs are, by the names of Pods."""
        self._running: dict[str, tuple[Container, Program]] = {}

    def start(self, container: Container) -> None:
        """Start the service."""
        place = ["--unix", str(container.socket), "--operations-port", "0", "--library", str(ensure_library())]
        command = [sys.executable, "-m", "nameplate_ingestion", *container.arguments, *place]
        program = Program(command, self.directory / f"{container.pod}.log", self._owner)
        self._running[container.id] = container, program

    def stop(self, container: Container) -> None:
        """Kill it: its directories go at once, so that there is nothing to drain."""
        _, program = self._running.pop(container.id)
        program.end_group()
        container.socket.unlink(missing_ok=True)

    def close(self) -> None:
        """Kill all, and remove their logs."""
        for _, program in self._running.values():
            program.end_group()
        self._running.clear()
        shutil.rmtree(self.directory, ignore_errors=True)

    def data(self) -> dict[str, Path]:
        """Return where each service keeps what it writes, by the name of its Pod."""
        found = {}
        for container, _ in self._running.values():
            arguments = list(container.arguments)
            found[container.pod] = Path(arguments[arguments.index("--data") + 1])
        return found
