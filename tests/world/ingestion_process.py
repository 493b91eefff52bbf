"""The ingestion service as a process of its own, with the arguments of a Pod's container.

service = IngestionProcess(directory, arguments, place)    # --settings, --keys, --data; a Unix socket or a port
service.start(); service.wait_ready()
service.post("api.cdp.acme.com", "/v1/track", event)       # one request, one connection
service.readyz(), service.metrics()                        # from the operations port
service.kill()                                             # SIGKILL to all of its processes at once
service.terminate()                                        # SIGTERM, and again: nobody comes late; the exit code
"""

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.cluster.ports import ReservedPort
from tests.cluster.processes import Program
from tests.cluster.waiting import until
from tests.world.library import ensure_library

_START_TIMEOUT = 60.0
_STOP_TIMEOUT = 60.0


class IngestionProcess:
    """Started and ended any number of times, on the same socket and ports."""

    def __init__(self, directory: Path, arguments: Sequence[str], place: Path | int, owner: int | None = None) -> None:
        """Take a directory for the log, the arguments but for where to listen, and the socket or port to listen on."""
        self.socket = place if isinstance(place, Path) else Path()
        self._place = place
        self.log = directory / "ingestion.log"
        self._operations = ReservedPort()
        self._owner = os.getpid() if owner is None else owner
        where = "--port" if isinstance(place, int) else "--unix"
        self._arguments = [*arguments, where, str(place), "--operations-port", str(self._operations.number)]
        self._program: Program | None = None

    @property
    def pid(self) -> int:
        """The process that watches over the workers; it leads the process group of all."""
        return self.program.pid

    @property
    def program(self) -> Program:
        """The program that was started last."""
        assert self._program is not None, "it was never started"
        return self._program

    def start(self, *more: str, wrap: Callable[[list[str]], list[str]] = list) -> None:
        """Start it, with more arguments or in other surroundings; it may take a moment to serve."""
        arguments = [*self._arguments, *more]
        if "--library" not in arguments:
            arguments += ["--library", str(ensure_library())]
        command = [sys.executable, "-m", "nameplate_ingestion", *arguments]
        self._program = Program(wrap(command), self.log, self._owner)

    def wait_ready(self) -> None:
        """Wait until /readyz says so."""

        def ready() -> bool:
            self.program.check_alive()
            return self.operations("/readyz").status_code == httpx.codes.OK

        until(lambda: _or_not_yet(ready), "the ingestion service to be ready", _START_TIMEOUT)

    def kill(self) -> None:
        """End all of its processes at once, as a machine that loses its memory would."""
        self.program.end_group()

    def terminate(self, *, hurry: bool = True) -> int:
        """End it in order and return its exit code; in a hurry, without waiting for load balancers."""
        self.program.signal(signal.SIGTERM)
        if hurry:
            until(lambda: not self.program.is_alive() or self._is_ending(), "the end to begin", _STOP_TIMEOUT)
        return self.program.stop(signal.SIGTERM, _STOP_TIMEOUT)

    def close(self) -> None:
        """End it if it runs, and let its ports go."""
        if self._program is not None and self._program.is_alive():
            self.kill()
        self.release_port()

    def release_port(self) -> None:
        """Hold the operations port for it no longer."""
        self._operations.release()

    def _is_ending(self) -> bool:
        return bool(_or_not_yet(lambda: "ending" in self.operations("/readyz").text))

    def operations(self, path: str) -> httpx.Response:
        """Ask the operations port."""
        with httpx.Client(trust_env=False, timeout=60) as client:
            return client.get(f"http://127.0.0.1:{self._operations.number}{path}")

    def readyz(self) -> str:
        """Return what /readyz says."""
        return self.operations("/readyz").text

    def metrics(self) -> dict[str, float]:
        """Return all samples by name and labels, as they are written."""
        lines = self.operations("/metrics").text.splitlines()
        samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in samples}

    def client(self) -> httpx.Client:
        """Return a client whose every connection goes there."""
        if isinstance(self._place, int):
            return httpx.Client(base_url=f"http://127.0.0.1:{self._place}", trust_env=False, timeout=60)
        transport = httpx.HTTPTransport(uds=str(self._place))
        return httpx.Client(transport=transport, base_url="http://ingestion", trust_env=False, timeout=60)

    def post(self, host: str, path: str, event: Mapping[str, Any]) -> httpx.Response:
        """Send one event."""
        with self.client() as client:
            return client.post(path, json=dict(event), headers={"Host": host})

    def workers(self) -> list[int]:
        """Return the process ids of the workers, in order of their start."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(child) for child in children]

    def get(self, host: str, path: str) -> httpx.Response:
        """Fetch a path of a host."""
        with self.client() as client:
            return client.get(path, headers={"Host": host})

    def log_lines(self) -> list[dict[str, Any]]:
        """Return what it logged, line by line; fails if one is no JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def _or_not_yet(look: Any) -> Any:
    with suppress(httpx.TransportError):
        return look()
    return None


def delivered(data: Path) -> list[dict[str, Any]]:
    """Return all lines that the file sink wrote below a data directory, worker by worker, in their order."""
    return SinkLines(data).read_on()


class SinkLines:
    """The lines that the file sink wrote below a data directory, each read once."""

    def __init__(self, data: Path) -> None:
        """Begin before the first line."""
        self._data = data
        self._read: dict[Path, int] = {}

    def read_on(self) -> list[dict[str, Any]]:
        """Return the lines that are new since the last look, worker by worker, in their order."""
        files = sorted(
            self._data.glob("*/*/events/events-*.jsonl"),
            key=lambda file: [int(number) for number in re.findall(r"\d+", str(file))],
        )
        return [json.loads(line) for file in files for line in self._new(file).splitlines()]

    def _new(self, file: Path) -> bytes:
        with file.open("rb") as opened:
            opened.seek(self._read.get(file, 0))
            octets = opened.read()
        # What has no end yet is being written.
        whole = octets[: octets.rfind(b"\n") + 1]
        self._read[file] = self._read.get(file, 0) + len(whole)
        return whole
