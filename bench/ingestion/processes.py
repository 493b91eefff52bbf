"""Starts a server on one core, waits until it answers, and ends it with all that it started."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.usage import Usage, session

# The same core for both where there is but one.
SERVER_CORE, CLIENT_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
_START_TIMEOUT = 30.0
_STOP_TIMEOUT = 30.0


@dataclass(frozen=True)
class Serving:
    """A server that answers at a port of loopback."""

    port: int
    leader: int

    @property
    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        return sum(Usage.of(pid).cpu for pid in session(self.leader))

    @property
    def largest(self) -> int:
        """Resident memory, at most, of its largest process, in octets."""
        return max(Usage.of(pid).peak for pid in session(self.leader))


@contextlib.contextmanager
def serve(
    command: Sequence[str], port: int, core: int, environment: Mapping[str, str] | None = None
) -> Iterator[Serving]:
    """Run a command that listens at a port, in a session and on a core of its own."""
    process = subprocess.Popen(
        ["taskset", "--cpu-list", str(core), *command],
        env={**os.environ, **(environment or {})},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_port(process, port)
        yield Serving(port, process.pid)
    finally:
        # What it has on disk goes with it: there is nothing to end in order.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_STOP_TIMEOUT)


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _await_port(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nothing answers at port {port}: {process.args}") from None
            time.sleep(0.05)
        else:
            return
