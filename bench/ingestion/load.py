"""Sends events, or fetches a file, with wrk from a core of its own and tells what came back."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.world.packages import ensure, find_program

_SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 64


@dataclass(frozen=True)
class Load:
    """What a run of wrk saw; latencies in milliseconds."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def ensure_wrk() -> Path:
    """Return the program, installed if need be."""
    return ensure(lambda: find_program("wrk"), "wrk", ["wrk"])


def send(port: int, seconds: int, *, core: int, pause: float = 0, events: int = 1) -> Load:
    """Keep 64 connections busy; `pause` is the mean wait between two requests of a connection, in seconds."""
    return _run(port, seconds, core, pause, {"EVENTS": str(events)})


def fetch(port: int, seconds: int, target: str, *, core: int, pause: float = 0) -> Load:
    """Do the same by fetching a path."""
    return _run(port, seconds, core, pause, {"TARGET": target})


def _run(port: int, seconds: int, core: int, pause: float, what: Mapping[str, str]) -> Load:
    command = [
        *("taskset", "--cpu-list", str(core), str(ensure_wrk()), "--threads", "1", "--connections", str(CONNECTIONS)),
        *("--duration", f"{seconds}s", "--timeout", "10s", "--script", str(_SCRIPT), f"http://127.0.0.1:{port}"),
    ]
    environment = {**os.environ, "PAUSE": str(round(pause * 1000)), **what}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout.strip().splitlines()[-1]))
