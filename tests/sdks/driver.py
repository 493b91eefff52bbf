"""A driver's process: started with its plan, until it has made its calls; closed by the end of its input."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cluster.leash import leashed
from tests.nameplate_ingestion.sdks.replay import Json

_END_TIMEOUT = 180.0


class Driver:
    """Runs while entered; without an end of its own it is killed."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], plan: Json) -> None:
        self._directory = tempfile.TemporaryDirectory()
        place = Path(self._directory.name)
        self._said = place / "said"
        path = place / "plan.json"
        path.write_text(json.dumps(plan))
        self._command = leashed(os.getpid(), [*command, str(path)])
        # Nothing of ours: no proxies, and no guard that takes the domain's name for one of another machine.
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8", **environment}

    def __enter__(self) -> Self:
        """Start, and wait until the calls are made."""
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=self._environment
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"called\n":
            self._kill()
            raise AssertionError(f"no calls were made:\n{self._said.read_text()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()
        self._directory.cleanup()

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def close(self) -> str:
        """Let it close its client and end; return what the SDK reported."""
        self._process.communicate(timeout=_END_TIMEOUT)
        said = self._said.read_text()
        assert self._process.returncode == 0, f"ended with {self._process.returncode}:\n{said}"
        return said

    def _kill(self) -> None:
        with self._process:
            self._process.kill()
