"""Programs that run beside the tests: started on a leash, logged to a file, stopped by signal."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL, Signals

from tests.cluster.egress import child_environment
from tests.cluster.leash import leashed

LOG_LINES = 15


def clean_environment(**extra: str) -> dict[str, str]:
    """Return an environment with nothing of the caller's but the egress guard: no proxies, no credentials."""
    own = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8"}
    return {**own, **child_environment(), **extra}


class Program:
    """A running program and its log."""

    def __init__(self, command: list[str], log: Path, owner: int, environment: Mapping[str, str] | None = None) -> None:
        """Start `command`, which ends with the process `owner` at the latest."""
        self.name = Path(command[0]).name
        self.log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                leashed(owner, command),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=clean_environment() if environment is None else dict(environment),
            )

    @property
    def pid(self) -> int:
        """The process id of the program itself."""
        return self._process.pid

    def check_alive(self) -> None:
        """Raise, with the end of the log, if the program has ended."""
        code = self._process.poll()
        if code is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES:])
            raise RuntimeError(f"{self.name} ended with code {code}; its log ends:\n{tail}")

    def is_alive(self) -> bool:
        """Say whether it still runs."""
        return self._process.poll() is None

    def signal(self, number: Signals) -> None:
        """Send a signal to the program; it may have ended already."""
        self._process.send_signal(number)

    def end_group(self) -> None:
        """Kill the program and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, SIGKILL)
        self._process.wait()

    def stop(self, number: Signals = SIGKILL, timeout: float = 10.0) -> int:
        """End the program by a signal, SIGKILL if it does not follow in time; return its exit code."""
        self._process.send_signal(number)
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
